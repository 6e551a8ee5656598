package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.scoring.IdempotencyKey;

@Timeout(60)
class KeyLookUpsTest {

    private static final int THREADS = 2;

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<List<IdempotencyKey>> queries = new CopyOnWriteArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);
    private final KeyLookUps lookUps = new KeyLookUps(this::query);

    @BeforeEach
    void start() {
        lookUps.start();
    }

    @AfterEach
    void end() throws Exception {
        mayGoOn.countDown();
        lookUps.close(soon());
        callers.shutdownNow();
    }

    @Test
    void thoseWhoComeWhileTheQueriesRunAreAskedForTogether() throws Exception {
        occupy();
        List<Future<Map<String, VerdictTable.First>>> others =
                IntStream.range(0, 40).mapToObj(i -> ask("other " + i)).toList();
        // All of them wait: none has a thread to itself.
        while (lookUps.waiting() < others.size()) {
            Thread.sleep(1);
        }
        mayGoOn.countDown();
        for (int i = 0; i < others.size(); i++) {
            IdempotencyKey key = key("other " + i);
            assertThat(others.get(i).get().get(key.key())).isEqualTo(first(key));
        }
        assertThat(queries).hasSizeLessThanOrEqualTo(2 * THREADS);
        assertThat(queries.stream().mapToInt(List::size).sum()).isEqualTo(THREADS + others.size());
    }

    @Test
    void whoseTimeIsOverLeavesAndIsNotAskedForAnyMore() throws Exception {
        occupy();
        assertThatThrownBy(() ->
                        lookUps.find(
                                List.of(key("late")),
                                System.nanoTime() + Duration.ofMillis(20).toNanos()))
                .isInstanceOf(TimeoutException.class);
        mayGoOn.countDown();
        assertThat(ask("after").get()).isNotEmpty();
        assertThat(queries).noneMatch(keys -> keys.contains(key("late")));
    }

    @Test
    void aQueryThatFailsFailsForThoseWhoAskedAndNobodyElse() throws Exception {
        mayGoOn.countDown();
        assertThatThrownBy(() -> lookUps.find(List.of(key("bad")), soon()))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("bad key");
        assertThat(lookUps.find(List.of(key("good")), soon()))
                .containsEntry(key("good").key(), first(key("good")));
    }

    /// Has every thread in a query.
    private void occupy() throws InterruptedException {
        for (int i = 0; i < THREADS; i++) {
            Future<?> asked = ask("first " + i);
            begun.acquire();
            assertThat(asked.isDone()).isFalse();
        }
    }

    private Future<Map<String, VerdictTable.First>> ask(String key) {
        Callable<Map<String, VerdictTable.First>> call =
                () -> lookUps.find(List.of(key(key)), soon());
        return callers.submit(call);
    }

    private Map<String, VerdictTable.First> query(List<IdempotencyKey> keys) {
        queries.add(keys);
        begun.release();
        try {
            mayGoOn.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a look-up", e);
        }
        if (keys.contains(key("bad"))) {
            throw new IllegalArgumentException("bad key");
        }
        Map<String, VerdictTable.First> found = new HashMap<>();
        keys.forEach(key -> found.put(key.key(), first(key)));
        return found;
    }

    private static VerdictTable.First first(IdempotencyKey key) {
        return new VerdictTable.First(new UUID(0, 1), key.fingerprint(), "answer to " + key.key());
    }

    private static IdempotencyKey key(String key) {
        return Records.key(key, "payload");
    }

    private static long soon() {
        return System.nanoTime() + Duration.ofSeconds(30).toNanos();
    }
}
