package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScheduleTest {

    @Test
    void requestsAreDueEvenlyAndTheirRoundingDoesNotAddUp() {
        Schedule schedule = Schedule.of(1_000, 3, 1_000);
        assertThat(schedule.count()).isEqualTo(3_000);
        assertThat(schedule.dueNanos(0)).isEqualTo(1_000);
        assertThat(schedule.dueNanos(1)).isEqualTo(333_334_333);
        assertThat(schedule.dueNanos(2_997)).isEqualTo(999_000_001_000L);
    }

    @Test
    void aShortTimeHasAtLeastOneRequest() {
        assertThat(Schedule.of(0, 0.1, 1).count()).isEqualTo(1);
    }

    @Test
    void aRateIsAboveZero() {
        assertThatThrownBy(() -> Schedule.of(0, Double.NaN, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NaN");
    }
}
