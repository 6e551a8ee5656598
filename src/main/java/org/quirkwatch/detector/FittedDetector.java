package org.quirkwatch.detector;

import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// A rule fitted to the rows of one layer: immutable, thread-safe, and plain data.
interface FittedDetector {

    /// The width of the rows that it scores.
    int nFeatures();

    /// Scores rows, each on its own: higher is more anomalous.
    ///
    /// @param rows `[n, nFeatures]`
    /// @return `[n]`; finite for every finite row unless the score itself overflows, NaN or
    ///   infinite for a row that is not finite
    double[] score(Matrix rows);

    /// Everything that this detector is, as data.
    FittedState state();

    /// The same detector as if it had been fitted with these untrusted rows instead. Only of rules
    /// that are [Rule#offline].
    ///
    /// @param untrusted `[m, nFeatures]`
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there are too few rows, or they do
    ///   not vary
    default FittedDetector withUntrusted(Matrix untrusted) {
        throw new UnsupportedOperationException("the rule learns from trusted rows only");
    }
}
