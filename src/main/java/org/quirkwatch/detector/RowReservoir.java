package org.quirkwatch.detector;

import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A [Reservoir] of trusted rows that a rule can be fitted on: it takes none that is not finite or
/// too wide, and gives none that are too few or all the same. Mutable, for one thread.
final class RowReservoir {

    /// Below this share of the mean square, a variance is rounding of a constant in float32.
    static final double CONSTANT = Math.pow(2, -46);

    private final int mostFeatures;
    private final Reservoir kept;

    /// @param most rows kept, 1 or more
    /// @param seed of the draw
    /// @param mostFeatures the widest row that is taken
    RowReservoir(int most, long seed, int mostFeatures) {
        if (!(most >= 1)) {
            throw new IllegalArgumentException("most must be 1 or more, got " + most);
        }
        this.mostFeatures = mostFeatures;
        this.kept = new Reservoir(most, seed);
    }

    /// Shows rows to the reservoir.
    ///
    /// @param rows `[m, nFeatures]`, as wide in each call
    /// @throws Problem `invalid-fit` when a value is not finite or beyond float32, or a row is
    ///   wider than the rule takes
    void add(Matrix rows) {
        require(rows);
        kept.add(rows);
    }

    /// Checks rows as [#add] does, without keeping any.
    void require(Matrix rows) {
        if (!(rows.columns() >= 1 && rows.columns() <= mostFeatures)) {
            throw invalid(
                    "a row must have 1 to %d features, got %d"
                            .formatted(mostFeatures, rows.columns()));
        }
        // What fits float32 can be squared and summed in float64 without overflow.
        for (double value : rows.toArray()) {
            if (!(Math.abs(value) <= Float.MAX_VALUE)) {
                throw invalid(
                        "a trusted row has a feature that is not finite in float32: " + value);
            }
        }
    }

    /// The number of rows seen.
    long seen() {
        return kept.count();
    }

    /// The rows kept, `[n, nFeatures]`, which are not all the same.
    ///
    /// @param fewest that the rule needs, 2 or more
    /// @throws Problem `invalid-fit` when there are fewer, or they do not vary
    Matrix varied(int fewest) {
        if (!(seen() >= fewest)) {
            throw invalid(
                    "%d trusted row(s) to fit on, %d or more are needed".formatted(seen(), fewest));
        }
        Matrix rows = kept.rows();
        double meanSquare = 0;
        for (double value : rows.toArray()) {
            meanSquare += value * value / rows.columns() / rows.rows();
        }
        double deviation = rootMeanSquareDeviation(rows);
        if (!(deviation * deviation > CONSTANT * meanSquare)) {
            throw invalid(
                    "the features are the same in all %d trusted rows: there is nothing to fit"
                            .formatted(seen()));
        }
        return rows;
    }

    /// The root mean square, over rows and columns, of the deviation from a column's mean.
    static double rootMeanSquareDeviation(Matrix rows) {
        double[] values = rows.toArray();
        double[] mean = new double[rows.columns()];
        for (int i = 0; i < values.length; i++) {
            mean[i % mean.length] += values[i] / rows.rows();
        }
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double deviation = values[i] - mean[i % mean.length];
            sum += deviation * deviation;
        }
        return Math.sqrt(sum / values.length);
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
