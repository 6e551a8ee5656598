package org.quirkwatch.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Numbers that others have published, of other models than ours.
///
/// @param model whose
/// @param task which
/// @param detector the name that ours has
/// @param auroc aggregated over layers by the mean
/// @param source where it was published
record Published(String model, String task, String detector, double auroc, String source) {

    private static final String RESOURCE = "/published/quirky-auroc.tsv";

    /// All of them, in the order of the file.
    static List<Published> all() {
        List<Published> all = new ArrayList<>();
        try (InputStream in = Published.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not in the jar");
            }
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#") && !line.isBlank())
                    .skip(1)
                    .forEach(line -> {
                        String[] columns = line.split("\t", -1);
                        all.add(
                                new Published(
                                        columns[0],
                                        columns[1],
                                        columns[2],
                                        Double.parseDouble(columns[3]),
                                        columns[4]));
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(all);
    }
}
