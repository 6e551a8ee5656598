package org.quirkwatch.detector;

import java.util.List;

/// A [Rule] with its hyperparameters. It is fitted by a [JointFitter] and becomes [FittedLayers].
public interface Detector {

    /// What it is one of.
    Rule rule();

    /// A fitter that has seen nothing yet.
    ///
    /// @param layers the names of the layers, at least one, without repetition
    JointFitter fitter(List<String> layers);
}
