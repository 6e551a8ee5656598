package org.quirkwatch.detector;

import org.quirkwatch.linalg.Matrix;

/// The optimal linear shrinkage of a sample covariance towards a multiple of the identity (Bodnar,
/// Gupta, Parolya 2014, arXiv 1308.2608): for S, `p x p`, from n samples,
///
/// ```text
/// Σ = a S + (1 − a) (tr S/p) I,    a = 1 − (tr(S)²/n) / (‖S‖² − tr(S)²/p)
/// ```
///
/// with the Frobenius norm. The original guards the quotient by adding a rounding unit to both
/// parts and lets a leave [0, 1]; here a is held within. Where S is itself a multiple of the
/// identity a does not matter. Σ is positive definite whenever tr S > 0, with 1 − a of at least
/// about 1/n, however few the samples.
///
/// @param weight a, in [0, 1]
/// @param target tr S/p
record LinearShrinkage(double weight, double target) {

    /// @param trace tr S, positive
    /// @param squaredNorm ‖S‖²
    /// @param size p, 1 or more
    /// @param samples n, positive; of weighted samples the sum of the weights
    static LinearShrinkage of(double trace, double squaredNorm, int size, double samples) {
        double spread = squaredNorm - trace * trace / size;
        double weight = spread > 0 ? 1 - trace * trace / samples / spread : 0;
        return new LinearShrinkage(Math.clamp(weight, 0.0, 1.0), trace / size);
    }

    /// Of a sample covariance.
    ///
    /// @param covariance `[p, p]`
    static LinearShrinkage of(Matrix covariance, double samples) {
        double trace = 0;
        for (int i = 0; i < covariance.rows(); i++) {
            trace += covariance.get(i, i);
        }
        double squaredNorm = 0;
        for (double value : covariance.toArray()) {
            squaredNorm += value * value;
        }
        return of(trace, squaredNorm, covariance.rows(), samples);
    }

    /// Σ of S, `[p, p]`.
    Matrix apply(Matrix covariance) {
        int size = covariance.rows();
        double[] values = covariance.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = weight * values[i] + (i % (size + 1) == 0 ? (1 - weight) * target : 0);
        }
        return Matrix.wrap(size, size, values);
    }

    /// The diagonal of Σ, of a diagonal S, `[p]`.
    double[] apply(double[] variances) {
        double[] values = new double[variances.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = weight * variances[i] + (1 - weight) * target;
        }
        return values;
    }
}
