package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlinesTest {

    private static final Duration MOST = Duration.ofSeconds(60);

    private final Deadlines deadlines = new Deadlines(MOST);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wait=7",
                "WAIT=7",
                " wait = 7 ",
                "wait=\"7\"",
                "wait=007",
                "respond-async, wait=7",
                "respond-async,wait=7, handling=lenient",
                "wait=7; of=seconds",
                "wait=7, wait=20"
            })
    void waitsAsLongAsTheCallerPrefers(String prefer) {
        assertWaits(prefer, Duration.ofSeconds(7));
    }

    @Test
    void aCallerWhoWaitsForNothingIsLateAtOnce() {
        assertWaits("wait=0", Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "wait",
                "wait=",
                "wait=-1",
                "wait=1.5",
                "wait=7s",
                "wait=seven",
                "wait=\"7",
                "wait=\u0667",
                "await=7",
                "x-wait=7",
                "handling=lenient; wait=7",
                "respond-async",
                ",;=\"\""
            })
    void whatCannotBeUnderstoodIsIgnored(String prefer) {
        assertWaits(prefer, MOST);
    }

    @Test
    void withoutThePreferenceItIsTheMostThatAnyoneMayWait() {
        assertWaits(null, MOST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=61", "wait=999999999", "wait=9999999999", "wait=1e9"})
    void nobodyWaitsLongerThanTheMost(String prefer) {
        assertWaits(prefer, MOST);
    }

    private void assertWaits(@Nullable String prefer, Duration expected) {
        long before = System.nanoTime();
        long deadline = deadlines.of(prefer);
        long after = System.nanoTime();

        assertThat(deadline - expected.toNanos() - before).isBetween(0L, after - before);
    }
}
