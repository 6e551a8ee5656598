package org.quirkwatch.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunningCovarianceTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void batchesGiveWhatTheWholeGives(long seed) {
        Random random = new Random(seed);
        int columns = 1 + random.nextInt(12);
        Matrix rows = shifted(3000, columns, seed);
        RunningCovariance running = new RunningCovariance(columns);
        for (int from = 0; from < rows.rows(); ) {
            int to = Math.min(rows.rows(), from + 1 + random.nextInt(400));
            running.add(rows.slice(from, to));
            from = to;
        }
        assertMatches(running, rows);
    }

    @Test
    void rowsOneByOneGiveWhatTheWholeGives() {
        Matrix rows = shifted(40, 6, 12);
        RunningCovariance running = new RunningCovariance(6);
        for (int row = 0; row < rows.rows(); row++) {
            running.add(rows.slice(row, row + 1));
        }
        assertMatches(running, rows);
    }

    @Test
    void aDirectionTooSmallForTheSumOfProductsIsStillMeasured() {
        // Standard deviations 1 and 1e-10: their variances differ by more than float64 resolves, so
        // that a covariance matrix would lose the second.
        Random random = new Random(13);
        double[] values = new double[2 * 4000];
        for (int row = 0; row < 4000; row++) {
            double large = random.nextGaussian();
            double small = 1e-10 * random.nextGaussian();
            values[2 * row] = (large + small) / Math.sqrt(2);
            values[2 * row + 1] = (large - small) / Math.sqrt(2);
        }
        RunningCovariance running = new RunningCovariance(2);
        running.add(Matrix.wrap(4000, 2, values));
        assertThat(Math.sqrt(running.principal().variances()[1])).isBetween(0.95e-10, 1.05e-10);
    }

    @Test
    void aFactorInABasisHasTheCovarianceInIt() {
        RunningCovariance running = new RunningCovariance(6);
        running.add(shifted(50, 6, 15));
        RunningCovariance.Principal principal = running.principal();
        Matrix gram = LinearAlgebra.gram(running.factorOver(principal.directions()));
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                assertThat(gram.get(i, j))
                        .isCloseTo(i == j ? principal.variances()[i] : 0, within(1e-9));
            }
        }
    }

    @Test
    void fewerRowsThanColumnsSpanFewerDirections() {
        RunningCovariance running = new RunningCovariance(50);
        running.add(shifted(4, 50, 14));
        double[] variances = running.principal().variances();
        assertThat(variances).hasSize(4);
        assertThat(variances[3]).isLessThan(1e-25 * variances[0]);
    }

    @Test
    void tooFewRowsOrOtherColumnsAreRefused() {
        RunningCovariance running = new RunningCovariance(3);
        running.add(Matrix.of(1, 3, new double[] {1, 2, 3}));
        assertThatThrownBy(running::principal).hasMessageContaining("2 row(s) needed, 1 seen");
        assertThatThrownBy(() -> running.add(Matrix.of(1, 2, new double[] {1, 2})))
                .hasMessageContaining("expected 3 columns, got 2");
        assertThatThrownBy(() -> running.add(Matrix.of(1, 3, new double[] {1, 2, Double.NaN})))
                .hasMessageContaining("not finite");
        assertThat(running.count()).isEqualTo(1);
    }

    private static void assertMatches(RunningCovariance running, Matrix rows) {
        int columns = rows.columns();
        double[] mean = new double[columns];
        double squares = 0;
        for (int column = 0; column < columns; column++) {
            for (double value : rows.column(column)) {
                mean[column] += value / rows.rows();
                squares += value * value;
            }
        }
        assertThat(running.count()).isEqualTo(rows.rows());
        assertThat(running.mean()).containsExactly(mean, within(1e-9));
        assertThat(running.meanSquare())
                .isCloseTo(squares / rows.rows() / columns, within(1e-9 * squares));
        double[] variances = running.principal().variances();
        Matrix directions = running.principal().directions();
        assertThat(running.totalVariance())
                .isCloseTo(java.util.Arrays.stream(variances).sum(), within(1e-9));
        for (int i = 0; i < columns; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int row = 0; row < rows.rows(); row++) {
                    sum += (rows.get(row, i) - mean[i]) * (rows.get(row, j) - mean[j]);
                }
                double covariance = 0;
                for (int k = 0; k < variances.length; k++) {
                    covariance += variances[k] * directions.get(i, k) * directions.get(j, k);
                }
                assertThat(covariance).isCloseTo(sum / (rows.rows() - 1), within(1e-9));
            }
        }
    }

    /// Correlated rows far from the origin.
    private static Matrix shifted(int rows, int columns, long seed) {
        Matrix mixed =
                LinearAlgebra.multiply(
                        LinearAlgebraTest.random(rows, columns, seed),
                        LinearAlgebraTest.random(columns, columns, seed + 1000));
        double[] values = mixed.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] += 100.0 * (i % columns);
        }
        return Matrix.wrap(rows, columns, values);
    }
}
