package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.evaluation.DetectorChoice;
import org.quirkwatch.evaluation.DetectorTable;
import org.quirkwatch.evaluation.FeatureCache;
import org.quirkwatch.evaluation.Grid;
import org.quirkwatch.evaluation.GridOptions;
import org.quirkwatch.evaluation.Report;
import org.quirkwatch.evaluation.ResultFile;
import org.quirkwatch.evaluation.Shift;
import org.quirkwatch.evaluation.UntrustedSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Detectors on models and rows, and the report of it.
@Command(
        name = "evaluate",
        description = {
            "Evaluates detectors: each is fitted on trusted rows, calibrated on others of them, and"
                    + " scores normal and anomalous rows, on every model, under every shift, for"
                    + " every seed. What stands in the output already is not computed again, so an"
                    + " interrupted run goes on when it is called again, and a further rule costs"
                    + " what it costs alone.",
            "",
            "The output folder gets cells.ndjson, a line per result; report.html, which needs no"
                    + " network; and report.md.",
            ""
        },
        footer = {
            "",
            "A detector is FEATURE/RULE: a feature of fit, several joined by +, or merge(...) or",
            "concat(...) of them; then a rule, with its options as :NAME=VALUE. `detect --list-rules`",
            "lists rules.",
            "",
            "A folder of rows of your own holds trusted.jsonl, normal.jsonl and anomalous.jsonl, and",
            "untrusted.jsonl where there are such rows: signals, as score reads them. A folder of",
            "--models holds a model directory per task, each with the quirky.json that training",
            "writes.",
            "",
            "Tasks: capitals, hemisphere, population, sciq, sentiment, nli, authors, addition,",
            "subtraction, multiplication, modularaddition, squaring.",
            "",
            "Examples:",
            "  quirkwatch evaluate --output out/addition",
            "  quirkwatch evaluate --models zoo --tasks nli,squaring --seeds 1 --output out/two",
            "  quirkwatch evaluate --models zoo --tasks all --features all --rules all --output out/all",
            "  quirkwatch evaluate --model models/mine --data rows --detector activation/lof:k=10 \\",
            "    --output out/mine"
        })
final class EvaluateCommand implements Callable<Integer> {

    private static final String CELLS = "cells.ndjson";

    private final Terminal terminal;

    @Spec private CommandSpec spec;

    @Mixin private ModelOptions model = new ModelOptions();

    @Mixin private EvaluationTasks rows = new EvaluationTasks();

    @Option(
            names = "--detector",
            paramLabel = "FEATURE/RULE",
            description = "A detector; several times for several (default: a table of about 40).")
    private List<DetectorChoice> detectors = new ArrayList<>();

    @Option(
            names = "--features",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Instead of that table: features, with every rule of --rules; or all, each with"
                            + " the rules that make sense with it (default: all, where there is"
                            + " --rules).")
    private List<String> features = new ArrayList<>();

    @Option(
            names = "--rules",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Rules, with options as :NAME=VALUE; or all that make sense with a feature"
                            + " (default: all, where there is --features).")
    private List<String> rules = new ArrayList<>();

    @Option(
            names = "--shift",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "none,easy-to-hard",
            description =
                    "none (rows of all difficulties) and easy-to-hard (fitted on easy rows, tested on"
                            + " hard ones), the default, both with names unseen; same-names (all"
                            + " difficulties, trusted names); exchangeable (normal rows are some of"
                            + " the trusted ones, so that flag rates have to hold).")
    private List<Shift> shifts = new ArrayList<>();

    @Option(
            names = "--untrusted-source",
            paramLabel = "NAME",
            defaultValue = "test",
            description =
                    "What rules learn from that need untrusted rows: test (the tested rows, as in"
                            + " the paper; default) or untrusted-train (other rows).")
    private UntrustedSource untrusted = UntrustedSource.TEST;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many splits of the trusted rows (default: 3).")
    private int seeds;

    @Option(
            names = "--calibration-share",
            paramLabel = "X",
            defaultValue = "0.3",
            description =
                    "Share of the trusted rows that scales and calibrates, 0.05 to 0.95 (default:"
                            + " 0.3); where rows are few, up to 0.5.")
    private double calibrationShare;

    @Option(
            names = "--alpha",
            split = ",",
            paramLabel = "X",
            defaultValue = "0.01,0.05",
            description = "Levels at which flags are counted (default: 0.01,0.05).")
    private List<Double> alphas = new ArrayList<>();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Most rows of each kind (default: 4000, as the method has).")
    private int limit;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Detectors that are fitted side by side (default: the processors).")
    private Optional<Integer> threads = Optional.empty();

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Where features are kept (default: the folder features in the output).")
    private Optional<Path> cache = Optional.empty();

