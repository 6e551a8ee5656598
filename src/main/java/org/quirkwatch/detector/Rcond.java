package org.quirkwatch.detector;

import java.util.OptionalDouble;

/// The relative cut-off of eigenvalues as an option of rules: directions of at most `rcond` times
/// the largest variance are dropped.
final class Rcond {

    static final String AUTO = "auto";
    static final RuleOption OPTION =
            new RuleOption(
                    "rcond",
                    AUTO,
                    "drop directions of at most this times the largest variance, from 0 to below 1;"
                            + " auto: chosen from the rows and their noise");

    private Rcond() {}

    /// What is set; empty to have it chosen by [DirectionCut].
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` outside [0, 1)
    static OptionalDouble of(RuleSettings settings) {
        if (settings.text("rcond").equals(AUTO)) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(settings.number("rcond", 0, Math.nextDown(1.0)));
    }
}
