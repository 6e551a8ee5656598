package org.quirkwatch.feature;

import org.quirkwatch.model.Capture;

/// Learns what a feature needs to know of trusted signals. Mutable, for one thread; its memory does
/// not grow with the number of signals.
public interface FeatureFitter {

    /// Whether there is anything to learn; where not, nothing has to be added.
    boolean learns();

    /// Adds trusted signals.
    ///
    /// @param capture with all of [Feature#taps], finite
    void add(Capture capture);

    /// The feature fitted to all signals so far.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there are too few
    FeatureExtractor fit();
}
