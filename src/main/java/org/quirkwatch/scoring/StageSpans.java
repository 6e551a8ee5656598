package org.quirkwatch.scoring;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.quirkwatch.lane.Timing;

/// The stages of a request behind its caller's thread, as spans of its trace: `quirkwatch.queue`,
/// `quirkwatch.forward` and `quirkwatch.score`. One pass of the model serves many callers, so that
/// its thread is in no one's trace; the spans are written afterwards, with the times that the lane
/// took. Nothing of a signal's texts or ids is in them. Thread-safe.
final class StageSpans {

    private final Tracer tracer;
    private final InstantSource clock;

    StageSpans(Tracer tracer, InstantSource clock) {
        this.tracer = tracer;
        this.clock = clock;
    }

    /// Adds the stages of the signal that waited longest to the trace that this thread is in, where
    /// it is in one that is kept.
    ///
    /// @param verdicts of one request, just made
    void add(List<Verdict> verdicts) {
        Span request = tracer.currentSpan();
        if (request == null || !Boolean.TRUE.equals(request.context().sampled())) {
            return;
        }
        verdicts.stream()
                .filter(Verdict.Scored.class::isInstance)
                .map(Verdict.Scored.class::cast)
                .max(Comparator.comparing(scored -> length(scored.timing())))
                .ifPresent(longest -> add(request, longest));
    }

    private void add(Span request, Verdict.Scored scored) {
        Timing timing = scored.timing();
        long end = micros(clock.instant());
        long forward = end - micros(timing.score());
        long queue = forward - micros(timing.forward());
        long start = queue - micros(timing.queue());
        span(request, "quirkwatch.queue", start, queue, scored);
        span(request, "quirkwatch.forward", queue, forward, scored);
        span(request, "quirkwatch.score", forward, end, scored);
    }

    private void span(Span request, String name, long start, long end, Verdict.Scored scored) {
        tracer.spanBuilder()
                .setParent(request.context())
                .name(name)
                .tag("quirkwatch.tokens", scored.tokens())
                .startTimestamp(start, TimeUnit.MICROSECONDS)
                .start()
                .end(end, TimeUnit.MICROSECONDS);
    }

    private static Duration length(Timing timing) {
        return timing.queue().plus(timing.forward()).plus(timing.score());
    }

    private static long micros(Duration duration) {
        return TimeUnit.MICROSECONDS.convert(duration);
    }

    private static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1000;
    }
}
