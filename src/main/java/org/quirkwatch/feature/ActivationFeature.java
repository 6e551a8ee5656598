package org.quirkwatch.feature;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The activations themselves: each tap is a layer, named by its key.
///
/// @param taps activations at any points and positions, without repetition, at least one
public record ActivationFeature(List<Tap> taps) implements FeatureExtractor {

    static final String NAME = "activation";

    /// Copies and checks.
    ///
    /// @throws Problem `invalid-fit` when there is no tap, one repeats, or one is a gradient
    public ActivationFeature {
        taps = List.copyOf(taps);
        if (taps.isEmpty()) {
            throw new Problem(ProblemCode.INVALID_FIT, "the activation feature needs a hook point");
        }
        if (taps.stream().distinct().count() != taps.size()) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "a hook point is asked for twice in " + taps.stream().map(Tap::key).toList());
        }
        for (Tap tap : taps) {
            if (!(tap.quantity() instanceof Quantity.Activation)) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "the activation feature reads activations, %s is a gradient"
                                .formatted(tap.key()));
            }
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> layers() {
        return taps.stream().map(Tap::key).toList();
    }

    @Override
    public Features extract(Capture capture) {
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        for (Tap tap : taps) {
            byLayer.put(tap.key(), capture.get(tap));
        }
        return new Features(byLayer);
    }
}
