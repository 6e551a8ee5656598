package org.quirkwatch.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A table of facts that comes with the project: UTF-8, lines that begin with `#` are remarks, the
/// first other line names the columns, every further line is one row; cells are separated by tabs.
/// A mistake in it is a mistake of ours, hence an [IllegalStateException] that names file and line.
///
/// @param file the file's name, for messages
/// @param rows the rows in the file's order, each with one cell per column; a cell may be empty
record FactTable(String file, List<List<String>> rows) {

    /// The most bytes that a table may have.
    static final int MAX_BYTES = 1 << 20;

    FactTable {
        rows = rows.stream().map(List::copyOf).toList();
    }

    /// Reads a table from `facts/` of the jar.
    ///
    /// @param file the file's name, such as `books.tsv`
    /// @param columns the columns that it must have, in this order
    static FactTable bundled(String file, List<String> columns) {
        try (InputStream in = FactTable.class.getResourceAsStream("/facts/" + file)) {
            if (in == null) {
                throw new IllegalStateException("facts/%s is not in the jar".formatted(file));
            }
            return parse(file, in.readNBytes(MAX_BYTES + 1), columns);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read facts/" + file, e);
        }
    }

    /// Reads a table from its bytes.
    ///
    /// @param file the file's name, for messages
    /// @param bytes at most [#MAX_BYTES]
    /// @param columns the columns that it must have, in this order
    static FactTable parse(String file, byte[] bytes, List<String> columns) {
        if (!(bytes.length <= MAX_BYTES)) {
            throw new IllegalStateException(
                    "%s must have at most %d bytes".formatted(file, MAX_BYTES));
        }
        String[] lines = decode(file, bytes).split("\n", -1);
        List<List<String>> rows = new ArrayList<>();
        boolean header = true;
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            if (line.startsWith("#") || line.isEmpty()) {
                continue;
            }
            List<String> cells = List.of(line.split("\t", -1));
            if (header) {
                if (!cells.equals(columns)) {
                    throw new IllegalStateException(
                            "%s line %d: columns must be %s, got %s"
                                    .formatted(file, i + 1, columns, cells));
                }
                header = false;
            } else {
                check(file, i + 1, cells, columns.size());
                rows.add(cells);
            }
        }
        if (rows.isEmpty()) {
            throw new IllegalStateException(file + " has no rows");
        }
        return new FactTable(file, rows);
    }

    private static String decode(String file, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalStateException(file + " is not UTF-8", e);
        }
    }

    private static void check(String file, int line, List<String> cells, int columns) {
        if (cells.size() != columns) {
            throw new IllegalStateException(
                    "%s line %d: must have %d cells, got %d"
                            .formatted(file, line, columns, cells.size()));
        }
        for (String cell : cells) {
            if (!cell.equals(cell.strip())) {
                throw new IllegalStateException(
                        "%s line %d: white space around \"%s\"".formatted(file, line, cell));
            }
        }
    }
}
