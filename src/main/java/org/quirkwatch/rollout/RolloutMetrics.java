package org.quirkwatch.rollout;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import org.quirkwatch.scoring.Disposition;

/// What is counted of switches and of a second detector. Thread-safe.
final class RolloutMetrics {

    private final MeterRegistry meters;
    private final Counter dropped;
    private volatile boolean behind;

    RolloutMetrics(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("quirkwatch.detector.behind", () -> behind ? 1 : 0)
                .description("Whether another detector should judge, and cannot be had here")
                .register(meters);
        dropped =
                Counter.builder("quirkwatch.shadow.dropped")
                        .description("Signals that the second detector was too slow for")
                        .register(meters);
    }

    void watchShadow(Supplier<Number> rankCorrelation) {
        Gauge.builder("quirkwatch.shadow.rank.correlation", rankCorrelation)
                .description("Of the last p-values of the two detectors; NaN without a second one")
                .register(meters);
    }

    void behind(boolean now) {
        behind = now;
    }

    void switched(Activation.Cause cause) {
        meters.counter("quirkwatch.detector.switches", "cause", cause.text()).increment();
    }

    void shadowDropped() {
        dropped.increment();
    }

    void shadowed(String detector, Disposition active, Disposition shadow) {
        meters.counter(
                        "quirkwatch.shadow.signals",
                        "detector",
                        detector,
                        "active",
                        active.text(),
                        "disposition",
                        shadow.text())
                .increment();
    }
}
