package org.quirkwatch.fitting;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.artifact.TrustedExamples;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How a detector is fitted.
///
/// @param id the artifact's name
/// @param features the features' names, at least one, each once
/// @param combination how the layers of several are put together
/// @param layers the blocks to look at; empty for those that a feature looks at by itself
/// @param hookPoints what is looked at instead of layers; empty as well
/// @param positions where it is looked at, at least one; each hook point is tapped at each position
/// @param sae the folder of a sparse autoencoder, for the feature that needs one
/// @param rule the scoring rule's name
/// @param settings of the rule's options by name; others hold as the rule says
/// @param aggregation how the layers' scores become one
/// @param calibrationShare share of the trusted rows that no layer is fitted on, from 0.05 to 0.95:
///   a fifth of them, at most 500, gives the layers' common scale, the others calibrate
/// @param seed of the split
/// @param keepExamples trusted signals that the artifact keeps with their texts, 0 to
///   [TrustedExamples#MOST]: the nearest of them are shown beside a flagged signal. 0 where no text
///   may leave the trusted rows
public record FitOptions(
        String id,
        List<String> features,
        Combination combination,
        List<Integer> layers,
        List<HookPoint> hookPoints,
        List<Position> positions,
        Optional<Path> sae,
        String rule,
        Map<String, String> settings,
        Aggregation aggregation,
        double calibrationShare,
        long seed,
        int keepExamples) {

    /// Examples that are kept where nothing else is said.
    public static final int EXAMPLES = 200;

    /// Copies and checks.
    ///
    /// @throws Problem `invalid-fit` for a share or a number of examples outside its range, or no
    ///   feature or one twice
    public FitOptions {
        features = List.copyOf(features);
        layers = List.copyOf(layers);
        hookPoints = List.copyOf(hookPoints);
        positions = List.copyOf(positions);
        settings = Map.copyOf(settings);
        if (!(calibrationShare >= 0.05 && calibrationShare <= 0.95)) {
            throw invalid("calibration share must be in [0.05, 0.95], got " + calibrationShare);
        }
        if (!(keepExamples >= 0 && keepExamples <= TrustedExamples.MOST)) {
            throw invalid(
                    "examples must be 0 to %d, got %d"
                            .formatted(TrustedExamples.MOST, keepExamples));
        }
        if (features.isEmpty() || features.stream().distinct().count() != features.size()) {
            throw invalid("features must be named, each once, got " + features);
        }
    }

    /// With [#EXAMPLES].
    public FitOptions(
            String id,
            List<String> features,
            Combination combination,
            List<Integer> layers,
            List<HookPoint> hookPoints,
            List<Position> positions,
            Optional<Path> sae,
            String rule,
            Map<String, String> settings,
            Aggregation aggregation,
            double calibrationShare,
            long seed) {
        this(
                id,
                features,
                combination,
                layers,
                hookPoints,
                positions,
                sae,
                rule,
                settings,
                aggregation,
                calibrationShare,
                seed,
                EXAMPLES);
    }

    /// The defaults: Mahalanobis on what leaves every block at the last prompt token, standardised
    /// mean over the blocks, half of the rows held out, seed 0.
    ///
    /// @param id the artifact's name
    public static FitOptions defaults(String id) {
        return new FitOptions(
                id,
                List.of("activation"),
                Combination.ENSEMBLE,
                List.of(),
                List.of(),
                List.of(Position.LAST),
                Optional.empty(),
                "mahalanobis",
                Map.of(),
                Aggregation.STANDARDISED_MEAN,
                0.5,
                0);
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
