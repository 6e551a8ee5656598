package org.quirkwatch.verdictlog;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.springframework.dao.DataAccessResourceFailureException;

/// Whether the embedded database's disk has room for verdicts. Writing ends while there is still
/// some, because the embedded database does not survive a write that fails: with this it waits, and
/// goes on when somebody has made room. Measured a few times a second at most. Thread-safe.
final class FreeRoom {

    private static final long OLDEST_NANOS = 200_000_000;
    private static final long MEGABYTE = 1L << 20;

    private final Supplier<OptionalLong> freeBytes;
    private final long leastBytes;
    private final LongSupplier nanoTime;
    private volatile Measured last;

    /// @param bytes free ones when it was measured; empty where they are not known
    private record Measured(OptionalLong bytes, long nanos) {}

    /// @param freeBytes of the disk; empty where it is not ours
    /// @param leastBytes that verdicts leave free
    /// @param nanoTime as [System#nanoTime]
    FreeRoom(Supplier<OptionalLong> freeBytes, long leastBytes, LongSupplier nanoTime) {
        this.freeBytes = freeBytes;
        this.leastBytes = leastBytes;
        this.nanoTime = nanoTime;
        this.last = new Measured(OptionalLong.empty(), nanoTime.getAsLong() - OLDEST_NANOS);
    }

    /// What is short, in words for callers; empty where there is room.
    Optional<String> shortage() {
        Measured measured = last;
        if (nanoTime.getAsLong() - measured.nanos() >= OLDEST_NANOS) {
            measured = new Measured(measure(), nanoTime.getAsLong());
            last = measured;
        }
        OptionalLong bytes = measured.bytes();
        return bytes.isPresent() && bytes.getAsLong() < leastBytes
                ? Optional.of(
                        "the disk of the verdict log has %.1f MB free, and %.1f MB are the least: make room"
                                .formatted(
                                        (double) bytes.getAsLong() / MEGABYTE,
                                        (double) leastBytes / MEGABYTE))
                : Optional.empty();
    }

    /// @throws DataAccessResourceFailureException when there is none, which passes
    void require() {
        shortage()
                .ifPresent(why -> {
                    throw new DataAccessResourceFailureException(why);
                });
    }

    // A file system that says nothing is no full one: then the write tells.
    private OptionalLong measure() {
        try {
            return freeBytes.get();
        } catch (UncheckedIOException e) {
            return OptionalLong.empty();
        }
    }
}
