package org.quirkwatch.scoring;

import java.util.concurrent.atomic.AtomicLong;

/// When a refusal is sent. A caller who comes again at once, whatever `Retry-After` says, would
/// take the processor from the signals that were taken in, so refusals leave one after another,
/// evenly: a few at once, a flood at 500 a second. A refusal that waits costs nothing. Thread-safe.
final class RefusalPace {

    private static final long INTERVAL_NANOS = 2_000_000;
    private static final long MOST_NANOS = 5_000_000_000L;

    // When the next refusal may leave.
    private final AtomicLong free = new AtomicLong(Long.MIN_VALUE);

    /// How long a refusal of now waits, in nanoseconds, from 0 to 5 seconds.
    ///
    /// @param now as `System.nanoTime()` gives it
    long next(long now) {
        long leaves =
                free.updateAndGet(time -> Math.clamp(time, now, now + MOST_NANOS) + INTERVAL_NANOS);
        return leaves - INTERVAL_NANOS - now;
    }
}
