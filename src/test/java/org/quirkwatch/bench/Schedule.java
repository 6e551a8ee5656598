package org.quirkwatch.bench;

/// When each request of an open loop is due: evenly spread, whatever became of those before.
///
/// @param beginNanos when the first is due
/// @param perSecond how many are due in a second
/// @param count how many there are
record Schedule(long beginNanos, double perSecond, long count) {

    private static final double NANOS_PER_SECOND = 1e9;

    Schedule {
        if (!(perSecond > 0 && Double.isFinite(perSecond))) {
            throw new IllegalArgumentException(
                    "perSecond must be above 0 and finite, got " + perSecond);
        }
        if (!(count >= 1)) {
            throw new IllegalArgumentException("count must be at least 1, got " + count);
        }
    }

    /// As many as are due within a time, at least one.
    static Schedule of(long beginNanos, double perSecond, double seconds) {
        return new Schedule(beginNanos, perSecond, Math.max(1, Math.round(perSecond * seconds)));
    }

    /// @param index from 0
    long dueNanos(long index) {
        return beginNanos + Math.round(index * (NANOS_PER_SECOND / perSecond));
    }
}
