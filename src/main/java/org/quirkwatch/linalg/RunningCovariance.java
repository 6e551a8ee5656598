package org.quirkwatch.linalg;

import java.util.Arrays;

/// Mean and covariance of rows that come in batches, in float64.
///
/// Batches are joined by the pairwise update of Chan, Golub and LeVeque (1983): with n rows of mean
/// μ so far and a batch of m rows with mean μ_b, the sum of centred products grows by that of the
/// batch and by (n·m/(n + m)) (μ_b − μ)(μ_b − μ)ᵀ. What is kept is not that sum but a factor F with
/// FᵀF = the sum: the update appends the centred batch and the one row √(n·m/(n + m)) (μ_b − μ) to
/// F, and a QR decomposition shortens F when it has grown long. So nothing is ever squared, the
/// smallest directions keep the accuracy that a singular value decomposition of the whole data
/// would give them, and no `d x d` matrix exists before there are as many rows.
///
/// Memory: at most max(2·d, 1024) + 1 rows of d numbers beside one batch, however many rows come.
/// Not thread-safe.
public final class RunningCovariance {

    private static final int FEWEST_ROWS_KEPT = 1024;

    private final int columns;
    private final int capacity;
    private final double[] mean;
    private long count;
    private double[] factor;
    private int factorRows;

    /// Nothing seen yet.
    ///
    /// @param columns d, 1 or more
    public RunningCovariance(int columns) {
        if (!(columns >= 1)) {
            throw new IllegalArgumentException("columns must be 1 or more, got " + columns);
        }
        this.columns = columns;
        this.capacity = Math.max(2 * columns, FEWEST_ROWS_KEPT);
        this.mean = new double[columns];
        this.factor = new double[0];
    }

    /// Adds rows.
    ///
    /// @param rows `[m, d]`, finite; m may be 0
    public void add(Matrix rows) {
        requireColumns(rows.columns());
        if (!rows.isFinite()) {
            throw new IllegalArgumentException("cannot add %s: not finite".formatted(rows));
        }
        int most = capacity / 2;
        for (int from = 0; from < rows.rows(); from += most) {
            addSlice(rows.values(), from, Math.min(from + most, rows.rows()));
        }
    }

    /// The number of rows seen, n.
    public long count() {
        return count;
    }

    /// The mean of the rows, `[d]`; zeros before the first row.
    public double[] mean() {
        return mean.clone();
    }

    /// The mean over rows and columns of the squared value, uncentred.
    public double meanSquare() {
        requireRows(1);
        double sum = 0;
        for (int i = 0; i < factorRows * columns; i++) {
            sum += factor[i] * factor[i];
        }
        double squaredMean = 0;
        for (double value : mean) {
            squaredMean += value * value;
        }
        return (sum / count + squaredMean) / columns;
    }

    /// The trace of the sample covariance, from two rows on.
    public double totalVariance() {
        requireRows(2);
        double sum = 0;
        for (int i = 0; i < factorRows * columns; i++) {
            sum += factor[i] * factor[i];
        }
        return sum / (count - 1);
    }

    /// The principal directions, from two rows on: the eigenvalues of the sample covariance, the
    /// sum of centred products over n − 1, descending, and their directions. At most d of them;
    /// those beyond the n − 1 that n rows can span have an eigenvalue of 0 but for rounding.
    public Principal principal() {
        requireRows(2);
        Svd svd = LinearAlgebra.svd(factor());
        double[] variances = new double[svd.values().length];
        for (int i = 0; i < variances.length; i++) {
            variances[i] = svd.values()[i] * svd.values()[i] / (count - 1);
        }
        return new Principal(variances, svd.vectors());
    }

    /// A factor G of the covariance as seen in a basis B, from two rows on: GᵀG = BᵀCB, with C the
    /// sample covariance. C itself is not formed, nor anything decomposed.
    ///
    /// @param basis B, `[d, p]`
    /// @return `[k, p]`, k at most the number of rows that are kept
    public Matrix factorOver(Matrix basis) {
        requireRows(2);
        double[] values = LinearAlgebra.multiply(factor(), basis).toArray();
        double root = Math.sqrt(count - 1.0);
        for (int i = 0; i < values.length; i++) {
            values[i] /= root;
        }
        return Matrix.wrap(factorRows, basis.columns(), values);
    }

    /// Principal directions of the rows seen.
    ///
    /// @param variances `[k]`, the variance along each direction, descending
    /// @param directions `[d, k]`, a unit direction in each column
    public record Principal(double[] variances, Matrix directions) {}

    private void addSlice(double[] values, int from, int to) {
        int rows = to - from;
        double[] batchMean = new double[columns];
        for (int row = from; row < to; row++) {
            for (int column = 0; column < columns; column++) {
                batchMean[column] += values[row * columns + column];
            }
        }
        for (int column = 0; column < columns; column++) {
            batchMean[column] /= rows;
        }
        double[] centred = Arrays.copyOfRange(values, from * columns, to * columns);
        for (int i = 0; i < centred.length; i++) {
            centred[i] -= batchMean[i % columns];
        }
        // A single row deviates from its own mean by nothing, so it adds no row of its own.
        join(centred, rows == 1 ? 0 : rows, batchMean, rows);
    }

    private void join(double[] centred, int rows, double[] batchMean, long batchCount) {
        boolean first = count == 0;
        reserve(rows + (first ? 0 : 1));
        System.arraycopy(centred, 0, factor, factorRows * columns, rows * columns);
        factorRows += rows;
        double total = (double) count + batchCount;
        double weight = Math.sqrt(count * (batchCount / total));
        for (int column = 0; column < columns; column++) {
            double shift = batchMean[column] - mean[column];
            if (!first) {
                factor[factorRows * columns + column] = weight * shift;
            }
            mean[column] += shift * (batchCount / total);
        }
        factorRows += first ? 0 : 1;
        count += batchCount;
    }

    private void reserve(int moreRows) {
        if (factorRows + moreRows > capacity && factorRows > columns) {
            Matrix triangle = LinearAlgebra.triangle(factor());
            factorRows = triangle.rows();
            System.arraycopy(triangle.values(), 0, factor, 0, factorRows * columns);
        }
        long needed = Math.multiplyExact((long) (factorRows + moreRows), columns);
        if (needed > factor.length) {
            long most = Math.min((capacity + 1L) * columns, Integer.MAX_VALUE - 8L);
            long grown = Math.max(needed, Math.min(2L * factor.length, most));
            if (grown > Integer.MAX_VALUE - 8L) {
                throw new IllegalStateException(
                        "%d columns are too many for one array".formatted(columns));
            }
            factor = Arrays.copyOf(factor, (int) grown);
        }
    }

    private Matrix factor() {
        return Matrix.wrap(factorRows, columns, Arrays.copyOf(factor, factorRows * columns));
    }

    private void requireColumns(int actual) {
        if (actual != columns) {
            throw new IllegalArgumentException(
                    "expected %d columns, got %d".formatted(columns, actual));
        }
    }

    private void requireRows(int least) {
        if (!(count >= least)) {
            throw new IllegalStateException("%d row(s) needed, %d seen".formatted(least, count));
        }
    }
}
