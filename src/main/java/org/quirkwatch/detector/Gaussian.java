package org.quirkwatch.detector;

import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A normal distribution in a basis of p directions.
///
/// @param mean `[p]`
/// @param whitening W, `[p, p]`, zero below the diagonal, with WWᵀ the inverse of the covariance
record Gaussian(double[] mean, Matrix whitening) {

    /// With a covariance that is shrunk first.
    ///
    /// @param mean `[p]`
    /// @param covariance `[p, p]`
    /// @param samples of which it comes
    /// @param kind of the rows, for the message: `trusted` or `untrusted`
    /// @throws Problem `invalid-fit` when the covariance is 0
    static Gaussian shrunk(double[] mean, Matrix covariance, double samples, String kind) {
        LinearShrinkage shrinkage = LinearShrinkage.of(covariance, samples);
        if (!(shrinkage.target() > 0)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the %.0f %s rows do not vary in the %d direction(s) of the basis"
                            .formatted(samples, kind, mean.length));
        }
        return new Gaussian(mean, LinearAlgebra.whitening(shrinkage.apply(covariance)));
    }

    /// With a diagonal covariance that is shrunk first: nothing to decompose.
    ///
    /// @param mean `[p]`
    /// @param variances `[p]`, of a positive sum
    /// @param samples of which they come
    static Gaussian shrunk(double[] mean, double[] variances, double samples) {
        double trace = 0;
        double squaredNorm = 0;
        for (double variance : variances) {
            trace += variance;
            squaredNorm += variance * variance;
        }
        int size = variances.length;
        double[] shrunk = LinearShrinkage.of(trace, squaredNorm, size, samples).apply(variances);
        double[] whitening = new double[size * size];
        for (int i = 0; i < size; i++) {
            whitening[i * size + i] = 1 / Math.sqrt(shrunk[i]);
        }
        return new Gaussian(mean, Matrix.wrap(size, size, whitening));
    }

    /// Of a state.
    ///
    /// @param mean `[p]`
    /// @param whitening the tensor's name
    /// @throws IllegalArgumentException when it is missing or misshapen, or its diagonal is not
    ///   positive
    static Gaussian of(double[] mean, FittedState state, String whitening) {
        Matrix matrix = state.tensor(whitening, mean.length, mean.length);
        for (int i = 0; i < mean.length; i++) {
            if (!(matrix.get(i, i) > 0)) {
                throw new IllegalArgumentException(
                        "tensor %s must have a positive diagonal, value %d is %s"
                                .formatted(whitening, i, matrix.get(i, i)));
            }
        }
        return new Gaussian(mean, matrix);
    }

    /// The logarithm of the density, in nats, plus p/2 ln 2π.
    ///
    /// @param rows `[n, p]`
    /// @return `[n]`
    double[] logDensities(Matrix rows) {
        double half = 0;
        for (int i = 0; i < mean.length; i++) {
            half += Math.log(whitening.get(i, i));
        }
        double[] densities =
                Whitening.squaredLengths(
                        LinearAlgebra.multiply(Whitening.deviations(rows, mean), whitening));
        for (int row = 0; row < densities.length; row++) {
            densities[row] = half - densities[row] / 2;
        }
        return densities;
    }
}
