package org.quirkwatch.calibration;

import java.util.Arrays;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Split-conformal p-values (Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World*):
/// with the scores s_1 … s_n of trusted rows that had no part in the fit,
///
/// ```text
/// p(s) = (1 + #{s_i ≥ s}) / (n + 1)
/// ```
///
/// in [1/(n + 1), 1]. For a new row that is exchangeable with the calibration rows, P(p ≤ a) ≤ a
/// for every a, whatever the detector; ties make it smaller. A row is flagged at significance level
/// alpha when p < alpha.
///
/// Immutable and thread-safe.
public final class Calibration {

    private final double[] ascending;

    /// @param scores `[n]`, of held-out trusted rows, in any order; copied
    /// @throws Problem `invalid-fit` when there is none, or one is not finite
    public Calibration(double[] scores) {
        ascending = scores.clone();
        for (double score : ascending) {
            if (!Double.isFinite(score)) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "a calibration score must be finite, got " + score);
            }
        }
        if (ascending.length == 0) {
            throw new Problem(ProblemCode.INVALID_FIT, "calibration needs a score, got none");
        }
        Arrays.sort(ascending);
    }

    /// The number of calibration scores.
    public int n() {
        return ascending.length;
    }

    /// A copy of the calibration scores, `[n]`, ascending.
    public double[] scores() {
        return ascending.clone();
    }

    /// The p-value of a score.
    ///
    /// @return in [1/(n + 1), 1]
    /// @throws Problem `internal` when the score is not finite: an error is never a score
    public double pValue(double score) {
        if (!Double.isFinite(score)) {
            throw new Problem(
                    ProblemCode.INTERNAL,
                    "the score is %s: the model gave features that are not finite numbers"
                            .formatted(score));
        }
        return ofRank(atLeast(score));
    }

    /// The score above which a row is flagged: for every finite score s, s > threshold(alpha)
    /// exactly when pValue(s) < alpha, ties and rounding included. It is one of the calibration
    /// scores.
    ///
    /// @param alpha as in [#requireResolvable]
    public double threshold(double alpha) {
        requireResolvable(alpha);
        // The most calibration scores at or above s that leave p below alpha. Searched with the
        // very expression of the p-value, so that both round alike.
        int low = 0;
        int high = ascending.length;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (ofRank(middle) < alpha) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return ascending[ascending.length - 1 - low];
    }

    /// Checks that a significance level can flag anything: p is never below 1/(n + 1), so at or
    /// below that alpha nothing would be flagged, however anomalous.
    ///
    /// @param alpha in (1/(n + 1), 1)
    /// @throws Problem `invalid-request` for any other: says the smallest
    public void requireResolvable(double alpha) {
        if (!(alpha > 0 && alpha < 1)) {
            throw new Problem(ProblemCode.INVALID_REQUEST, "alpha must be in (0, 1), got " + alpha);
        }
        double smallest = ofRank(0);
        if (!(alpha > smallest)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    ("alpha %s can never be reached with %d calibration rows: the smallest p-value"
                                    + " is 1/(n + 1) = %s, so alpha must be above it, or at least"
                                    + " %d calibration rows are needed")
                            .formatted(
                                    alpha,
                                    ascending.length,
                                    smallest,
                                    (long) Math.floor(1 / alpha)));
        }
    }

    private double ofRank(int atLeast) {
        return (1.0 + atLeast) / (ascending.length + 1.0);
    }

    private int atLeast(double score) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] >= score) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return ascending.length - low;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Calibration calibration
                && Arrays.equals(ascending, calibration.ascending);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ascending);
    }
}
