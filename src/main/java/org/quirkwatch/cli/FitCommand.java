package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureKind;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.fitting.Fit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Trusted signals to an artifact.
@Command(
        name = "fit",
        description = {
            "Fits a detector on trusted signals, calibrates it on others of them that it has not"
                    + " seen, and writes both as an artifact. The same signals, model, options and"
                    + " program give the same artifact.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch fit --model models/mine --trusted trusted.jsonl --output detectors/mine",
            "  quirkwatch fit --model models/mine --trusted trusted.jsonl --feature activation"
                    + " \\",
            "    --rule mahalanobis --layers 1,4,7 --output detectors/mine"
        })
final class FitCommand implements Callable<Integer> {

    /// The features' names, for the help.
    static final class FeatureNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return FeatureKinds.list().stream().map(FeatureKind::name).iterator();
        }
    }

    /// The rules' names, for the help.
    static final class RuleNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Rules.all().stream().map(Rule::name).iterator();
        }
    }

    private final Terminal terminal;

    @Spec private CommandSpec spec;

    @Mixin private ModelOptions model = new ModelOptions();

    @Option(
            names = "--trusted",
            required = true,
            paramLabel = "FILE.jsonl",
            description = "Signals of normal behaviour, one JSON object per line.")
    private Path trusted;

    @Option(
            names = "--untrusted",
            paramLabel = "FILE.jsonl",
            description = "Signals of which nothing is known, for rules that learn from them too.")
    private Optional<Path> untrusted = Optional.empty();

    @Option(
            names = "--feature",
            split = ",",
            paramLabel = "NAME",
            completionCandidates = FeatureNames.class,
            description =
                    "What the detector looks at; several are read from one pass:"
                            + " ${COMPLETION-CANDIDATES} (default: layer-difference, which told"
                            + " best on development models; activation where --hook-points say"
                            + " where).")
    private List<String> features = new ArrayList<>();

    @Option(
            names = "--combine",
            paramLabel = "NAME",
            defaultValue = "ensemble",
            description =
                    "How the layers of several features are put together: ensemble (each scored by"
                            + " itself), merge (those of a block side by side), concat (all side by"
                            + " side).")
    private Combination combination = Combination.ENSEMBLE;

    @Option(
            names = "--rule",
            paramLabel = "NAME",
            defaultValue = "mahalanobis",
            completionCandidates = RuleNames.class,
            description =
                    "How it scores: ${COMPLETION-CANDIDATES}; `detect --list-rules` lists them with"
                            + " their options.")
    private String rule = "mahalanobis";

    @Option(
            names = "--layers",
            split = ",",
            paramLabel = "N",
            description =
                    "Look at what enters these blocks, from 0 (default: what every block puts"
                            + " out).")
    private List<Integer> layers = new ArrayList<>();

    @Option(
            names = "--hook-points",
            split = ",",
            paramLabel = "NAME",
            description = "Look at these instead, as in capture; * stands for any characters.")
    private List<HookPointPattern> hookPoints = new ArrayList<>();

    @Option(
            names = "--position",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "last",
            description =
                    "last (token of the prompt), mean-prompt, label, mean-label; several count as"
                            + " layers of their own.")
    private List<Position> positions = List.of(Position.LAST);

    @Option(
            names = "--sae",
            paramLabel = "DIR",
            description = "The sparse autoencoder of the feature sae; its encoder goes along.")
    private Optional<Path> sae = Optional.empty();

    @Option(
            names = "--aggregation",
            paramLabel = "NAME",
            defaultValue = "standardised-mean",
            description =
                    "How the layers' scores become one: standardised-mean, standardised-max, mean,"
                            + " max.")
    private Aggregation aggregation = Aggregation.STANDARDISED_MEAN;

    @Option(
            names = "--set",
            paramLabel = "OPTION=VALUE",
            description =
                    "Set an option of the rule, such as rcond=1e-3; several times for several.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--calibration-share",
            paramLabel = "X",
            defaultValue = "0.5",
            description = "Share of the trusted signals that calibrates, 0.05 to 0.95.")
    private double calibrationShare = 0.5;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Decides which signals fit and which calibrate.")
    private long seed;

    @Option(
            names = "--keep-examples",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "Trusted signals that the artifact keeps as they are, for reviewers to compare"
                            + " with; 0 keeps no text, 2000 is the most.")
    private int keepExamples = FitOptions.EXAMPLES;

    @Option(
            names = "--id",
            paramLabel = "NAME",
            description = "The detector's name (default: that of the output folder).")
    private Optional<String> id = Optional.empty();

    @Option(
            names = "--force",
            description = "Replace an artifact that is there; its README.md stays.")
    private boolean force;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description =
                    "The folder to make, with those above it; it appears when it is complete.")
    private Path output;

    FitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (untrusted.isPresent() && !Rules.named(rule).offline()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the rule %s learns from trusted signals only: leave --untrusted out"
                            .formatted(rule));
        }
        if (!layers.isEmpty() && !hookPoints.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--layers and --hook-points exclude each other");
        }
        requireFree(output, force);
        boolean looksAtLabel = positions.stream().anyMatch(Position::ofLabel);
        LabelRule labels = looksAtLabel ? LabelRule.REQUIRED : LabelRule.OPTIONAL;
        List<Signal> signals = read(trusted, labels);
        List<Signal> others = untrusted.isPresent() ? read(untrusted.get(), labels) : List.of();
        try (HookedModel hooked = model.load()) {
            FitOptions options = options(hooked.config().nLayers());
            Artifact artifact;
            try (ShownProgress progress = terminal.progress("fit")) {
                artifact = Fit.fit(hooked, signals, others, options, progress);
            }
            ArtifactDirectory.write(artifact, output);
            terminal.note(
                    "%s: fitted on %d signals, calibrated on %d: no p-value below %.4g"
                            .formatted(
                                    artifact.id(),
                                    artifact.provenance().nFit(),
                                    artifact.calibration().n(),
                                    1 / (artifact.calibration().n() + 1.0)));
        }
        return 0;
    }

    private FitOptions options(int nLayers) {
        Path name = output.toAbsolutePath().normalize().getFileName();
        return new FitOptions(
                id.orElse(String.valueOf(name)),
                features.isEmpty() ? defaultFeature() : features,
                combination,
                layers,
                HookPointPattern.resolve(hookPoints, nLayers),
                positions,
                sae,
                rule,
                settings,
                aggregation,
                calibrationShare,
                seed,
                keepExamples);
    }

    private List<String> defaultFeature() {
        return List.of(hookPoints.isEmpty() ? "layer-difference" : "activation");
    }

    private static List<Signal> read(Path file, LabelRule labels) {
        List<Signal> signals = new ArrayList<>();
        SignalFile.of(file, labels).forEach(signals::add);
        return signals;
    }

    /// Before hours of work are spent on a folder that cannot be written.
    private static void requireFree(Path folder, boolean force) throws IOException {
        if (!force && Files.exists(folder.resolve("manifest.json"))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: holds an artifact already; --force replaces it"
                            .formatted(folder.getFileName()));
        }
        Path parent = folder.toAbsolutePath().normalize().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }
}
