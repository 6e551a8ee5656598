package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.fitting.DetectMatrices;
import org.quirkwatch.fitting.DetectMatrices.Detection;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.torch.DType;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A rule on feature matrices, without a model.
@Command(
        name = "detect",
        description = {
            "Fits a rule to trusted rows of feature matrices and scores other rows with it, without"
                    + " a model. A file is safetensors, where every tensor [n, width] is a layer, as"
                    + " capture writes them, or npy with one matrix. The output holds"
                    + " scores/LAYER, score and p_value, each [n] in float64, higher scores being"
                    + " more anomalous; a name that ends in .npy gives score alone.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch capture --input trusted.jsonl --hook-points 'blocks.*.hook_resid_post' \\",
            "    --output trusted.safetensors",
            "  quirkwatch capture --input new.jsonl --hook-points 'blocks.*.hook_resid_post' \\",
            "    --output new.safetensors",
            "  quirkwatch detect --rule mahalanobis --set rcond=1e-3 --trusted trusted.safetensors \\",
            "    --input new.safetensors --output scores.safetensors"
        })
final class DetectCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Spec private CommandSpec spec;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Task task = new Task();

    @Option(
            names = "--rule",
            paramLabel = "NAME",
            defaultValue = "mahalanobis",
            description = "How it scores; --list-rules lists them.")
    private String rule = "mahalanobis";

    @Option(
            names = "--set",
            paramLabel = "OPTION=VALUE",
            description =
                    "Set an option of the rule, such as rcond=1e-3; several times for several.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--untrusted",
            paramLabel = "FILE",
            description =
                    "Rows of which nothing is known, for rules that learn from them too (default"
                            + " for those: the input rows).")
    private Optional<Path> untrusted = Optional.empty();

    @Option(
            names = "--aggregation",
            paramLabel = "NAME",
            description =
                    "How the layers' scores become one: standardised-mean, standardised-max, mean,"
                            + " max (default: standardised-mean, or mean with a calibration share"
                            + " of 0).")
    private Optional<Aggregation> aggregation = Optional.empty();

    @Option(
            names = "--calibration-share",
            paramLabel = "X",
            defaultValue = "0.5",
            description =
                    "Share of the trusted rows that scales and calibrates instead of fitting, 0.05"
                            + " to 0.95; 0 fits on all of them and gives no p_value.")
    private double calibrationShare = 0.5;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Decides which rows fit and which calibrate.")
    private long seed;

    /// Either of two things to do.
    static final class Task {
        @Option(
                names = "--list-rules",
                required = true,
                description = "List the rules with their options and what holds unless set.")
        private boolean listRules;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private @Nullable Files files;
    }

    /// What is read and written.
    static final class Files {
        @Option(
                names = "--trusted",
                required = true,
                paramLabel = "FILE",
                description = "Rows of normal behaviour; each of its tensors is a layer.")
        private @Nullable Path trusted;

        @Option(
                names = "--input",
                required = true,
                paramLabel = "FILE",
                description = "Rows to score, with the same layers.")
        private @Nullable Path input;

        @Option(
                names = "--output",
                required = true,
                paramLabel = "FILE",
                description = "Where to, safetensors or .npy; it appears when it is complete.")
        private @Nullable Path output;
    }

    DetectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (task.listRules) {
            terminal.out().write(RuleList.text().getBytes(StandardCharsets.UTF_8));
            terminal.out().flush();
            return 0;
        }
        Files files = Objects.requireNonNull(task.files);
        Path output = Objects.requireNonNull(files.output);
        boolean offline = Rules.named(rule).offline();
        if (untrusted.isPresent() && !offline) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the rule %s learns from trusted rows only: leave --untrusted out"
                            .formatted(rule));
        }
        DetectMatrices.Options options =
                new DetectMatrices.Options(
                        rule,
                        settings,
                        aggregation.orElse(
                                calibrationShare == 0
                                        ? Aggregation.MEAN
                                        : Aggregation.STANDARDISED_MEAN),
                        calibrationShare,
                        seed);
        // Before hours of work are spent: a wrong setting, and an output that cannot be written.
        Rules.detector(rule, settings);
        OutputFile.requireWritable(output);
        Rows rows = rows(files);
        if (offline && untrusted.isEmpty()) {
            terminal.note(
                    "%s learns from untrusted rows too: without --untrusted these are the %d rows of the input%s"
                            .formatted(
                                    rule,
                                    rows.input.size(),
                                    calibrationShare == 0
                                            ? ""
                                            : ", and p-values are exact only as far as that makes"
                                                    + " no difference"));
        }
        Detection detection;
        try (ShownProgress progress = terminal.progress("detect")) {
            detection =
                    DetectMatrices.run(options, rows.trusted, rows.untrusted, rows.input, progress);
        }
        write(detection, output);
        terminal.note(summary(detection));
        return 0;
    }

    private record Rows(LayerRows trusted, Optional<LayerRows> untrusted, LayerRows input) {}

    /// Reads the files, after all their headers were found to fit each other.
    private Rows rows(Files files) throws IOException {
        MatrixFile trusted = MatrixFile.open(Objects.requireNonNull(files.trusted));
        List<String> layers = trusted.layers();
        SequencedMap<String, LayerRows.Size> sizes = trusted.sizes(layers);
        MatrixFile input = like(Objects.requireNonNull(files.input), trusted.name(), sizes);
        Optional<MatrixFile> others =
                untrusted.isPresent()
                        ? Optional.of(like(untrusted.get(), trusted.name(), sizes))
                        : Optional.empty();
        List<String> ignored = new ArrayList<>(input.layers());
        ignored.removeAll(layers);
        if (!ignored.isEmpty()) {
            terminal.note(
                    "%s: %d tensor(s) that %s does not have are not looked at"
                            .formatted(input.name(), ignored.size(), trusted.name()));
        }
        return new Rows(
                trusted.read(layers),
                others.isPresent() ? Optional.of(others.get().read(layers)) : Optional.empty(),
                input.read(layers));
    }

    private static MatrixFile like(
            Path path, String trusted, SequencedMap<String, LayerRows.Size> sizes)
            throws IOException {
        MatrixFile file = MatrixFile.open(path);
        SequencedMap<String, LayerRows.Size> own = new LinkedHashMap<>();
        for (String layer : file.layers()) {
            if (sizes.containsKey(layer)) {
                own.put(layer, file.size(layer));
            }
        }
        LayerRows.requireLike(file.name(), own, trusted, sizes);
        LayerRows.requireSizes(file.name(), own);
        return file;
    }

    private static void write(Detection detection, Path output) throws IOException {
        double[] score = detection.scores().aggregated();
        if (String.valueOf(output.getFileName()).endsWith(".npy")) {
            try (OutputFile file = OutputFile.create(output)) {
                NpyFile.write(file.stream(), score);
                file.commit();
            }
            return;
        }
        SequencedMap<String, double[]> tensors = new LinkedHashMap<>();
        double[][] perLayer = detection.scores().perLayer();
        for (int i = 0; i < detection.layers().size(); i++) {
            double[] column = new double[score.length];
            for (int row = 0; row < column.length; row++) {
                column[row] = perLayer[row][i];
            }
            tensors.put("scores/" + detection.layers().get(i), column);
        }
        tensors.put("score", score);
        if (detection.nCalibration() > 0) {
            tensors.put("p_value", detection.pValues());
        }
        List<SafetensorsWriter.Entry> entries =
                tensors.keySet().stream()
                        .map(name -> new SafetensorsWriter.Entry(name, DType.FLOAT64, score.length))
                        .toList();
        try (SafetensorsWriter writer = SafetensorsWriter.create(output, entries, Map.of())) {
            tensors.forEach(writer::write);
            writer.commit();
        }
    }

    private static String summary(Detection detection) {
        String scored =
                "%d rows in %d layer(s) scored; fitted on %d trusted rows"
                        .formatted(
                                detection.scores().aggregated().length,
                                detection.layers().size(),
                                detection.nFit());
        return detection.nCalibration() == 0
                ? scored + ", not calibrated"
                : scored
                        + ", calibrated on %d: no p-value below %.4g"
                                .formatted(
                                        detection.nCalibration(),
                                        1 / (detection.nCalibration() + 1.0));
    }
}
