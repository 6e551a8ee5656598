package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

class DirectionCutTest {

    @ParameterizedTest
    @ValueSource(doubles = {1e-2, 1e-3, 1e-5, 1e-7})
    void roundingOfActivationsMovesNoScoreByMoreThanPromised(double smallest) {
        FittedDetector fitted = fit(smallest, OptionalDouble.empty());
        assertThat(largestRelativeChange(fitted, smallest)).isLessThanOrEqualTo(1e-4);
    }

    @Test
    void aCutOffBelowTheNoiseBreaksThePromise() {
        FittedDetector fitted = fit(1e-5, OptionalDouble.of(0));
        assertThat(largestRelativeChange(fitted, 1e-5)).isGreaterThan(1e-4);
    }

    @Test
    void smallDirectionsAboveTheNoiseAreKept() {
        // Standard deviations down to a fiftieth: the paper's cut-off of 1e-3 drops some.
        assertThat(fit(2e-2, OptionalDouble.empty()).state().number("rank")).isEqualTo(128);
        assertThat(fit(2e-2, OptionalDouble.of(1e-3)).state().number("rank")).isLessThan(120);
    }

    @Test
    void withFewRowsNoMoreThanHalfAsManyDirectionsAreKept() {
        Fitter fitter = new Mahalanobis(OptionalDouble.empty()).fitter();
        fitter.add(TrustedRows.draw(100, 128, 1e-1, 1));
        FittedState state = fitter.fit().state();
        assertThat(state.number("rank")).isEqualTo(50);
        assertThat(state.number("rcond")).isBetween(1e-3, 1.0);
    }

    @Test
    void theCutOffThatIsReportedGivesTheSameDetectorWhenItIsAskedFor() {
        FittedState chosen = fit(1e-5, OptionalDouble.empty()).state();
        FittedState asked = fit(1e-5, OptionalDouble.of(chosen.number("rcond"))).state();
        assertThat(chosen.number("rank")).isBetween(1.0, 127.0);
        assertThat(asked).isEqualTo(chosen);
    }

    @Test
    void rowsThatVaryByRoundingOnlyAreRefused() {
        Random random = new Random(1);
        double[] values = new double[200 * 8];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + 1e-6 * random.nextGaussian();
        }
        Fitter fitter = new Mahalanobis(OptionalDouble.empty()).fitter();
        fitter.add(Matrix.wrap(200, 8, values));
        assertThatThrownBy(fitter::fit)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("no direction stands above the rounding");
    }

    private static FittedDetector fit(double smallest, OptionalDouble rcond) {
        Fitter fitter = new Mahalanobis(rcond).fitter();
        fitter.add(TrustedRows.draw(2000, 128, smallest, 1));
        return fitter.fit();
    }

    /// Over trusted rows and over rows that leave them along one direction after another, each
    /// again with noise of one millionth of the root mean square.
    private static double largestRelativeChange(FittedDetector fitted, double smallest) {
        Matrix trusted = TrustedRows.draw(1000, 128, smallest, 2);
        Matrix directions =
                fitted.state()
                        .tensor(Whitening.DIRECTIONS, 128, (int) fitted.state().number("rank"));
        double[] rows = trusted.toArray();
        double meanSquare = 0;
        for (double value : rows) {
            meanSquare += value * value / rows.length;
        }
        for (int row = 500; row < 1000; row++) {
            int direction = row % directions.columns();
            for (int j = 0; j < 128; j++) {
                rows[row * 128 + j] += 0.5 * directions.get(j, direction);
            }
        }
        double[] noisy = rows.clone();
        Random random = new Random(3);
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += 1e-6 * Math.sqrt(meanSquare) * random.nextGaussian();
        }
        double[] scores = fitted.score(Matrix.wrap(1000, 128, rows));
        double[] noisyScores = fitted.score(Matrix.wrap(1000, 128, noisy));
        double largest = 0;
        for (int row = 0; row < scores.length; row++) {
            largest = Math.max(largest, Math.abs(noisyScores[row] - scores[row]) / scores[row]);
        }
        return largest;
    }
}
