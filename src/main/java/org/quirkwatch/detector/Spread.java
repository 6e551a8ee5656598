package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Where rows lie and how they spread.
///
/// @param kind of the rows, for messages: `trusted` or `untrusted`
/// @param count their number, n
/// @param meanSquare the mean of their squared, uncentred values
/// @param mean `[d]`
/// @param variances `[k]`, along each direction, descending, k = min(n, d) or fewer
/// @param directions `[d, k]`, a unit direction in each column
record Spread(
        String kind,
        long count,
        double meanSquare,
        double[] mean,
        double[] variances,
        Matrix directions) {

    /// Below this share of the mean square, a variance is rounding of a constant in float32.
    private static final double CONSTANT = Math.pow(2, -46);

    /// @throws Problem `invalid-fit` when a variance is no more than the rounding of a constant
    static void requireVarying(double variance, double meanSquare, long count, String kind) {
        if (!(variance > CONSTANT * meanSquare)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the features are the same in all %d %s rows: there is nothing to fit"
                            .formatted(count, kind));
        }
    }

    /// The cut-off as it is applied: what is set, or what [DirectionCut] chooses.
    double cut(OptionalDouble rcond) {
        return rcond.orElseGet(() -> DirectionCut.rcond(variances, count, meanSquare));
    }

    /// The number of directions of more than a share of the largest variance, 1 or more.
    ///
    /// @param rcond the share
    /// @throws Problem `invalid-fit` when there is none
    int kept(double rcond) {
        return kept(rcond, 0);
    }

    /// The same with an absolute limit that must be exceeded as well.
    int kept(double rcond, double floor) {
        double least = Math.max(rcond * variances[0], floor);
        int kept = 0;
        while (kept < variances.length && variances[kept] > least) {
            kept++;
        }
        if (kept == 0) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    ("the features vary by a root mean square of %.3g around %.3g over %d %s rows:"
                                    + " no direction stands above %s")
                            .formatted(
                                    Math.sqrt(variances[0]),
                                    Math.sqrt(meanSquare),
                                    count,
                                    kind,
                                    floor > 0
                                            ? "a variance of " + floor
                                            : "the rounding of float32"));
        }
        return kept;
    }

    /// The number of directions that are more than rounding in float64, 1 or more.
    int rank() {
        double relative = Math.ulp(1.0) * Math.max(count, mean.length);
        return kept(relative * relative);
    }

    /// The variances of the first directions, `[k]`.
    double[] firstVariances(int k) {
        return Arrays.copyOf(variances, k);
    }

    /// The first directions, `[d, k]`.
    Matrix firstDirections(int k) {
        return firstColumns(directions, k);
    }

    static Matrix firstColumns(Matrix matrix, int columns) {
        if (matrix.columns() == columns) {
            return matrix;
        }
        double[] values = new double[matrix.rows() * columns];
        for (int row = 0; row < matrix.rows(); row++) {
            System.arraycopy(matrix.row(row), 0, values, row * columns, columns);
        }
        return Matrix.wrap(matrix.rows(), columns, values);
    }
}
