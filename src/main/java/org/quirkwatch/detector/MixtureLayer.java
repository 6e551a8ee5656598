package org.quirkwatch.detector;

import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// One layer of a [GaussianMixture] while it is fitted: its untrusted rows in the basis and the
/// distributions so far. Mutable, for one thread.
final class MixtureLayer {

    /// Weights that sum to less make no distribution.
    private static final double FEWEST_ROWS = 2;

    private final Matrix rows;
    // Of the trusted distribution, which does not change, `[m]`.
    private final double[] usually;
    private GaussianRatio ratio;
    private boolean ended;

    /// @param untrusted `[m, d]`
    MixtureLayer(GaussianRatio start, Matrix untrusted) {
        this.ratio = start;
        this.rows = start.project(untrusted);
        this.usually = start.usual().logDensities(rows);
    }

    /// The distributions so far.
    GaussianRatio ratio() {
        return ratio;
    }

    /// The probability that a row is not of the trusted distribution, `[m]`.
    ///
    /// @param prior of the trusted distribution, in (0, 1)
    double[] weights(double prior) {
        double odds = Math.log((1 - prior) / prior);
        double[] weights = ratio.other().logDensities(rows);
        for (int row = 0; row < weights.length; row++) {
            // 1/(1 + exp(−t)) is 0 or 1 where the exponential over- or underflows.
            weights[row] = 1 / (1 + Math.exp(usually[row] - weights[row] - odds));
        }
        return weights;
    }

    /// Sets the distribution of the other rows.
    ///
    /// @param weights `[m]`, in [0, 1]
    void update(double[] weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        ended = ended || !(sum >= FEWEST_ROWS);
        if (ended) {
            return;
        }
        int width = rows.columns();
        double[] values = rows.toArray();
        double[] mean = new double[width];
        for (int i = 0; i < values.length; i++) {
            mean[i % width] += weights[i / width] * values[i];
        }
        for (int i = 0; i < width; i++) {
            mean[i] /= sum;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.sqrt(weights[i / width] / sum) * (values[i] - mean[i % width]);
        }
        Matrix covariance = LinearAlgebra.gram(Matrix.wrap(rows.rows(), width, values));
        ratio = ratio.with(Gaussian.shrunk(mean, covariance, sum, "untrusted"));
    }
}
