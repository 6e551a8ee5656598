package org.quirkwatch.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class RefreshedTest {

    private final AtomicInteger reads = new AtomicInteger();
    private boolean away;

    private Integer read() {
        int read = reads.incrementAndGet();
        if (away) {
            throw new Problem(ProblemCode.LOG_UNAVAILABLE, "away");
        }
        return read;
    }

    @Test
    void aValueIsReadOnceWhateverIsAskedAndAnewWhenItIsForgotten() {
        Refreshed<Integer> value = new Refreshed<>(this::read, Duration.ofHours(1));
        for (int i = 0; i < 1000; i++) {
            assertThat(value.get()).isEqualTo(1);
        }
        value.forget();
        assertThat(value.get()).isEqualTo(2);
    }

    @Test
    void whoDoesNotFindSomethingCannotMakeTheDatabaseBusy() {
        Refreshed<Integer> value = new Refreshed<>(this::read, Duration.ofHours(1));
        long begin = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            assertThat(value.getNewer()).isPositive();
        }
        long fifths = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 200;
        assertThat(reads.get()).isLessThanOrEqualTo((int) fifths + 2);
    }

    @Test
    void theLastValueHoldsWhileTheDatabaseIsAwayAndNoneIsAProblemThatPasses() {
        Refreshed<Integer> value = new Refreshed<>(this::read, Duration.ofNanos(1));
        int last = value.get();
        away = true;
        assertThat(value.get()).isEqualTo(last);
        assertThat(value.get()).isEqualTo(last);
        assertThat(reads.get()).isGreaterThan(2);

        Refreshed<Integer> never = new Refreshed<>(this::read, Duration.ofHours(1));
        assertThatThrownBy(never::get)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem ->
                                assertThat(problem.code())
                                        .isEqualTo(ProblemCode.ACCESS_UNAVAILABLE));
    }

    @Test
    void aDatabaseThatIsSilentIsAwayForEverybodyAndWhatItSaysLateIsNotBelieved() throws Exception {
        CountDownLatch silence = new CountDownLatch(1);
        AtomicBoolean silent = new AtomicBoolean();
        Refreshed<Integer> value =
                new Refreshed<>(
                        () -> {
                            int read = reads.incrementAndGet();
                            if (silent.get()) {
                                awaitUninterruptibly(silence);
                            }
                            return read;
                        },
                        Duration.ofNanos(1));
        assertThat(value.get()).isEqualTo(1);
        silent.set(true);
        long begin = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(value.get()).isEqualTo(1);
        }
        // One of them waited for two seconds, the others knew.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(6));
        assertThat(reads.get()).isEqualTo(2);

        silent.set(false);
        silence.countDown();
        while (value.get() == 1) {
            Thread.sleep(5);
        }
        assertThat(value.get()).isGreaterThan(2);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
