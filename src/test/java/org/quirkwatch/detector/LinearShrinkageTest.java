package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.Matrix;

class LinearShrinkageTest {

    @Test
    void theWeightIsThatOfTheFormula() {
        // tr = 4, ‖S‖² = 10, p = 2: a = 1 − (16/20)/(10 − 8) = 0.6.
        Matrix covariance = Matrix.of(2, 2, new double[] {3, 0, 0, 1});
        LinearShrinkage shrinkage = LinearShrinkage.of(covariance, 20);
        assertThat(shrinkage.weight()).isCloseTo(0.6, within(1e-15));
        assertThat(shrinkage.apply(covariance).toArray())
                .containsExactly(new double[] {2.6, 0, 0, 1.4}, within(1e-15));
        assertThat(shrinkage.apply(new double[] {3, 1}))
                .containsExactly(new double[] {2.6, 1.4}, within(1e-15));
    }

    @Test
    void theWeightStaysBetweenZeroAndOne() {
        Matrix covariance = Matrix.of(2, 2, new double[] {3, 0, 0, 1});
        assertThat(LinearShrinkage.of(covariance, 2).weight()).isZero();
        assertThat(LinearShrinkage.of(covariance, 1e12).weight()).isBetween(0.99, 1.0);
        Matrix spherical = Matrix.of(2, 2, new double[] {3, 0, 0, 3});
        assertThat(LinearShrinkage.of(spherical, 10).apply(spherical)).isEqualTo(spherical);
    }

    @Test
    void aCovarianceOfLowRankBecomesDefinite() {
        Matrix covariance = Matrix.of(2, 2, new double[] {1, 1, 1, 1});
        double[] shrunk = LinearShrinkage.of(covariance, 10).apply(covariance).toArray();
        assertThat(shrunk[0] * shrunk[3] - shrunk[1] * shrunk[2]).isPositive();
    }
}
