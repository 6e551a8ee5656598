package org.quirkwatch.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// A folder of rows for the tiny model: trusted and normal rows are sums, anomalous ones something
/// else, in which normal and anomalous behaviour agree in every other row.
final class EvaluationFolder {

    private EvaluationFolder() {}

    static Path write(Path folder, int trusted, int each) throws IOException {
        Files.createDirectories(folder);
        write(folder.resolve("trusted.jsonl"), trusted, i -> row("t" + i, sum(i * 37 % 911, i), i));
        write(folder.resolve("normal.jsonl"), each, i -> row("n" + i, sum(i * 53 % 907, i + 7), i));
        write(
                folder.resolve("anomalous.jsonl"),
                each,
                i -> row("a" + i, "zq xj %d kw!! vb %d".formatted(i * 7919, i), i));
        return folder;
    }

    private static String sum(int a, int b) {
        return "The sum of %d and %d is a number.".formatted(a, b);
    }

    static void write(Path file, int rows, IntFunction<String> row) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            lines.add(row.apply(i));
        }
        Files.write(file, lines);
    }

    static String row(String id, String prompt, int i) {
        return ("{\"id\": \"%s\", \"prompt\": \"%s\", \"label\": \" Yes\", \"choices\": [\" No\", \" Yes\"],"
                        + " \"metadata\": {\"agreement\": %s}}")
                .formatted(id, prompt, i % 2 == 0);
    }
}
