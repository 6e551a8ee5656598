package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How a detector is fitted.
///
/// @param id the artifact's name
/// @param feature the feature's name
/// @param rule the scoring rule's name
/// @param hookPoints what is looked at, without repetition; empty for what every block puts out
///   ([#everyBlock])
/// @param positions where it is looked at, at least one; each hook point is tapped at each position
/// @param aggregation how the layers' scores become one
/// @param settings of the rule's options by name; others hold as the rule says
/// @param calibrationShare share of the trusted rows that no layer is fitted on, from 0.05 to 0.95:
///   a fifth of them, at most 500, gives the layers' common scale, the others calibrate
/// @param seed of the split
public record FitOptions(
        String id,
        String feature,
        String rule,
        List<HookPoint> hookPoints,
        List<Position> positions,
        Aggregation aggregation,
        Map<String, String> settings,
        double calibrationShare,
        long seed) {

    private static final int MOST_TAPS = 1024;

    /// Copies and checks.
    ///
    /// @throws Problem `invalid-fit` for a share outside its range, no position or too many taps
    public FitOptions {
        hookPoints = List.copyOf(hookPoints);
        positions = List.copyOf(positions);
        settings = Map.copyOf(settings);
        if (!(calibrationShare >= 0.05 && calibrationShare <= 0.95)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "calibration share must be in [0.05, 0.95], got " + calibrationShare);
        }
        if (positions.isEmpty()) {
            throw new Problem(ProblemCode.INVALID_FIT, "at least one position is needed");
        }
        if (!((long) hookPoints.size() * positions.size() <= MOST_TAPS)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "%d hook points at %d positions are more than %d taps"
                            .formatted(hookPoints.size(), positions.size(), MOST_TAPS));
        }
    }

    /// The defaults: Mahalanobis on what every block puts out at the last prompt token,
    /// standardised mean over the blocks, half of the rows held out, seed 0.
    ///
    /// @param id the artifact's name
    public static FitOptions defaults(String id) {
        return new FitOptions(
                id,
                "activation",
                "mahalanobis",
                List.of(),
                List.of(Position.LAST),
                Aggregation.STANDARDISED_MEAN,
                Map.of(),
                0.5,
                0);
    }

    /// What every block puts out: the residual stream as it enters the blocks from the second on,
    /// and as it leaves the last. What enters the first block is left out: it is the embedding of
    /// one token, which says nothing of the rest of the prompt and at the last token is often the
    /// same for all.
    public static List<HookPoint> everyBlock(int nLayers) {
        List<HookPoint> points = new ArrayList<>();
        IntStream.range(1, nLayers).forEach(i -> points.add(new HookPoint(i, Site.RESID_PRE)));
        points.add(new HookPoint(nLayers - 1, Site.RESID_POST));
        return points;
    }

    List<Tap> taps(int nLayers) {
        List<Tap> taps = new ArrayList<>();
        for (HookPoint point : hookPoints.isEmpty() ? everyBlock(nLayers) : hookPoints) {
            if (!(point.layer() < nLayers)) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "%s does not exist: the model has layers 0 to %d"
                                .formatted(point, nLayers - 1));
            }
            for (Position position : positions) {
                taps.add(Tap.activation(point, position));
            }
        }
        return taps;
    }
}
