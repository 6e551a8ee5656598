package org.quirkwatch.detector;

import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The outlier score of vectors of ranks in [Ted], and the state of a layer of it.
///
/// @param mean `[p]`, of each rank
/// @param deviations `[p]`, their standard deviations; 1 for a rank that is always the same
/// @param directions `[p, c]`, the eigenvectors in columns
/// @param weights `[c]`, their shares of the variance
record RankOutliers(double[] mean, double[] deviations, Matrix directions, double[] weights) {

    static final String N_FIT = "n_fit";
    static final String N_ROWS = "n_rows";
    static final String N_FEATURES = "n_features";
    static final String K = "k";
    static final String MAX = "max";
    static final String COMPONENTS = "components";
    static final String ROWS = "rows";
    static final String RANK_MEAN = "rank_mean";
    static final String RANK_DEVIATIONS = "rank_deviations";
    static final String DIRECTIONS = "directions";
    static final String WEIGHTS = "weights";

    /// Shares of the variance that are rounding of none.
    private static final double NO_SHARE = 1e-10;

    /// Entries of an eigenvector that are of the same magnitude but for rounding.
    private static final double SAME = 1 - 1e-9;

    /// @param ranks `[n][k][p]`
    /// @throws Problem `invalid-fit` when they are all the same
    static RankOutliers fit(int[][][] ranks) {
        int n = ranks.length;
        int k = ranks[0].length;
        int p = ranks[0][0].length;
        double[] values = new double[n * k * p];
        double[] mean = new double[p];
        for (int i = 0; i < values.length; i++) {
            values[i] = ranks[i / (k * p)][i / p % k][i % p];
            mean[i % p] += values[i] / (n * k);
        }
        double[] deviations = new double[p];
        for (int i = 0; i < values.length; i++) {
            values[i] -= mean[i % p];
            deviations[i % p] += values[i] * values[i] / (n * k);
        }
        boolean varied = false;
        for (int i = 0; i < p; i++) {
            varied |= deviations[i] > NO_SHARE;
            deviations[i] = deviations[i] > NO_SHARE ? Math.sqrt(deviations[i]) : 1;
        }
        if (!varied) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    ("the neighbours of all %d trusted rows have the same ranks in the other layers:"
                                    + " there is nothing to fit")
                            .formatted(n));
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= deviations[i % p];
        }
        RunningCovariance covariance = new RunningCovariance(p);
        covariance.add(Matrix.wrap(n * k, p, values));
        return of(mean, deviations, covariance.principal());
    }

    private static RankOutliers of(
            double[] mean, double[] deviations, RunningCovariance.Principal principal) {
        double total = 0;
        for (double variance : principal.variances()) {
            total += variance;
        }
        int p = mean.length;
        int c = 0;
        while (c < principal.variances().length && principal.variances()[c] > NO_SHARE * total) {
            c++;
        }
        double[] weights = new double[c];
        double[] directions = new double[p * c];
        for (int j = 0; j < c; j++) {
            weights[j] = principal.variances()[j] / total;
            double[] direction = principal.directions().column(j);
            double sign = sign(direction);
            for (int i = 0; i < p; i++) {
                directions[i * c + j] = sign * direction[i];
            }
        }
        return new RankOutliers(mean, deviations, Matrix.wrap(p, c, directions), weights);
    }

    /// Of the entry of largest magnitude, the first of equal ones.
    private static double sign(double[] direction) {
        double largest = 0;
        for (double entry : direction) {
            largest = Math.max(largest, Math.abs(entry));
        }
        for (double entry : direction) {
            if (Math.abs(entry) >= SAME * largest) {
                return Math.signum(entry);
            }
        }
        return 1;
    }

    /// The outlier score of a vector.
    ///
    /// @param ranks `[p]`
    double score(int[] ranks) {
        int p = mean.length;
        double[] z = new double[p];
        for (int i = 0; i < p; i++) {
            z[i] = (ranks[i] - mean[i]) / deviations[i];
        }
        double sum = 0;
        for (int j = 0; j < weights.length; j++) {
            double squared = 0;
            for (int i = 0; i < p; i++) {
                double difference = z[i] - directions.get(i, j);
                squared += difference * difference;
            }
            sum += Math.sqrt(squared) / weights[j];
        }
        return sum;
    }

    /// The state of a layer as the reference.
    FittedState state(long seen, Matrix rows, int k, boolean max) {
        int p = mean.length;
        return new FittedState(
                Map.of(
                        N_FIT, (double) seen,
                        N_ROWS, (double) rows.rows(),
                        N_FEATURES, (double) rows.columns(),
                        K, (double) k,
                        MAX, max ? 1.0 : 0.0,
                        COMPONENTS, (double) weights.length),
                Map.of(
                        ROWS, rows,
                        RANK_MEAN, Matrix.of(1, p, mean),
                        RANK_DEVIATIONS, Matrix.of(1, p, deviations),
                        DIRECTIONS, directions,
                        WEIGHTS, Matrix.of(1, weights.length, weights)));
    }

    /// @param p layers but the reference
    static RankOutliers of(FittedState state, int p) {
        state.requireNames(
                Set.of(N_FIT, N_ROWS, N_FEATURES, K, MAX, COMPONENTS),
                Set.of(ROWS, RANK_MEAN, RANK_DEVIATIONS, DIRECTIONS, WEIGHTS));
        int c = state.count(COMPONENTS, 1);
        if (!(c <= p)) {
            throw new IllegalArgumentException(
                    "components must be at most %d, got %d".formatted(p, c));
        }
        double[] deviations = state.tensor(RANK_DEVIATIONS, 1, p).row(0);
        requirePositive(RANK_DEVIATIONS, deviations);
        double[] weights = state.tensor(WEIGHTS, 1, c).row(0);
        requirePositive(WEIGHTS, weights);
        return new RankOutliers(
                state.tensor(RANK_MEAN, 1, p).row(0),
                deviations,
                state.tensor(DIRECTIONS, p, c),
                weights);
    }

    private static void requirePositive(String name, double[] values) {
        for (double value : values) {
            if (!(value > 0)) {
                throw new IllegalArgumentException(
                        "tensor %s must be positive, got %s".formatted(name, value));
            }
        }
    }
}
