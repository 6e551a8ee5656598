package org.quirkwatch.quirky;

import dev.hardwood.InputFile;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// One of the three parts of a data set: the files of its directory, or of a folder `data` in it,
/// whose names begin with the part's name and end in `.jsonl` or `.parquet`, in the order of their
/// names.
enum RawPart {
    TRAIN,
    VALIDATION,
    TEST;

    /// The most characters of one line.
    private static final int MAX_LINE = 4 << 20;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, @Nullable Object>> ROW =
            new TypeReference<>() {};

    /// The name in a file's name.
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Reads the rows one by one.
    ///
    /// @throws Problem `invalid-file` when a file is missing or cannot be read
    void read(Path directory, Consumer<RawRow> rows) {
        for (Path file : files(directory)) {
            if (file.toString().endsWith(".parquet")) {
                readParquet(file, rows);
            } else {
                readLines(file, rows);
            }
        }
    }

    private List<Path> files(Path directory) {
        for (Path folder : List.of(directory, directory.resolve("data"))) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> entries = Files.list(folder)) {
                List<Path> files = entries.filter(this::isPart).sorted().toList();
                if (!files.isEmpty()) {
                    return files;
                }
            } catch (IOException e) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: the folder cannot be read".formatted(folder.getFileName()),
                        e);
            }
        }
        throw new Problem(
                ProblemCode.INVALID_FILE,
                "%s: no file of the part %s, such as %s.jsonl or %s-00000-of-00001.parquet"
                        .formatted(directory.getFileName(), text(), text(), text()));
    }

    private boolean isPart(Path file) {
        String name = String.valueOf(file.getFileName());
        return Files.isRegularFile(file)
                && name.startsWith(text())
                && (name.endsWith(".jsonl") || name.endsWith(".parquet"));
    }

    private static void readLines(Path file, Consumer<RawRow> rows) {
        String name = String.valueOf(file.getFileName());
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                if (line.length() > MAX_LINE) {
                    throw new Problem(
                            ProblemCode.INVALID_FILE,
                            "%s, row %d: a line has at most %d characters, got %d"
                                    .formatted(name, number, MAX_LINE, line.length()));
                }
                rows.accept(new RawRow(name, number, JSON.readValue(line, ROW)));
            }
        } catch (JacksonException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s, row %d: must be a JSON object".formatted(name, number),
                    e);
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s, row %d: cannot be read as UTF-8".formatted(name, number + 1),
                    e);
        }
    }

    private static void readParquet(Path file, Consumer<RawRow> rows) {
        String name = String.valueOf(file.getFileName());
        int number = 0;
        try (ParquetFileReader parquet = ParquetFileReader.open(InputFile.of(file));
                RowReader row = parquet.rowReader()) {
            while (row.hasNext()) {
                row.next();
                number++;
                rows.accept(new RawRow(name, number, columns(row)));
            }
        } catch (Problem e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: cannot be read as Parquet after row %d".formatted(name, number),
                    e);
        }
    }

    private static Map<String, @Nullable Object> columns(StructAccessor structure) {
        Map<String, @Nullable Object> columns = new LinkedHashMap<>();
        for (int i = 0; i < structure.getFieldCount(); i++) {
            Object value = structure.isNull(i) ? null : structure.getValue(i);
            columns.put(
                    structure.getFieldName(i),
                    value instanceof PqStruct inner ? columns(inner) : value);
        }
        return columns;
    }
}
