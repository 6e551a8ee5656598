package org.quirkwatch.feature;

import java.util.List;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Turns what the model gave into what a detector looks at. Immutable and thread-safe.
public sealed interface FeatureExtractor permits ActivationFeature {

    /// The feature's name in commands, manifests and verdicts.
    String name();

    /// The taps that it needs.
    List<Tap> taps();

    /// The names of the layers that it makes, in order.
    List<String> layers();

    /// The features of a batch.
    ///
    /// @param capture with all of [#taps]
    Features extract(Capture capture);

    /// The extractor of a name.
    ///
    /// @param name `activation`
    /// @param taps the taps that it reads
    /// @throws Problem `invalid-fit` for an unknown name or taps that the feature cannot use
    static FeatureExtractor of(String name, List<Tap> taps) {
        if (name.equals(ActivationFeature.NAME)) {
            return new ActivationFeature(taps);
        }
        throw new Problem(
                ProblemCode.INVALID_FIT,
                "there is no feature \"%s\": expected %s".formatted(name, ActivationFeature.NAME));
    }
}
