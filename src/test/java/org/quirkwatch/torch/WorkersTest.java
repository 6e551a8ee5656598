package org.quirkwatch.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WorkersTest {

    @Test
    void aFailureComesOutWhenAllAreDone() {
        AtomicInteger done = new AtomicInteger();
        List<Supplier<Integer>> tasks = new ArrayList<>();
        tasks.add(() -> {
            throw new IllegalStateException("the first");
        });
        for (int i = 0; i < 20; i++) {
            tasks.add(done::incrementAndGet);
        }
        try (Workers workers = new Workers("part", 2)) {
            assertThatThrownBy(() -> workers.all(tasks))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the first");
            assertThat(done).hasValue(20);
        }
    }
}
