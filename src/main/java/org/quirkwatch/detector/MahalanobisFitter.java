package org.quirkwatch.detector;

import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Fits [Mahalanobis] from the running factor of the covariance.
final class MahalanobisFitter implements Fitter {

    /// Fewer say nothing about a variance.
    private static final int FEWEST_ROWS = 2;

    /// Wider rows would need a factor beyond what one array holds.
    private static final int MOST_FEATURES = 16_384;

    /// Below this share of the mean square, a variance is rounding of a constant in float32.
    private static final double CONSTANT = Math.pow(2, -46);

    private final OptionalDouble rcond;
    private @Nullable RunningCovariance covariance;

    MahalanobisFitter(OptionalDouble rcond) {
        this.rcond = rcond;
    }

    @Override
    public void add(Matrix rows) {
        if (!(rows.columns() >= 1 && rows.columns() <= MOST_FEATURES)) {
            throw invalid(
                    "a row must have 1 to %d features, got %d"
                            .formatted(MOST_FEATURES, rows.columns()));
        }
        if (!rows.isFinite()) {
            throw invalid("a trusted row has a feature that is not finite");
        }
        if (covariance == null) {
            covariance = new RunningCovariance(rows.columns());
        }
        covariance.add(rows);
    }

    @Override
    public FittedDetector fit() {
        RunningCovariance seen = covariance;
        long count = seen == null ? 0 : seen.count();
        if (seen == null || count < FEWEST_ROWS) {
            throw invalid(
                    "%d trusted row(s) to fit on, %d or more are needed"
                            .formatted(count, FEWEST_ROWS));
        }
        RunningCovariance.Principal principal = seen.principal();
        double[] variances = principal.variances();
        double meanSquare = seen.meanSquare();
        if (!(variances[0] > CONSTANT * meanSquare)) {
            throw invalid(
                    "the features are the same in all %d trusted rows: there is nothing to fit"
                            .formatted(count));
        }
        double cut = rcond.orElseGet(() -> DirectionCut.rcond(variances, count, meanSquare));
        int rank = 0;
        while (rank < variances.length && variances[rank] > cut * variances[0]) {
            rank++;
        }
        if (rank == 0) {
            throw invalid(
                    ("the features vary by a root mean square of %.3g around %.3g over %d trusted"
                                    + " rows: no direction stands above the rounding of float32")
                            .formatted(Math.sqrt(variances[0]), Math.sqrt(meanSquare), count));
        }
        double[] mean = seen.mean();
        return FittedMahalanobis.of(
                new FittedState(
                        Map.of(
                                FittedMahalanobis.N_FIT, (double) count,
                                FittedMahalanobis.N_FEATURES, (double) mean.length,
                                FittedMahalanobis.RANK, (double) rank,
                                FittedMahalanobis.RCOND, cut),
                        Map.of(
                                FittedMahalanobis.MEAN, Matrix.wrap(1, mean.length, mean),
                                FittedMahalanobis.VARIANCES,
                                        Matrix.wrap(
                                                1, rank, java.util.Arrays.copyOf(variances, rank)),
                                FittedMahalanobis.DIRECTIONS,
                                        principal.directions().firstColumns(rank))));
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
