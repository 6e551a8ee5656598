package org.quirkwatch.job;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.verdictlog.Database;

/// What jobs count. How many are in a state is asked of the database, at most every few seconds;
/// while that is away it is not known (NaN). Thread-safe.
final class JobMetrics {

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final MeterRegistry meters;
    private final JobTable table;
    private long seenNanos;
    private boolean known;
    private Map<JobState, Long> counts = new EnumMap<>(JobState.class);

    JobMetrics(MeterRegistry meters, JobTable table) {
        this.meters = meters;
        this.table = table;
        this.seenNanos = System.nanoTime() - FRESH.toNanos();
    }

    /// Shows the gauges from now on.
    void register() {
        for (JobState state : JobState.values()) {
            Gauge.builder("quirkwatch.jobs", () -> count(state))
                    .description("Jobs in this state, of all replicas")
                    .tag("state", state.text())
                    .register(meters);
        }
    }

    /// Counts a job that this replica ended.
    void ended(String kind, JobState state) {
        meters.counter("quirkwatch.jobs.ended", "kind", kind, "state", state.text()).increment();
    }

    private synchronized double count(JobState state) {
        if (System.nanoTime() - seenNanos >= FRESH.toNanos()) {
            seenNanos = System.nanoTime();
            try {
                counts = Database.call(table::counts);
                known = true;
            } catch (Problem e) {
                known = false;
            }
        }
        return known ? counts.getOrDefault(state, 0L) : Double.NaN;
    }
}
