package org.quirkwatch.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

class SharedOutcomesTest {

    private static final List<String> CHOICES = List.of(" No", " Yes");
    private static final Timing TIMING = new Timing(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    private final SharedOutcomes shared = new SharedOutcomes(100_000, SharedOutcomes.ENTRY_BYTES);
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final Signal signal = new Signal("a", "p", " Yes", CHOICES);
    private final Signal equal = new Signal("b", "p", " Yes", CHOICES);

    @Test
    void anEqualSignalGetsWhatIsOnItsWayAndWhatCame() {
        shared.offer(signal, outcome);
        assertThat(shared.find(equal)).containsSame(outcome);
        outcome.complete(
                new Outcome(
                        new Measurement.Measured(
                                LengthMeasurer.BASIS,
                                1,
                                1,
                                new LinkedHashMap<>(),
                                0,
                                0,
                                1,
                                Map.of(),
                                Map.of()),
                        TIMING,
                        3));
        assertThat(shared.find(equal)).containsSame(outcome);
        assertThat(shared.find(new Signal("a", "p", " No", CHOICES))).isEmpty();
        assertThat(shared.find(new Signal("a", "p", " Yes", List.of()))).isEmpty();
        assertThat(shared.find(new Signal("a", "p ", " Yes", CHOICES))).isEmpty();
    }

    @Test
    void failuresAreNotShared() {
        shared.offer(signal, outcome);
        outcome.complete(
                new Outcome(
                        new Measurement.Failed(new Problem(ProblemCode.NON_FINITE, "x")),
                        TIMING,
                        3));
        assertThat(shared.find(equal)).isEmpty();

        CompletableFuture<Outcome> cancelled = new CompletableFuture<>();
        shared.offer(signal, cancelled);
        cancelled.cancel(false);
        assertThat(shared.find(equal)).isEmpty();
    }

    @Test
    void isBoundedAndCanBeOff() {
        for (int i = 0; i < 1_000; i++) {
            shared.offer(numbered(i), new CompletableFuture<>());
        }
        long kept =
                IntStream.range(0, 1_000).filter(i -> shared.find(numbered(i)).isPresent()).count();
        assertThat(kept).isBetween(1L, 100L);

        SharedOutcomes off = new SharedOutcomes(0, SharedOutcomes.ENTRY_BYTES);
        off.offer(signal, outcome);
        assertThat(off.find(equal)).isEmpty();
    }

    private static Signal numbered(int i) {
        return new Signal("s", "p" + i, null, List.of());
    }
}
