package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.Matrix;

class LayerScaleTest {

    @Test
    void pValuesAreSharesAtTheTrustedScoresAndFallBetweenAndBeyondThem() {
        LayerScale scale = LayerScale.of(Matrix.of(4, 1, new double[] {3, 1, 2, 7}));
        assertThat(scale.pValue(0, 1)).isCloseTo(0.8, within(1e-12));
        assertThat(scale.pValue(0, 7)).isCloseTo(0.2, within(1e-12));
        assertThat(scale.pValue(0, 2.5)).isCloseTo(0.5, within(1e-12));
        double deviation = scale.deviations()[0];
        assertThat(scale.pValue(0, 7 + deviation)).isCloseTo(0.1, within(1e-12));
        assertThat(scale.pValue(0, 1 - deviation)).isCloseTo(0.9, within(1e-12));
        assertThat(scale.pValue(0, 1e300)).isPositive();
        assertThat(scale.pValue(0, Double.NaN)).isNaN();
        double last = 1;
        for (double score = -5; score < 20; score += 0.01) {
            double p = scale.pValue(0, score);
            assertThat(p).isLessThan(last);
            last = p;
        }
    }

    @Test
    void equalTrustedScoresGiveTheLargerPValue() {
        LayerScale scale = LayerScale.of(Matrix.of(4, 1, new double[] {1, 2, 2, 3}));
        assertThat(scale.pValue(0, 2)).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void cauchyIsThePValueItselfOfOneLayerAndOfEqualLayers() {
        double[] column = {0.3, 0.1, 0.7, 0.9, 0.4};
        double[] three = new double[15];
        for (int i = 0; i < 15; i++) {
            three[i] = column[i / 3];
        }
        LayerScale one = LayerScale.of(Matrix.of(5, 1, column));
        LayerScale same = LayerScale.of(Matrix.of(5, 3, three));
        for (double score : new double[] {0.05, 0.2, 0.55, 0.9, 1.5, 1e9}) {
            double expected = -Math.log(one.pValue(0, score));
            assertThat(Aggregation.CAUCHY.apply(new double[] {score}, one))
                    .isCloseTo(expected, within(1e-9 * (1 + expected)));
            assertThat(Aggregation.CAUCHY.apply(new double[] {score, score, score}, same))
                    .isCloseTo(expected, within(1e-9 * (1 + expected)));
        }
    }

    @Test
    void cauchyOfSmallPValuesIsTheirHarmonicMean() {
        // tan((1/2 - p) pi) is nearly 1 / (pi p): the harmonic mean of the p-values.
        LayerScale scale = LayerScale.of(draw(new SplittableRandom(1), 100, 2));
        double[] far = {1e6, 3e6};
        double p = 2 / (1 / scale.pValue(0, far[0]) + 1 / scale.pValue(1, far[1]));
        assertThat(Aggregation.CAUCHY.apply(far, scale)).isCloseTo(-Math.log(p), within(1e-6));
    }

    @Test
    void cauchyIsUniformOverFreshTrustedRowsOfIndependentLayers() {
        RandomGenerator random = new SplittableRandom(2);
        LayerScale scale = LayerScale.of(draw(random, 2000, 3));
        Matrix fresh = draw(random, 20_000, 3);
        for (double alpha : new double[] {0.01, 0.1, 0.5, 0.9}) {
            int below = 0;
            for (int row = 0; row < fresh.rows(); row++) {
                double p = Math.exp(-Aggregation.CAUCHY.apply(fresh.row(row), scale));
                below += p <= alpha ? 1 : 0;
            }
            assertThat(below / 20_000.0).isCloseTo(alpha, within(0.02));
        }
    }

    @Test
    void layersWithoutSpreadHaveNoScale() {
        LayerScale flat = LayerScale.of(Matrix.of(2, 2, new double[] {1, 2, 3, 2}));
        assertThatThrownBy(flat::requireSpread).hasMessageContaining("layer 1");
        assertThatThrownBy(() -> LayerScale.of(Matrix.of(1, 2, new double[2])))
                .hasMessageContaining("2 rows of scores or more are needed, got 1");
    }

    private static Matrix draw(RandomGenerator random, int rows, int layers) {
        double[] values = random.doubles((long) rows * layers).map(Math::exp).toArray();
        return Matrix.wrap(rows, layers, values);
    }
}
