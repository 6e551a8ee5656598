package org.quirkwatch.identifier;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Ids in the order of time (RFC 9562, version 7): 48 bits of milliseconds, then chance. A table
/// whose key they are grows at its end, and needs no counter that replicas would have to share.
public final class TimeOrderedIds {

    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final RandomGenerator random;

    /// @param random thread-safe
    public TimeOrderedIds(RandomGenerator random) {
        this.random = random;
    }

    /// A new id.
    public UUID next(Instant now) {
        return new UUID(
                milliseconds(now) | VERSION_7 | random.nextLong() >>> 52,
                VARIANT | random.nextLong() >>> 2);
    }

    /// The first id that a moment may have.
    public static UUID first(Instant moment) {
        return new UUID(milliseconds(moment), 0);
    }

    /// The moment of an id, to the millisecond.
    public static Instant moment(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    private static long milliseconds(Instant moment) {
        return moment.toEpochMilli() << 16;
    }
}
