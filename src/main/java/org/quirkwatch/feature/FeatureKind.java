package org.quirkwatch.feature;

import java.util.List;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;

/// A kind of feature: what it is called, how one is made, and how a fitted one comes back from
/// data. There is one of each, listed in [FeatureKinds].
public interface FeatureKind {

    /// The name in commands, manifests and verdicts.
    String name();

    /// What it looks at, in one line.
    String summary();

    /// A feature of a model.
    ///
    /// @param view the model's sizes and what of it is to be looked at
    /// @throws Problem `invalid-fit` when it cannot look there
    Feature of(FeatureView view);

    /// The extractor of a fitted state.
    ///
    /// @param taps what it reads, as [FeatureExtractor#taps] gave it
    /// @throws IllegalArgumentException when the taps are not of this feature, or a tensor or
    ///   number is missing, superfluous, of another shape or outside its range
    FeatureExtractor restore(List<Tap> taps, FittedState state);
}
