package org.quirkwatch.bench;

/// Counts of durations in buckets that grow with the duration: 64 to every doubling, so a
/// percentile is at most 1/64 above the true one, and the count, the least and the largest are
/// exact. Belongs to one thread; those of several threads are added up afterwards.
final class LatencyHistogram {

    private static final int BITS = 6;
    private static final int PER_DOUBLING = 1 << BITS;
    private static final double NANOS_PER_MILLI = 1e6;

    private final long[] counts = new long[(Long.SIZE - BITS) * PER_DOUBLING];
    private long total;
    private long leastNanos = Long.MAX_VALUE;
    private long largestNanos;

    /// @param nanos a duration; a negative one, which no clock should give, counts as 0
    void record(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        total++;
        leastNanos = Math.min(leastNanos, value);
        largestNanos = Math.max(largestNanos, value);
    }

    void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
        leastNanos = Math.min(leastNanos, other.leastNanos);
        largestNanos = Math.max(largestNanos, other.largestNanos);
    }

    long count() {
        return total;
    }

    /// The upper end of the bucket in which the percentile lies, and never beyond the largest.
    ///
    /// @param percent in (0, 100]
    /// @return milliseconds, NaN when nothing was recorded
    double millis(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent must be in (0, 100], got " + percent);
        }
        if (total == 0) {
            return Double.NaN;
        }
        long rank = Math.max(1, (long) Math.ceil(percent / 100 * total));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Math.clamp(last(i), leastNanos, largestNanos) / NANOS_PER_MILLI;
            }
        }
        throw new IllegalStateException("the counts add up to less than " + total);
    }

    double largestMillis() {
        return total == 0 ? Double.NaN : largestNanos / NANOS_PER_MILLI;
    }

    /// Values below 128 have a bucket each; above, the six bits behind the leading one tell.
    private static int bucket(long value) {
        int shift = Math.max(0, Long.SIZE - 1 - BITS - Long.numberOfLeadingZeros(value | 1));
        return shift * PER_DOUBLING + (int) (value >>> shift);
    }

    /// The last value of a bucket.
    private static long last(int bucket) {
        int shift = Math.max(0, bucket / PER_DOUBLING - 1);
        long head = bucket - (long) shift * PER_DOUBLING;
        return ((head + 1) << shift) - 1;
    }
}
