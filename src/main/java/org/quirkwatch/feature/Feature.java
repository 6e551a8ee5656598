package org.quirkwatch.feature;

import java.util.List;
import org.quirkwatch.model.Tap;

/// What a detector looks at, with its options but before it has seen any data. Immutable.
public interface Feature {

    /// What it is one of.
    FeatureKind kind();

    /// What it reads of the model.
    List<Tap> taps();

    /// What its fitter reads of trusted signals; by default [#taps].
    default List<Tap> fitTaps() {
        return taps();
    }

    /// Whether it looks at the probability of the label.
    boolean needsLabels();

    /// What the model has to be run on for it besides trusted signals.
    default OwnSignals ownSignals() {
        return OwnSignals.NONE;
    }

    /// A fitter that has seen nothing yet.
    FeatureFitter fitter();
}
