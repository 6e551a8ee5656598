package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void percentilesAreAtMostASixtyFourthAboveTheTrueOnes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LatencyHistogram[] parts = {new LatencyHistogram(), new LatencyHistogram()};
        long[] nanos = new long[5_000];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = (long) Math.exp(random.nextDouble() * Math.log(1e12));
            parts[i % 2].record(nanos[i]);
        }
        LatencyHistogram sum = new LatencyHistogram();
        sum.add(parts[0]);
        sum.add(parts[1]);
        Arrays.sort(nanos);

        assertThat(sum.count()).isEqualTo(nanos.length);
        for (double percent : new double[] {0.01, 1, 50, 90, 99, 99.9, 100}) {
            double exact = nanos[(int) Math.ceil(percent / 100 * nanos.length) - 1] / 1e6;
            assertThat(sum.millis(percent)).isBetween(exact, exact * (1 + 1.0 / 64));
        }
        assertThat(sum.largestMillis()).isEqualTo(nanos[nanos.length - 1] / 1e6);
    }

    @Test
    void oneDurationIsEveryPercentile() {
        LatencyHistogram one = new LatencyHistogram();
        one.record(1_234_567);
        assertThat(one.millis(1)).isEqualTo(1.234567, within(1e-12));
        assertThat(one.millis(100)).isEqualTo(1.234567, within(1e-12));
    }

    @Test
    void theLongestDurationThatThereIsFits() {
        LatencyHistogram longest = new LatencyHistogram();
        longest.record(Long.MAX_VALUE);
        assertThat(longest.millis(50)).isEqualTo(Long.MAX_VALUE / 1e6);
    }

    @Test
    void nothingHasNoPercentile() {
        assertThat(new LatencyHistogram().millis(50)).isNaN();
    }
}
