package org.quirkwatch.detector;

import org.quirkwatch.linalg.Matrix;

/// A rule fitted to trusted rows: immutable, thread-safe, and plain data.
public sealed interface FittedDetector permits FittedMahalanobis {

    /// The rule's name.
    String rule();

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

    /// The detector of a state.
    ///
    /// @param rule the rule's name
    /// @throws IllegalArgumentException when the rule is unknown, a tensor or number is missing,
    ///   superfluous, of another shape or outside its range: the message names it
    static FittedDetector of(String rule, FittedState state) {
        if (rule.equals(Mahalanobis.RULE)) {
            return FittedMahalanobis.of(state);
        }
        throw new IllegalArgumentException(
                "unknown rule \"%s\", expected %s".formatted(rule, Mahalanobis.RULE));
    }
}
