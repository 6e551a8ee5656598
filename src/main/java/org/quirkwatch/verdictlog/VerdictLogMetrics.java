package org.quirkwatch.verdictlog;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;

/// What the log counts and times. Thread-safe.
final class VerdictLogMetrics {

    private final MeterRegistry meters;
    private final Counter logged;
    private final Counter again;
    private final Counter failures;
    private final DistributionSummary batches;
    private final Timer writes;

    VerdictLogMetrics(MeterRegistry meters) {
        this.meters = meters;
        logged = counter("quirkwatch.verdicts.logged", "Verdicts written down");
        again = counter("quirkwatch.answered.again", "Signals that got the first answer again");
        failures = counter("quirkwatch.log.failures", "Attempts that failed at the database");
        batches =
                DistributionSummary.builder("quirkwatch.log.batch.verdicts")
                        .description("Verdicts of one transaction")
                        .register(meters);
        writes =
                Timer.builder("quirkwatch.log.write")
                        .description("One transaction of the verdict log")
                        .register(meters);
    }

    void watchPending(IntSupplier pending) {
        Gauge.builder("quirkwatch.log.pending.verdicts", pending::getAsInt)
                .description("Verdicts that wait to be written down")
                .register(meters);
    }

    void wrote(int verdicts, Duration time) {
        logged.increment(verdicts);
        batches.record(verdicts);
        writes.record(time);
    }

    void answeredAgain(long signals) {
        again.increment((double) signals);
    }

    void failed() {
        failures.increment();
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }
}
