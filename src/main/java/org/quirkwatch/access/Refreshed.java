package org.quirkwatch.access;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a database knows, held for some seconds, so that a request costs no query. While the
/// database is away the last that was read holds. Thread-safe.
///
/// @param <T> immutable
final class Refreshed<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Refreshed.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /// However many ask for what is not there, the database is not asked more often.
    private static final Duration LEAST = Duration.ofMillis(200);

    /// A database that is silent is away: no request waits longer to learn who asks.
    private static final Duration MOST_WAIT = Duration.ofSeconds(2);

    private final Supplier<T> source;
    private final Duration most;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile @Nullable Read<T> last;
    // What is asked of the database; under the lock.
    private @Nullable CompletableFuture<T> asked;

    /// What was read.
    ///
    /// @param value null where it could not be
    private record Read<T>(@Nullable T value, long atNanos) {

        boolean olderThan(Duration age) {
            return System.nanoTime() - atNanos > age.toNanos();
        }
    }

    /// Reads nothing yet.
    ///
    /// @param most how old a value may be
    Refreshed(Supplier<T> source, Duration most) {
        this.source = source;
        this.most = most;
    }

    /// The value, read anew when it is too old. Whoever comes while it is read gets the old one.
    ///
    /// @throws Problem `access-unavailable` when it could never be read
    T get() {
        Read<T> known = last;
        if (known == null || known.value() == null) {
            return readAgain();
        }
        if (known.olderThan(most) && reading.tryLock()) {
            try {
                return read(known);
            } finally {
                reading.unlock();
            }
        }
        return known.value();
    }

    /// The value after something was not found in it: another replica may have written it just now.
    T getNewer() {
        return readAgain();
    }

    /// What this process changed is seen by the next who asks.
    void forget() {
        last = null;
    }

    private T readAgain() {
        reading.lock();
        try {
            Read<T> known = last;
            // Others may have read it while this one waited.
            return known != null && known.value() != null && !known.olderThan(LEAST)
                    ? known.value()
                    : read(known);
        } finally {
            reading.unlock();
        }
    }

    private T read(@Nullable Read<T> known) {
        T value = known == null ? null : known.value();
        // Away a moment ago: not everybody waits for it anew.
        if (value == null && known != null && !known.olderThan(LEAST)) {
            throw unavailable();
        }
        try {
            value = ask();
        } catch (Problem e) {
            LOG.debug("keys or sessions could not be read: {}", e.detail());
        }
        last = new Read<>(value, System.nanoTime());
        if (value == null) {
            throw unavailable();
        }
        return value;
    }

    /// Asks on a thread of its own, one question at a time: the caller leaves a database that does
    /// not answer. A late answer is old, and is nobody's.
    private T ask() {
        CompletableFuture<T> before = asked;
        if (before != null && !before.isDone()) {
            throw unavailable();
        }
        CompletableFuture<T> answer =
                CompletableFuture.supplyAsync(source, Thread::startVirtualThread);
        asked = answer;
        try {
            return answer.get(MOST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw unavailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("keys or sessions could not be read", e);
        }
    }

    private static Problem unavailable() {
        return Problem.retryAfter(
                ProblemCode.ACCESS_UNAVAILABLE,
                "who asks cannot be checked: the database is away",
                RETRY_AFTER);
    }
}
