package org.quirkwatch.rollout;

import java.util.function.Predicate;
import org.quirkwatch.signal.Signal;

/// A share of all signals, the same ones everywhere and always: by what they are, not when they
/// come.
///
/// @param share in (0, 1]
record Sampling(double share) implements Predicate<Signal> {

    private static final double UNIT = 0x1p-53;

    @Override
    public boolean test(Signal signal) {
        String label = signal.label();
        long hash = signal.prompt().hashCode();
        hash = mixed(hash * 0x9e3779b97f4a7c15L + (label == null ? 0 : label.hashCode()));
        hash = mixed(hash * 0x9e3779b97f4a7c15L + signal.choices().hashCode());
        return (hash >>> 11) * UNIT < share;
    }

    // Stafford's thirteenth variant of the finaliser of MurmurHash3: every bit depends on every
    // bit.
    private static long mixed(long value) {
        long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
