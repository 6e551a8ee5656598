package org.quirkwatch.detector;

import java.util.Map;
import org.quirkwatch.linalg.Matrix;

/// Takes rows of all layers in batches and fits a rule to them. Mutable, for one thread; its memory
/// does not grow with the number of rows beyond what the rule documents.
public interface JointFitter {

    /// Adds trusted rows.
    ///
    /// @param trusted per layer `[m, width]`, the same samples in each, as wide in each call
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when a value is not finite: names the
    ///   layer
    void add(Map<String, Matrix> trusted);

    /// Adds untrusted rows, which only rules that are [Rule#offline] learn from.
    ///
    /// @param untrusted as the trusted ones
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when a value is not finite or the rule
    ///   is not offline
    void addUntrusted(Map<String, Matrix> untrusted);

    /// The rule fitted to all rows so far. More may be added afterwards; what was returned does not
    /// change.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there are too few rows, or they do
    ///   not vary: names the layer
    FittedLayers fit();
}