    @Option(
            names = "--cache-limit",
            paramLabel = "MIB",
            defaultValue = "8192",
            description =
                    "MiB that kept features may take; those not used for longest go (default:"
                            + " 8192).")
    private long cacheMebibytes;

    @Option(
            names = "--default-detector",
            paramLabel = "FEATURE/RULE",
            defaultValue = Report.DEFAULT_DETECTOR,
            description =
                    "Which detector the report shows beside the best (default: "
                            + Report.DEFAULT_DETECTOR
                            + ").")
    private DetectorChoice preferred;

    @Option(
            names = "--report-only",
            description = "Write the report anew from what the output holds, computing nothing.")
    private boolean reportOnly;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "The folder for results and report; made where it does not exist.")
    private Path output;

    EvaluateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!(cacheMebibytes >= 1 && cacheMebibytes <= 1L << 30)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "--cache-limit must be 1 to %d, got %d".formatted(1L << 30, cacheMebibytes));
        }
        GridOptions options =
                new GridOptions(
                        shifts,
                        detectors(),
                        seeds,
                        calibrationShare,
                        alphas,
                        untrusted,
                        limit,
                        threads.orElse(Math.min(64, Runtime.getRuntime().availableProcessors())));
        Path cells = output.resolve(CELLS);
        if (reportOnly) {
            if (!Files.isRegularFile(cells)) {
                throw new Problem(
                        ProblemCode.INVALID_FILE, CELLS + ": there is no such file to report on");
            }
        } else {
            // What is wrong with models and rows is found before anything is written.
            List<Grid.Task> tasks = rows.of(model, spec.commandLine());
            makeFolder();
            run(tasks, options, cells);
        }
        Report.write(
                ResultFile.read(cells, terminal::note),
                preferred,
                output.resolve("report.html"),
                output.resolve("report.md"));
        return 0;
    }

    private void makeFolder() {
        try {
            Files.createDirectories(output);
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    output.getFileName() + ": cannot be made a folder for the output",
                    e);
        }
    }

    private void run(List<Grid.Task> tasks, GridOptions options, Path cells) {
        FeatureCache kept =
                new FeatureCache(
                        cache.orElse(output.resolve("features")),
                        cacheMebibytes << 20,
                        terminal::note);
        try (ResultFile results = ResultFile.open(cells, terminal::note)) {
            Grid.Outcome outcome;
            try (ShownProgress progress = terminal.progress("evaluate")) {
                outcome = Grid.run(tasks, options, kept, results, progress);
            }
            terminal.note(
                    String.format(
                            Locale.ROOT,
                            "%d results: %d were there, %d computed, %d of them could not be had",
                            outcome.cells(),
                            outcome.cells() - outcome.computed(),
                            outcome.computed(),
                            outcome.failed()));
        }
    }

    private List<DetectorChoice> detectors() {
        if (detectors.isEmpty() && features.isEmpty() && rules.isEmpty()) {
            return DetectorTable.standard();
        }
        List<DetectorChoice> all = new ArrayList<>(detectors);
        if (!features.isEmpty() || !rules.isEmpty()) {
            all.addAll(DetectorTable.all(table()));
        }
        return all.stream().distinct().toList();
    }

    /// What is named goes together as it is; what is not named, where it makes sense.
    private Map<String, List<String>> table() {
        boolean allFeatures = isAll(features);
        boolean allRules = isAll(rules);
        if (!allRules) {
            // Those that fit no feature would go unseen.
            rules.forEach(rule -> Rules.named(ruleName(rule)));
        }
        Map<String, List<String>> table = new LinkedHashMap<>();
        for (String feature : allFeatures ? DetectorTable.features(rows.hasSae()) : features) {
            List<String> sensible = DetectorTable.rules(feature);
            List<String> of =
                    allRules
                            ? sensible
                            : rules.stream()
                                    .filter(rule ->
                                            !allFeatures || sensible.contains(ruleName(rule)))
                                    .toList();
            table.put(feature, of);
        }
        return table;
    }

    /// Without its options.
    private static String ruleName(String rule) {
        return rule.split(":", -1)[0];
    }

    private static boolean isAll(List<String> names) {
        return names.isEmpty() || names.equals(List.of("all"));
    }
}
