package org.quirkwatch.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClopperPearsonTest {

    /// From scipy 1.17.1 (`scipy.stats.beta.ppf`), in ten digits.
    @ParameterizedTest
    @CsvSource({
        "0, 10, 0.95, 0, 0.308497107819",
        "1, 10, 0.95, 0.00252857854446, 0.445016117028",
        "5, 10, 0.95, 0.187086028447, 0.812913971553",
        "10, 10, 0.95, 0.691502892181, 1",
        "40, 100, 0.95, 0.303294768703, 0.502790849578",
        "3, 1000, 0.99, 0.000338144529066, 0.0109337774204",
        "19997, 20000, 0.994444, 0.999412622538, 0.999986330286"
    })
    void isWhatQuantilesOfTheBetaDistributionGive(
            long k, long n, double confidence, double low, double high) {
        ClopperPearson interval = ClopperPearson.of(k, n, confidence);
        assertThat(interval.low()).isCloseTo(low, within(1e-9));
        assertThat(interval.high()).isCloseTo(high, within(1e-9));
    }

    @Test
    void holdsTheTrueShareWithItsConfidence() {
        double share = 0.07;
        int n = 40;
        double held = 0;
        for (int k = 0; k <= n; k++) {
            ClopperPearson interval = ClopperPearson.of(k, n, 0.9);
            if (interval.low() <= share && share <= interval.high()) {
                held += binomial(k, n, share);
            }
        }
        assertThat(held).isBetween(0.9, 1.0);
    }

    @Test
    void countsAndConfidencesOutsideTheirRangesAreRefused() {
        assertThatThrownBy(() -> ClopperPearson.of(3, 2, 0.9)).hasMessageContaining("3 of 2");
        assertThatThrownBy(() -> ClopperPearson.of(0, 0, 0.9)).hasMessageContaining("0 of 0");
        assertThatThrownBy(() -> ClopperPearson.of(0, 2, Double.NaN)).hasMessageContaining("NaN");
    }

    private static double binomial(int k, int n, double p) {
        double value = Math.pow(p, k) * Math.pow(1 - p, n - k);
        for (int i = 1; i <= k; i++) {
            value *= (double) (n - k + i) / i;
        }
        return value;
    }
}
