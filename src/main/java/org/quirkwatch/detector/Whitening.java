package org.quirkwatch.detector;

import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// Takes rows to coordinates along kept directions, from the trusted mean, each in its standard
/// deviation. Immutable.
final class Whitening {

    static final String N_FIT = "n_fit";
    static final String N_FEATURES = "n_features";
    static final String RANK = "rank";
    static final String MEAN = "mean";
    static final String VARIANCES = "variances";
    static final String DIRECTIONS = "directions";

    private final double[] mean;
    private final double[] variances;
    private final Matrix matrix;

    private Whitening(double[] mean, double[] variances, Matrix matrix) {
        this.mean = mean;
        this.variances = variances;
        this.matrix = matrix;
    }

    /// From the numbers and tensors of the names above.
    ///
    /// @throws IllegalArgumentException when one is missing, misshapen or out of range
    static Whitening of(FittedState state) {
        state.count(N_FIT, 2);
        int nFeatures = state.count(N_FEATURES, 1);
        int rank = state.count(RANK, 1);
        if (!(rank <= nFeatures)) {
            throw new IllegalArgumentException(
                    "rank must be at most n_features = %d, got %d".formatted(nFeatures, rank));
        }
        double[] mean = state.tensor(MEAN, 1, nFeatures).row(0);
        // A variance of 0 would divide by 0.
        double[] variances = state.positive(VARIANCES, rank);
        double[] deviations = new double[rank];
        for (int i = 0; i < rank; i++) {
            deviations[i] = Math.sqrt(variances[i]);
        }
        double[] whitening = state.tensor(DIRECTIONS, nFeatures, rank).toArray();
        for (int i = 0; i < whitening.length; i++) {
            whitening[i] /= deviations[i % rank];
        }
        return new Whitening(mean, variances, Matrix.wrap(nFeatures, rank, whitening));
    }

    /// The width of the rows.
    int nFeatures() {
        return mean.length;
    }

    /// The number of directions.
    int rank() {
        return matrix.columns();
    }

    /// What coordinates are taken by: directions over standard deviations, `[nFeatures, rank]`.
    Matrix matrix() {
        return matrix;
    }

    /// The variance along a direction, positive.
    double variance(int direction) {
        return variances[direction];
    }

    /// Rows less the mean.
    ///
    /// @param rows `[n, nFeatures]`
    Matrix deviations(Matrix rows) {
        return deviations(rows, mean);
    }

    /// Rows less a mean.
    ///
    /// @param rows `[n, d]`
    /// @param mean `[d]`
    /// @throws IllegalArgumentException for rows of another width
    static Matrix deviations(Matrix rows, double[] mean) {
        requireWidth(rows, mean.length);
        double[] deviations = rows.toArray();
        for (int i = 0; i < deviations.length; i++) {
            deviations[i] -= mean[i % mean.length];
        }
        return Matrix.wrap(rows.rows(), mean.length, deviations);
    }

    static void requireWidth(Matrix rows, int nFeatures) {
        if (rows.columns() != nFeatures) {
            throw new IllegalArgumentException(
                    "expected rows of %d features, got %s".formatted(nFeatures, rows));
        }
    }

    /// The coordinates of rows less the mean.
    ///
    /// @param deviations `[n, nFeatures]`
    /// @return `[n, rank]`
    Matrix whiten(Matrix deviations) {
        return LinearAlgebra.multiply(deviations, matrix);
    }

    /// Makes the score of a finite row infinite where it is NaN: only differences of values that
    /// overflowed make it so, and such a row is far from everything.
    ///
    /// @param rows `[n, d]`
    /// @param scores `[n]`, changed in place
    static void settle(Matrix rows, double[] scores) {
        for (int row = 0; row < scores.length; row++) {
            if (Double.isNaN(scores[row]) && rows.slice(row, row + 1).isFinite()) {
                scores[row] = Double.POSITIVE_INFINITY;
            }
        }
    }

    /// The squared length of each row.
    ///
    /// @param rows `[n, k]`
    /// @return `[n]`
    static double[] squaredLengths(Matrix rows) {
        double[] values = rows.toArray();
        int width = rows.columns();
        double[] lengths = new double[rows.rows()];
        for (int i = 0; i < values.length; i++) {
            lengths[i / width] += values[i] * values[i];
        }
        return lengths;
    }
}
