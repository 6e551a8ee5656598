package org.quirkwatch.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.signal.Signal;

class SamplingTest {

    @Test
    void takesItsShareWhateverTheSignalsAreCalled() {
        for (double share : new double[] {0.01, 0.1, 0.5, 1}) {
            Sampling sampling = new Sampling(share);
            long taken =
                    IntStream.range(0, 20_000).filter(i -> sampling.test(signal("a", i))).count();
            double deviation = Math.sqrt(20_000 * share * (1 - share));
            assertThat((double) taken)
                    .isBetween(20_000 * share - 5 * deviation, 20_000 * share + 5 * deviation);
            assertThat(IntStream.range(0, 1_000))
                    .allMatch(i ->
                            sampling.test(signal("a", i)) == sampling.test(signal("other", i)));
        }
    }

    private static Signal signal(String id, int number) {
        return new Signal(id, number + " + 1 =", " Yes", List.of(" No", " Yes"));
    }
}
