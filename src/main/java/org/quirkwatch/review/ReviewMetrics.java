package org.quirkwatch.review;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// What the queue counts. Its depth is asked of the database, at most every few seconds; while that
/// is away it is not known (NaN). Thread-safe.
final class ReviewMetrics {

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final MeterRegistry meters;
    private final ReviewTable table;
    private final InstantSource clock;
    private Seen seen = new Seen(Instant.EPOCH, false, Map.of(), Optional.empty());

    private record Seen(
            Instant at, boolean known, Map<ReviewStatus, Long> depths, Optional<Instant> oldest) {}

    ReviewMetrics(MeterRegistry meters, ReviewTable table, InstantSource clock) {
        this.meters = meters;
        this.table = table;
        this.clock = clock;
    }

    /// Shows the gauges from now on.
    void register() {
        for (ReviewStatus status : ReviewStatus.values()) {
            Gauge.builder("quirkwatch.review.depth", () -> depth(status))
                    .description("Reviews in this status")
                    .tag("status", status.text())
                    .register(meters);
        }
        Gauge.builder("quirkwatch.review.oldest", this::oldestSeconds)
                .description("Age of the oldest review on which nobody has decided")
                .baseUnit("seconds")
                .register(meters);
        for (ReviewStatus outcome :
                new ReviewStatus[] {ReviewStatus.CONFIRMED, ReviewStatus.DISMISSED}) {
            var _ = meters.counter("quirkwatch.review.decisions", "outcome", outcome.text());
        }
    }

    void decided(ReviewStatus outcome) {
        meters.counter("quirkwatch.review.decisions", "outcome", outcome.text()).increment();
    }

    private double depth(ReviewStatus status) {
        Seen now = look();
        return now.known() ? now.depths().getOrDefault(status, 0L) : Double.NaN;
    }

    private double oldestSeconds() {
        Seen now = look();
        if (!now.known()) {
            return Double.NaN;
        }
        return now.oldest()
                .map(opened -> Duration.between(opened, clock.instant()).toMillis() / 1e3)
                .orElse(0.0);
    }

    private synchronized Seen look() {
        Instant now = clock.instant();
        if (Duration.between(seen.at(), now).compareTo(FRESH) > 0) {
            try {
                seen = new Seen(now, true, table.depths(now), table.oldest());
            } catch (RuntimeException e) {
                seen = new Seen(now, false, Map.of(), Optional.empty());
            }
        }
        return seen;
    }
}
