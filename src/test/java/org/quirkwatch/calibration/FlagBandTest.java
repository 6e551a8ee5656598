package org.quirkwatch.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagBandTest {

    @ParameterizedTest
    @CsvSource({"99, 0.05, 40", "199, 0.01, 200", "499, 0.02, 1000", "60, 0.3, 500"})
    void trustedStreamsStayWithinTheBandAsOftenAsItSays(int m, double alpha, int n) {
        SplittableRandom random = new SplittableRandom(m);
        FlagBand band = FlagBand.of(m, alpha, n, 0.9);
        int streams = 4_000;
        int below = 0;
        int above = 0;
        for (int stream = 0; stream < streams; stream++) {
            Calibration calibration = new Calibration(random.doubles(m).toArray());
            int flagged = 0;
            for (int i = 0; i < n; i++) {
                flagged += calibration.pValue(random.nextDouble()) < alpha ? 1 : 0;
            }
            double share = flagged / (double) n;
            below += share < band.low() ? 1 : 0;
            above += share > band.high() ? 1 : 0;
        }
        // Half of what is missing on each side; five standard deviations of the simulation.
        double most = 0.05 + 5 * Math.sqrt(0.05 * 0.95 / streams);
        assertThat(below / (double) streams).isLessThan(most);
        assertThat(above / (double) streams).isLessThan(most);
    }

    @Test
    void theBandIsNoWiderThanItHasToBe() {
        FlagBand band = FlagBand.of(199, 0.05, 1_000, 0.9);
        SplittableRandom random = new SplittableRandom(5);
        int within = 0;
        for (int stream = 0; stream < 2_000; stream++) {
            Calibration calibration = new Calibration(random.doubles(199).toArray());
            double share =
                    random.doubles(1_000).filter(s -> calibration.pValue(s) < 0.05).count() / 1e3;
            within += share >= band.low() && share <= band.high() ? 1 : 0;
        }
        assertThat(within / 2_000.0).isBetween(0.87, 0.94);
    }

    @Test
    void manyCalibrationRowsMakeItTheBinomialBand() {
        // The binomial's distribution function: 0.0048 at 9, 0.0105 at 10, 0.9920 at 31, 0.9955 at
        // 32.
        FlagBand band = FlagBand.of(20_000_000, 0.01, 2_000, 0.99);
        assertThat(band.low()).isEqualTo(10 / 2_000.0);
        assertThat(band.high()).isEqualTo(32 / 2_000.0);
    }

    @Test
    void theApproximationGoesOnWhereTheSumEnds() {
        FlagBand summed = FlagBand.of(2_500, 0.01, 100_000, 0.99);
        FlagBand approximated = FlagBand.of(2_500, 0.01, 100_001, 0.99);
        assertThat(approximated.expected()).isEqualTo(summed.expected());
        assertThat(approximated.low()).isCloseTo(summed.low(), within(0.0008));
        assertThat(approximated.high()).isCloseTo(summed.high(), within(0.0008));
    }

    @Test
    void aLevelThatIsNeverReachedFlagsNothing() {
        assertThat(FlagBand.of(99, 0.01, 10, 0.99)).isEqualTo(new FlagBand(0, 0, 0));
        assertThat(FlagBand.of(100, 0.01, 10, 0.99).expected()).isEqualTo(1 / 101.0);
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThatThrownBy(() -> FlagBand.of(100, Double.NaN, 10, 0.99))
                .hasMessageContaining("must be in (0, 1), got NaN");
        assertThatThrownBy(() -> FlagBand.of(100, 0.1, 0, 0.99))
                .hasMessageContaining("1 or more, got 100 and 0");
    }
}
