package org.quirkwatch.verdictlog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.quirkwatch.scoring.IdempotencyKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds first verdicts by their keys. Keys that come while a query runs are asked for together by
/// the next: a query for many costs little more than one for a single key. It has threads of its
/// own, so that a caller can leave when its time is up, however long a connection takes to fail,
/// and be interrupted, which would close the database's file or connection. Thread-safe.
final class KeyLookUps {

    private static final Logger LOG = LoggerFactory.getLogger(KeyLookUps.class);
    // Each has one of the connections to the database: where one hangs, the other goes on.
    private static final int THREADS = 2;
    private static final int MAX_WAITING = 10_000;
    private static final long POLL_MILLIS = 200;

    private final Function<List<IdempotencyKey>, Map<String, VerdictTable.First>> query;
    private final BlockingQueue<Asked> queue = new LinkedBlockingQueue<>(MAX_WAITING);
    private final List<Thread> threads =
            IntStream.range(0, THREADS)
                    .mapToObj(i ->
                            Thread.ofPlatform()
                                    .name("verdict-log-look-up-" + i)
                                    .daemon()
                                    .unstarted(this::run))
                    .toList();
    private volatile boolean closing;

    /// What one caller asks for.
    private record Asked(
            List<IdempotencyKey> keys, CompletableFuture<Map<String, VerdictTable.First>> found) {}

    /// @param query the first verdicts under keys, by the key
    KeyLookUps(Function<List<IdempotencyKey>, Map<String, VerdictTable.First>> query) {
        this.query = query;
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /// The first verdicts under keys, by the key; under keys of others too.
    ///
    /// @param deadlineNanos of [System#nanoTime]
    /// @throws TimeoutException when it is over
    /// @throws ExecutionException what the query threw
    Map<String, VerdictTable.First> find(List<IdempotencyKey> keys, long deadlineNanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        Asked asked = new Asked(keys, new CompletableFuture<>());
        if (!queue.offer(asked, left(deadlineNanos), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException();
        }
        try {
            return asked.found().get(left(deadlineNanos), TimeUnit.NANOSECONDS);
        } finally {
            // Where nobody waits any more it is not asked.
            asked.found().cancel(false);
        }
    }

    /// How many callers wait for a query to begin.
    int waiting() {
        return queue.size();
    }

    /// Asks for what waits, and ends.
    ///
    /// @param deadlineNanos of [System#nanoTime]: how long that may take
    void close(long deadlineNanos) throws InterruptedException {
        closing = true;
        for (Thread thread : threads) {
            if (!thread.join(Duration.ofNanos(left(deadlineNanos)))) {
                LOG.debug("the log is closed although a look-up has not ended");
            }
        }
    }

    private void run() {
        while (!closing || !queue.isEmpty()) {
            try {
                Asked first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    answer(together(first));
                }
            } catch (InterruptedException e) {
                LOG.debug("a look-up is not stopped in this way", e);
            }
        }
    }

    /// It and what waits beside it.
    private List<Asked> together(Asked first) {
        List<Asked> group = new ArrayList<>();
        int keys = 0;
        for (Asked next = first; next != null; next = queue.poll()) {
            if (!next.found().isDone()) {
                group.add(next);
                keys += next.keys().size();
            }
            if (keys >= VerdictTable.KEYS_OF_A_QUERY) {
                break;
            }
        }
        return group;
    }

    private void answer(List<Asked> group) {
        List<IdempotencyKey> keys = group.stream().flatMap(asked -> asked.keys().stream()).toList();
        if (keys.isEmpty()) {
            return;
        }
        try {
            Map<String, VerdictTable.First> found = query.apply(keys);
            group.forEach(asked -> asked.found().complete(found));
        } catch (RuntimeException | Error e) {
            // To those who wait, so that the thread is there for others.
            group.forEach(asked -> asked.found().completeExceptionally(e));
        }
    }

    private static long left(long deadlineNanos) {
        return Math.max(0, deadlineNanos - System.nanoTime());
    }
}
