package org.quirkwatch.detector;

import java.util.OptionalDouble;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A scoring rule with its hyperparameters. It is fitted on trusted rows by a [Fitter] and becomes
/// a [FittedDetector].
public sealed interface Detector permits Mahalanobis {

    /// The rule's name in commands, manifests and verdicts.
    String rule();

    /// A fitter that has seen nothing yet.
    Fitter fitter();

    /// The rule of a name.
    ///
    /// @param rule `mahalanobis`
    /// @param rcond the rule's relative cut-off of eigenvalues, or empty to have it chosen
    /// @throws Problem `invalid-fit` for an unknown name or a cut-off outside [0, 1)
    static Detector of(String rule, OptionalDouble rcond) {
        if (rule.equals(Mahalanobis.RULE)) {
            return new Mahalanobis(rcond);
        }
        throw new Problem(
                ProblemCode.INVALID_FIT,
                "there is no rule \"%s\": expected %s".formatted(rule, Mahalanobis.RULE));
    }
}
