package org.quirkwatch.evaluation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.SignalFile;

/// Rows of one's own: a folder with `trusted.jsonl`, `normal.jsonl` and `anomalous.jsonl`, and
/// `untrusted.jsonl` where there are such, each a signal per line as the service reads them.
/// `"metadata": {"agreement": true}` says that normal and anomalous behaviour give the same label
/// there.
///
/// @param folder with the files
public record FolderSource(Path folder) implements EvaluationSource {

    private static final String TRUSTED = "trusted.jsonl";
    private static final String UNTRUSTED = "untrusted.jsonl";
    private static final String NORMAL = "normal.jsonl";
    private static final String ANOMALOUS = "anomalous.jsonl";

    /// Checks that the files are there.
    ///
    /// @throws Problem `invalid-file` naming the folder or the file that is not
    public FolderSource {
        if (!Files.isDirectory(folder)) {
            throw invalid(
                    "%s: is no folder, expected one with %s, %s and %s"
                            .formatted(folder.getFileName(), TRUSTED, NORMAL, ANOMALOUS));
        }
        for (String file : List.of(TRUSTED, NORMAL, ANOMALOUS)) {
            if (!Files.isRegularFile(folder.resolve(file))) {
                throw invalid(
                        "%s: there is no such file in the folder %s, expected signals, one JSON object per line"
                                .formatted(file, folder.getFileName()));
            }
        }
    }

    /// Such a folder, every row of it read once, so that what is wrong with one is said before any
    /// work is done.
    ///
    /// @throws Problem `invalid-file` or that of a signal, naming file and line
    public static FolderSource checked(Path folder) {
        FolderSource source = new FolderSource(folder);
        EvaluationData _ = source.data(Shift.AS_GIVEN, 1);
        return source;
    }

    /// Whether a folder is meant as one of these: it has one of the files that there must be.
    public static boolean isFolder(Path folder) {
        return List.of(TRUSTED, NORMAL, ANOMALOUS).stream()
                .anyMatch(file -> Files.exists(folder.resolve(file)));
    }

    @Override
    public String name() {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    @Override
    public List<Shift> shifts(List<Shift> wanted) {
        return List.of(Shift.AS_GIVEN);
    }

    @Override
    public EvaluationData data(Shift shift, int limit) {
        Map<String, String> seen = new HashMap<>();
        return new EvaluationData(
                name(),
                shift,
                read(TRUSTED, limit, seen),
                Files.exists(folder.resolve(UNTRUSTED)) ? read(UNTRUSTED, limit, seen) : List.of(),
                read(NORMAL, limit, seen),
                read(ANOMALOUS, limit, seen));
    }

    @Override
    public List<QuirkyExample> validation(int limit) {
        return List.of();
    }

    /// @param seen the file of every id so far
    private List<EvaluationRow> read(String file, int limit, Map<String, String> seen) {
        List<EvaluationRow> rows = new ArrayList<>();
        SignalFile.of(folder.resolve(file), LabelRule.OPTIONAL)
                .forEach(signal -> {
                    // A signal without an id is called by its number, which each file has.
                    String id = signal.id();
                    String before = seen.put(id.matches("row-\\d+") ? file + " " + id : id, file);
                    if (before != null) {
                        throw invalid(
                                "the id \"%s\" is there before, in %s, expected each once"
                                        .formatted(id, before));
                    }
                    Object agreement = signal.metadata().get(EvaluationRow.AGREEMENT);
                    if (!(agreement == null || agreement instanceof Boolean)) {
                        throw invalid(
                                "/metadata/agreement is %s, expected true or false"
                                        .formatted(agreement));
                    }
                    if (rows.size() < limit) {
                        rows.add(EvaluationRow.of(signal));
                    }
                });
        if (rows.isEmpty()) {
            throw invalid(file + ": holds no signal, expected one or more");
        }
        return rows;
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FILE, detail);
    }
}
