package org.quirkwatch.job;

import java.util.OptionalDouble;

/// How many units of work a second a run has lately done: a mean that forgets, weighted by time.
/// Thread-safe.
final class Rate {

    private static final double HALF_LIFE_SECONDS = 10;
    private static final double LEAST_SECONDS = 0.2;

    private long done;
    private long nanos;
    private double units;
    private double seconds;

    Rate(long done, long nanos) {
        this.done = done;
        this.nanos = nanos;
    }

    /// The rate at a moment; empty before there was any.
    synchronized OptionalDouble at(long nowDone, long nowNanos) {
        double time = (nowNanos - nanos) / 1e9;
        if (time >= LEAST_SECONDS) {
            double kept = Math.pow(2, -time / HALF_LIFE_SECONDS);
            units = units * kept + Math.max(0, nowDone - done);
            seconds = seconds * kept + time;
            done = nowDone;
            nanos = nowNanos;
        }
        return seconds > 0 ? OptionalDouble.of(units / seconds) : OptionalDouble.empty();
    }
}
