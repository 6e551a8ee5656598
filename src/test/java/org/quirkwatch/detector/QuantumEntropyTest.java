package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

class QuantumEntropyTest {

    private static final Matrix TRUSTED = TrustedRows.draw(300, 12, 1);
    private static final Matrix ROWS = TrustedRows.draw(40, 12, 2);

    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 1e-3, 1e-1})
    void withoutAlphaItIsTheMahalanobisScoreTimesTheNumberOfFeatures(double rcond) {
        Fitter mahalanobis = new Mahalanobis(OptionalDouble.of(rcond)).fitter();
        mahalanobis.add(TRUSTED);
        double[] expected = mahalanobis.fit().score(ROWS);
        double[] scores = fit(0, rcond, TrustedRows.draw(200, 12, 3)).score(ROWS);
        double[] nearly = fit(1e-9, rcond, TrustedRows.draw(200, 12, 3)).score(ROWS);
        for (int row = 0; row < scores.length; row++) {
            assertThat(scores[row]).isCloseTo(12 * expected[row], within(1e-10 * scores[row]));
            assertThat(nearly[row]).isCloseTo(12 * expected[row], within(2e-9 * scores[row]));
        }
    }

    @Test
    void aRowWhereTheUntrustedOnesSpreadScoresHigherThanOneAsFarAway() {
        // The untrusted rows spread along the first feature alone.
        double[] trusted = new double[400 * 4];
        java.util.Random random = new java.util.Random(5);
        for (int i = 0; i < trusted.length; i++) {
            trusted[i] = random.nextGaussian();
        }
        double[] untrusted = trusted.clone();
        for (int i = 0; i < untrusted.length; i += 4) {
            untrusted[i] *= 3;
        }
        Fitter fitter = new QuantumEntropy(4, OptionalDouble.of(1e-6)).fitter();
        fitter.add(Matrix.wrap(400, 4, trusted));
        fitter.addUntrusted(Matrix.wrap(400, 4, untrusted));
        double[] scores =
                fitter.fit().score(Matrix.ofRows(new double[][] {{3, 0, 0, 0}, {0, 3, 0, 0}}));
        assertThat(scores[0]).isGreaterThan(10 * scores[1]);
    }

    @Test
    void fewerUntrustedRowsThanDirectionsLeaveTheOthersAsTheyAre() {
        Matrix untrusted = TrustedRows.draw(3, 12, 4);
        FittedDetector fitted = fit(4, 1e-6, untrusted);
        double[] doubled = new double[6 * 12];
        System.arraycopy(untrusted.toArray(), 0, doubled, 0, 36);
        System.arraycopy(untrusted.toArray(), 0, doubled, 36, 36);
        // Every row twice is another covariance by a factor alone, which does not matter.
        double[] twice = fit(4, 1e-6, Matrix.wrap(6, 12, doubled)).score(ROWS);
        double[] once = fitted.score(ROWS);
        for (int row = 0; row < once.length; row++) {
            assertThat(once[row]).isCloseTo(twice[row], within(1e-6 * once[row]));
        }
    }

    @Test
    void untrustedRowsOfAnotherWidthOrAllTheSameAreRefused() {
        assertThatThrownBy(() -> fit(4, 1e-3, TrustedRows.draw(30, 11, 4)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the untrusted rows have 11 features, the trusted rows 12");
        assertThatThrownBy(() -> fit(4, 1e-3, Matrix.wrap(5, 12, new double[60])))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the same in all 5 untrusted rows");
    }

    private static FittedDetector fit(double alpha, double rcond, Matrix untrusted) {
        Fitter fitter = new QuantumEntropy(alpha, OptionalDouble.of(rcond)).fitter();
        fitter.add(TRUSTED);
        fitter.addUntrusted(untrusted);
        return fitter.fit();
    }
}
