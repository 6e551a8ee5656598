package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.LaneLimits;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.SharedOutcomes;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

@Timeout(120)
class SignalScoringTest {

    private static final Duration LONG = Duration.ofMinutes(1);

    /// A real measurer that runs a pass only where it is let.
    private record Held(BatchMeasurer measurer, Semaphore begun, Semaphore let)
            implements BatchMeasurer {
        @Override
        public CaptureSpec spec() {
            return measurer.spec();
        }

        @Override
        public Batch measure(List<TokenizedSignal> batch) {
            begun.release();
            let.acquireUninterruptibly();
            return measurer.measure(batch);
        }
    }

    @Test
    void whoFollowsAnEqualSignalWaitsNoLongerThanItsOwnCaller() throws Exception {
        Artifact artifact = ArtifactDirectory.read(TinyDetector.directory());
        Signal signal = TinyDetector.signals(1, new SplittableRandom(31)).getFirst();
        try (HookedModel model = TinyDetector.load()) {
            Scorer scorer = new Scorer(model, artifact);
            Held held = new Held(scorer.measurer(), new Semaphore(0), new Semaphore(0));
            Policies policies = new Policies(List.of(Policy.standard()));
            SharedOutcomes shared = new SharedOutcomes(100_000, SharedOutcomes.ENTRY_BYTES);
            ScoringMetrics metrics =
                    new ScoringMetrics(
                            new SimpleMeterRegistry(),
                            ObservationRegistry.NOOP,
                            "model",
                            policies,
                            "1");
            LaneLimits limits = new LaneLimits(BatchBounds.DEFAULT, 10, LONG);
            try (var callers = Executors.newVirtualThreadPerTaskExecutor();
                    Lanes lanes = new Lanes(List.of(held), limits, metrics)) {
                SignalScoring scoring =
                        new SignalScoring(
                                () -> scorer,
                                lanes,
                                () -> shared,
                                metrics,
                                new StageSpans(Tracer.NOOP, InstantSource.system()),
                                policies);
                Future<Verdict> first = callers.submit(() -> scoring.judge(signal, "a", in(LONG)));
                held.begun().acquire();
                assertThatThrownBy(() -> scoring.judge(signal, "b", in(Duration.ofMillis(20))))
                        .isInstanceOfSatisfying(
                                Problem.class,
                                problem ->
                                        assertThat(problem.code())
                                                .isEqualTo(ProblemCode.DEADLINE_EXCEEDED));
                Future<Verdict> patient =
                        callers.submit(() -> scoring.judge(signal, "c", in(LONG)));
                held.let().release(10);

                assertThat(first.get()).isInstanceOf(Verdict.Scored.class);
                assertThat(patient.get()).isInstanceOf(Verdict.Scored.class);
            }
        }
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }
}
