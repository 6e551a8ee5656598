package org.quirkwatch.feature;

import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How the layers of several features are put together.
public enum Combination {
    /// Each layer of each feature is scored by itself.
    ENSEMBLE("ensemble"),
    /// What several features make of the same block is one layer, their columns side by side.
    MERGE("merge"),
    /// Everything is one layer, all columns side by side.
    CONCAT("concat");

    private final String text;

    Combination(String text) {
        this.text = text;
    }

    /// The name in commands and manifests.
    public String text() {
        return text;
    }

    /// The combination of a name.
    ///
    /// @throws Problem `invalid-fit` for another text
    public static Combination parse(String text) {
        for (Combination combination : values()) {
            if (combination.text.equals(text)) {
                return combination;
            }
        }
        throw new Problem(
                ProblemCode.INVALID_FIT,
                "the combination must be ensemble, merge or concat, got \"%s\"".formatted(text));
    }
}
