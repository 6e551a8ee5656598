package org.quirkwatch.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class CalibrationTest {

    @Test
    void aPValueCountsTheScoresAtLeastAsLarge() {
        Calibration calibration = new Calibration(new double[] {3, 1, 2, 2});
        assertThat(calibration.pValue(4)).isEqualTo(1 / 5.0);
        assertThat(calibration.pValue(3)).isEqualTo(2 / 5.0);
        assertThat(calibration.pValue(2.5)).isEqualTo(2 / 5.0);
        assertThat(calibration.pValue(2)).isEqualTo(4 / 5.0);
        assertThat(calibration.pValue(-1)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void pValuesAreSuperUniformOnExchangeableRows(long seed) {
        Random random = new Random(seed);
        int draws = 20_000;
        int n = 1 + random.nextInt(60);
        // Rounded for half of the seeds, so that scores tie.
        boolean rounded = seed % 2 == 0;
        double[] levels = {0.02, 0.05, 0.1, 0.3, 0.5, 0.9};
        int[] below = new int[levels.length];
        for (int draw = 0; draw < draws; draw++) {
            double[] scores = new double[n];
            for (int i = 0; i < n; i++) {
                scores[i] = score(random, rounded);
            }
            double p = new Calibration(scores).pValue(score(random, rounded));
            for (int level = 0; level < levels.length; level++) {
                below[level] += p <= levels[level] ? 1 : 0;
            }
        }
        for (int level = 0; level < levels.length; level++) {
            double bound = levels[level];
            double slack = 4 * Math.sqrt(bound * (1 - bound) / draws);
            assertThat(below[level] / (double) draws).isLessThanOrEqualTo(bound + slack);
            if (!rounded) {
                // Without ties P(p <= a) is floor(a (n + 1)) / (n + 1) exactly.
                double exact = Math.floor(bound * (n + 1) + 1e-9) / (n + 1);
                assertThat(below[level] / (double) draws)
                        .isBetween(exact - slack - 1e-9, exact + slack + 1e-9);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aScoreIsAboveTheThresholdExactlyWhenItsPValueIsBelowAlpha(long seed) {
        Random random = new Random(seed);
        int n = 1 + random.nextInt(200);
        double[] scores = new double[n];
        for (int i = 0; i < n; i++) {
            scores[i] = score(random, seed % 2 == 0);
        }
        Calibration calibration = new Calibration(scores);
        for (int step = 2; step <= n; step++) {
            // On the very steps of the p-value, and a hair to either side.
            double alpha = step / (n + 1.0);
            for (double a : new double[] {Math.nextDown(alpha), alpha, Math.nextUp(alpha)}) {
                assertAgree(calibration, scores, a);
            }
        }
        for (int i = 0; i < 100; i++) {
            double alpha = random.nextDouble();
            if (alpha > 1 / (n + 1.0)) {
                assertAgree(calibration, scores, alpha);
            }
        }
    }

    @Test
    void anAlphaThatCouldFlagNothingIsRefusedWithTheSmallestThatCould() {
        Calibration calibration = new Calibration(new double[99]);
        for (double alpha : new double[] {0.01, 0.001}) {
            assertThatThrownBy(() -> calibration.requireResolvable(alpha))
                    .isInstanceOfSatisfying(
                            Problem.class,
                            problem ->
                                    assertThat(problem.code())
                                            .isEqualTo(ProblemCode.INVALID_REQUEST))
                    .hasMessageContaining("99 calibration rows")
                    .hasMessageContaining("1/(n + 1) = 0.01")
                    .hasMessageContaining(alpha == 0.01 ? "least 100 " : "least 1000 ");
        }
        calibration.requireResolvable(Math.nextUp(0.01));
        new Calibration(new double[100]).requireResolvable(0.01);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
    void anAlphaOutsideTheUnitIntervalIsRefused(double alpha) {
        Calibration calibration = new Calibration(new double[] {1, 2, 3});
        assertThatThrownBy(() -> calibration.threshold(alpha))
                .hasMessageContaining("alpha must be in (0, 1), got " + alpha);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aScoreThatIsNotFiniteIsNeverAPValue(double score) {
        assertThatThrownBy(() -> new Calibration(new double[] {1}).pValue(score))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(String.valueOf(score));
        assertThatThrownBy(() -> new Calibration(new double[] {1, score}))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(String.valueOf(score));
    }

    @Test
    void calibrationWithoutScoresIsRefused() {
        assertThatThrownBy(() -> new Calibration(new double[0])).hasMessageContaining("got none");
    }

    private static void assertAgree(Calibration calibration, double[] scores, double alpha) {
        double threshold = calibration.threshold(alpha);
        for (double s : scores) {
            for (double score : new double[] {Math.nextDown(s), s, Math.nextUp(s), s + 100}) {
                assertThat(score > threshold)
                        .as("score %s, threshold %s, alpha %s", score, threshold, alpha)
                        .isEqualTo(calibration.pValue(score) < alpha);
            }
        }
    }

    private static double score(Random random, boolean rounded) {
        double score = Math.exp(random.nextGaussian());
        return rounded ? Math.rint(2 * score) / 2 : score;
    }
}
