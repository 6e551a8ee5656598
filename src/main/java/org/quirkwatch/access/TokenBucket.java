package org.quirkwatch.access;

/// So many in a window, evenly, and as many at once after a pause. Thread-safe.
final class TokenBucket {

    private final int capacity;
    private final double nanosPerToken;
    private double tokens;
    private long filledAt;

    /// Full.
    ///
    /// @param capacity tokens of a window, at least 1
    /// @param windowNanos in which an empty bucket fills
    /// @param now as `System.nanoTime()` gives it
    TokenBucket(int capacity, long windowNanos, long now) {
        this.capacity = capacity;
        this.nanosPerToken = (double) windowNanos / capacity;
        this.tokens = capacity;
        this.filledAt = now;
    }

    /// A full one for what is written down of a flood: one a second, sixty at once after a pause.
    static TokenBucket ofFlood() {
        return new TokenBucket(60, 60_000_000_000L, System.nanoTime());
    }

    /// What came of taking one.
    ///
    /// @param taken whether there was one
    /// @param remaining whole tokens that are left
    /// @param nanosToNext until there is one more, 0 for a full bucket
    record Taking(boolean taken, int remaining, long nanosToNext) {}

    /// Takes one where there is one.
    synchronized Taking take(long now) {
        tokens = Math.min(capacity, tokens + Math.max(0, now - filledAt) / nanosPerToken);
        filledAt = now;
        boolean taken = tokens >= 1;
        if (taken) {
            tokens -= 1;
        }
        long next = (long) Math.ceil((Math.floor(tokens) + 1 - tokens) * nanosPerToken);
        return new Taking(taken, (int) tokens, next);
    }
}
