package org.quirkwatch.detector;

import org.quirkwatch.linalg.Matrix;

/// Takes trusted rows in batches and fits a rule to them. Mutable, for one thread; its memory does
/// not grow with the number of rows beyond what the rule documents.
public interface Fitter {

    /// Adds trusted rows.
    ///
    /// @param rows `[m, nFeatures]`, as wide in each call
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when a value is not finite
    void add(Matrix rows);

    /// The rule fitted to all rows so far. More rows may be added afterwards; what was returned
    /// does not change.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there are too few rows, or they do
    ///   not vary
    FittedDetector fit();
}
