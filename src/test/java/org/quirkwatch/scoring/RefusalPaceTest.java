package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalPaceTest {

    private static final long MILLI = 1_000_000;

    @ParameterizedTest
    // The clock starts anywhere.
    @ValueSource(longs = {0, -7_000_000_000L, Long.MAX_VALUE / 4})
    void aFewLeaveAtOnceAndAFloodInEvenSteps(long start) {
        RefusalPace pace = new RefusalPace();
        assertThat(pace.next(start)).isZero();
        assertThat(pace.next(start + 10 * MILLI)).isZero();
        for (int i = 1; i <= 100; i++) {
            assertThat(pace.next(start + 10 * MILLI)).isEqualTo(2 * MILLI * i);
        }
        assertThat(pace.next(start + 110 * MILLI)).isEqualTo(102 * MILLI);
        assertThat(pace.next(start + 10_000 * MILLI)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2_600, 20_000})
    void nobodyWaitsLongerThanFiveSeconds(int refusals) {
        RefusalPace pace = new RefusalPace();
        for (int i = 0; i < refusals; i++) {
            assertThat(pace.next(0)).isBetween(0L, 5_000 * MILLI);
        }
        assertThat(pace.next(0)).isEqualTo(5_000 * MILLI);
    }
}
