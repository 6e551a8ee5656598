package org.quirkwatch.lane;

import java.time.Duration;

/// How many signals a second the lanes have lately measured while they were busy: a mean over
/// passes that forgets, weighted by their time. Thread-safe.
final class Throughput {

    private static final double HALF_LIFE_SECONDS = 2;

    private double signals;
    private double seconds;

    synchronized void passed(int count, Duration took) {
        double time = took.toNanos() / 1e9;
        double kept = Math.pow(2, -time / HALF_LIFE_SECONDS);
        signals = signals * kept + count;
        seconds = seconds * kept + time;
    }

    /// Signals a second of one lane; infinite before anything is known.
    synchronized double perSecond() {
        return seconds > 0 ? signals / seconds : Double.POSITIVE_INFINITY;
    }
}
