package org.quirkwatch.console;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.feature.FeatureRun;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What a detector sees of one signal, without judging it.
///
/// @param features `[width]` by the layer's name, all finite
record LookedAt(Map<String, double[]> features) {

    /// Copies the map.
    LookedAt {
        features = Map.copyOf(features);
    }

    /// Looks at a signal, in a pass of its own.
    ///
    /// @param model used by this thread until it returns
    /// @throws Problem why the signal cannot have these features, or `non-finite`
    static LookedAt of(HookedModel model, FeatureSet features, TokenizedSignal signal) {
        FeatureRun run = FeatureRun.of(model, features, List.of(signal), features.spec(false));
        run.refused()
                .getFirst()
                .ifPresent(problem -> {
                    throw problem;
                });
        Map<String, double[]> rows = new HashMap<>();
        features.extract(run.capture())
                .byLayer()
                .forEach((layer, matrix) -> {
                    if (!matrix.isFinite()) {
                        throw new Problem(
                                ProblemCode.NON_FINITE,
                                "layer %s has features that are not finite".formatted(layer));
                    }
                    rows.put(layer, matrix.row(0));
                });
        return new LookedAt(rows);
    }
}
