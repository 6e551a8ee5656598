package org.quirkwatch.flow;

import java.util.Arrays;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;
import org.quirkwatch.linalg.RunningCovariance.Principal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Rows to whitened principal coordinates: with x̄ the row standardised per feature, v_j directions
/// and λ_j the trusted variances along them, u_j = v_j·x̄ / √λ_j. What is orthogonal to all v_j is
/// lost. A feature that stands still has no part in any direction.
///
/// @param mean `[d]`
/// @param deviations `[d]`, positive
/// @param directions `[d, k]`, a unit direction in each column, orthogonal to the others
/// @param variances `[k]`, positive
record Whitening(double[] mean, double[] deviations, Matrix directions, double[] variances) {

    static final String MEAN = "mean";
    static final String DEVIATIONS = "deviations";
    static final String DIRECTIONS = "directions";
    static final String VARIANCES = "variances";

    /// Below this share of the mean square, a variance is rounding of a constant in float32.
    private static final double CONSTANT = Math.pow(2, -46);

    /// Below this share of the largest variance, a direction is rounding of float32 in features
    /// that repeat each other.
    private static final double LEAST_SHARE = 1e-10;

    private static final double UNIT = 1e-6;

    /// Of these rows.
    ///
    /// @param rows `[n, d]`, n of 2 or more
    /// @param most directions
    /// @throws Problem `invalid-fit` when no feature varies
    static Whitening of(Matrix rows, int most) {
        int n = rows.rows();
        int d = rows.columns();
        double[] mean = new double[d];
        double[] deviations = new double[d];
        boolean varies = false;
        boolean[] still = new boolean[d];
        for (int column = 0; column < d; column++) {
            double[] values = rows.column(column);
            double square = 0;
            for (double value : values) {
                mean[column] += value / n;
                square += value * value / n;
            }
            double variance = 0;
            for (double value : values) {
                variance += (value - mean[column]) * (value - mean[column]) / n;
            }
            still[column] = !(variance > CONSTANT * square);
            deviations[column] = still[column] ? 1 : Math.sqrt(variance);
            varies |= !still[column];
        }
        if (!varies) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the features are the same in all %d trusted rows: there is nothing to fit"
                            .formatted(n));
        }
        double[] standardised = standardised(rows, mean, deviations);
        for (int i = 0; i < standardised.length; i++) {
            standardised[i] = still[i % d] ? 0 : standardised[i];
        }
        RunningCovariance covariance = new RunningCovariance(d);
        covariance.add(Matrix.wrap(n, d, standardised));
        Principal principal = covariance.principal();
        double[] variances = principal.variances();
        int kept = 1;
        while (kept < Math.min(most, Math.min(variances.length, n - 1))
                && variances[kept] > LEAST_SHARE * variances[0]) {
            kept++;
        }
        return new Whitening(
                mean,
                deviations,
                principal.directions().firstColumns(kept),
                Arrays.copyOf(variances, kept));
    }

    /// From a state.
    ///
    /// @throws IllegalArgumentException when a tensor is missing, of another shape or outside its
    ///   range: names it
    static Whitening of(FittedState state, int features, int components) {
        Matrix directions = state.tensor(DIRECTIONS, features, components);
        for (int column = 0; column < components; column++) {
            double square = 0;
            for (double value : directions.column(column)) {
                square += value * value;
            }
            if (!(Math.abs(square - 1) <= UNIT)) {
                throw new IllegalArgumentException(
                        "tensor %s must have columns of length 1, column %d has square %s"
                                .formatted(DIRECTIONS, column, square));
            }
        }
        return new Whitening(
                state.tensor(MEAN, 1, features).row(0),
                state.positive(DEVIATIONS, features),
                directions,
                state.positive(VARIANCES, components));
    }

    /// The same with the components in another order.
    ///
    /// @param order `[k]`, of what was at which place
    Whitening ordered(int[] order) {
        int d = mean.length;
        double[] columns = new double[d * order.length];
        double[] ordered = new double[order.length];
        for (int j = 0; j < order.length; j++) {
            ordered[j] = variances[order[j]];
            for (int i = 0; i < d; i++) {
                columns[i * order.length + j] = directions.get(i, order[j]);
            }
        }
        return new Whitening(mean, deviations, Matrix.wrap(d, order.length, columns), ordered);
    }

    /// k
    int components() {
        return variances.length;
    }

    /// log |det| of the map from v_j·x̄ to u_j: −½ Σ log λ_j.
    double logDeterminant() {
        double sum = 0;
        for (double variance : variances) {
            sum -= Math.log(variance) / 2;
        }
        return sum;
    }

    /// `[n, d]` to `[n, k]`.
    Matrix forward(Matrix rows) {
        Matrix standardised =
                Matrix.wrap(rows.rows(), rows.columns(), standardised(rows, mean, deviations));
        double[] values = LinearAlgebra.multiply(standardised, directions).toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] /= Math.sqrt(variances[i % variances.length]);
        }
        return Matrix.wrap(rows.rows(), variances.length, values);
    }

    /// `[n, k]` to `[n, d]`: of all rows with these coordinates the one without anything beside
    /// them.
    Matrix inverse(Matrix coordinates) {
        double[] scaled = coordinates.toArray();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= Math.sqrt(variances[i % variances.length]);
        }
        double[] values =
                LinearAlgebra.multiply(
                                Matrix.wrap(coordinates.rows(), variances.length, scaled),
                                directions.transposed())
                        .toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = values[i] * deviations[i % mean.length] + mean[i % mean.length];
        }
        return Matrix.wrap(coordinates.rows(), mean.length, values);
    }

    private static double[] standardised(Matrix rows, double[] mean, double[] deviations) {
        double[] values = rows.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] - mean[i % mean.length]) / deviations[i % mean.length];
        }
        return values;
    }
}
