package org.quirkwatch.feature;

import java.util.List;
import org.quirkwatch.model.Capture;
import org.quirkwatch.signal.Signal;

/// Learns what a feature needs to know of trusted signals. Mutable, for one thread; its memory does
/// not grow with the number of signals.
public interface FeatureFitter {

    /// Whether there is anything to learn of trusted signals; where not, none has to be added.
    boolean learns();

    /// Adds trusted signals.
    ///
    /// @param capture with all of [Feature#fitTaps], finite
    void add(Capture capture);

    /// Adds trusted signals, for a feature that learns from their labels too.
    ///
    /// @param signals one per row of the capture
    /// @param capture with all of [Feature#fitTaps], finite
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` for a signal whose label the feature
    ///   cannot learn from
    default void add(List<Signal> signals, Capture capture) {
        add(capture);
    }

    /// Takes what the model gave for the feature's own signals. Called once, where it has any.
    ///
    /// @param capture with all taps of [Feature#ownSignals], rows in the order of its signals,
    ///   finite
    default void addOwn(Capture capture) {
        throw new IllegalStateException("the feature has no signals of its own");
    }

    /// The feature fitted to all signals so far.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there are too few
    FeatureExtractor fit();
}
