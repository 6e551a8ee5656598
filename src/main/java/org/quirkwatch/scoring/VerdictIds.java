package org.quirkwatch.scoring;

import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// Ids in the order of time (RFC 9562, version 7): 48 bits of milliseconds, then chance. A log
/// whose key they are grows at its end, and needs no counter that replicas would have to share.
final class VerdictIds {

    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private final RandomGenerator random;

    /// @param random thread-safe
    VerdictIds(RandomGenerator random) {
        this.random = random;
    }

    /// A new id.
    UUID next(Instant now) {
        long high = now.toEpochMilli() << 16 | VERSION_7 | random.nextLong() >>> 52;
        return new UUID(high, VARIANT | random.nextLong() >>> 2);
    }
}
