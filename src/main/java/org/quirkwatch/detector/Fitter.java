package org.quirkwatch.detector;

import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Takes rows of one layer in batches and fits a rule to them. Mutable, for one thread; its memory
/// does not grow with the number of rows beyond what the rule documents.
interface Fitter {

    /// Adds trusted rows.
    ///
    /// @param rows `[m, nFeatures]`, as wide in each call
    /// @throws Problem `invalid-fit` when a value is not finite
    void add(Matrix rows);

    /// Adds untrusted rows.
    ///
    /// @param rows `[m, nFeatures]`, as wide as the trusted ones
    /// @throws Problem `invalid-fit` when a value is not finite, or the rule does not learn from
    ///   untrusted rows
    default void addUntrusted(Matrix rows) {
        throw new Problem(ProblemCode.INVALID_FIT, "the rule learns from trusted rows only");
    }

    /// The rule fitted to all rows so far. More rows may be added afterwards; what was returned
    /// does not change.
    ///
    /// @throws Problem `invalid-fit` when there are too few rows, or they do not vary
    FittedDetector fit();
}
