package org.quirkwatch.lane;

import java.time.Duration;
import org.quirkwatch.model.BatchBounds;

/// How much may wait for the model.
///
/// @param bounds of one pass
/// @param maxPending signals that wait and run, 1 or more: bounds the memory
/// @param maxDelay the longest that a new caller should wait before its first signal runs, as far
///   as can be foreseen; one pass's worth of callers may wait in any case. Bounds the latency of
///   what is accepted
/// @param maxBackground signals of callers who do not wait in a pass, 1 or more, while there are
///   others who do: bounds how long these wait for a pass that has begun
public record LaneLimits(BatchBounds bounds, int maxPending, Duration maxDelay, int maxBackground) {

    /// Background work in passes as large as any.
    public LaneLimits(BatchBounds bounds, int maxPending, Duration maxDelay) {
        this(bounds, maxPending, maxDelay, bounds.maxSignals());
    }

    /// Checks the ranges.
    public LaneLimits {
        if (!(maxPending >= 1 && !maxDelay.isNegative())) {
            throw new IllegalArgumentException(
                    "at least 1 signal may wait, and no negative time, got %d and %s"
                            .formatted(maxPending, maxDelay));
        }
        if (!(maxBackground >= 1)) {
            throw new IllegalArgumentException(
                    "a pass has room for 1 signal in the background, got " + maxBackground);
        }
    }
}
