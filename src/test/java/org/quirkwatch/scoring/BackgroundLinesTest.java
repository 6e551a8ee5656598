package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.quirkwatch.lane.Judges;
import org.quirkwatch.lane.LaneLimits;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.SharedOutcomes;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

@Timeout(120)
class BackgroundLinesTest {

    /// A log that says nothing of the first verdict and its time passes, cannot write it when it
    /// comes again, and then writes all.
    private static final class Forgetful implements VerdictLedger {

        final List<VerdictRecord> given = new ArrayList<>();

        @Override
        public boolean keeps() {
            return true;
        }

        @Override
        public Optional<Problem> refusal() {
            return Optional.empty();
        }

        @Override
        public List<Optional<Kept>> find(List<IdempotencyKey> keys, long deadlineNanos) {
            return keys.stream().map(key -> Optional.<Kept>empty()).toList();
        }

        @Override
        public CompletableFuture<Kept> keep(VerdictRecord verdict, long deadlineNanos) {
            given.add(verdict);
            return switch (given.size()) {
                case 1 -> new CompletableFuture<>();
                case 3 ->
                        CompletableFuture.failedFuture(
                                new Problem(ProblemCode.LOG_UNAVAILABLE, "the log is away"));
                default ->
                        CompletableFuture.completedFuture(
                                new Kept(
                                        verdict.answer(),
                                        verdict.key().map(IdempotencyKey::fingerprint)));
            };
        }
    }

    @Test
    void whatTheLogForgotOrCouldNotWriteIsGivenToItAgainUnderTheSameIdAndKey() {
        Artifact artifact = ArtifactDirectory.read(TinyDetector.directory());
        List<Signal> signals = TinyDetector.signals(2, new SplittableRandom(31));
        Forgetful ledger = new Forgetful();
        try (HookedModel model = TinyDetector.load()) {
            Scorer scorer = new Scorer(model, artifact);
            Policies policies = new Policies(List.of(Policy.standard()));
            ScoringMetrics metrics =
                    new ScoringMetrics(
                            new SimpleMeterRegistry(),
                            ObservationRegistry.NOOP,
                            "model",
                            policies,
                            "1");
            LaneLimits limits = new LaneLimits(BatchBounds.DEFAULT, 10, Duration.ofMinutes(1));
            try (Lanes lanes = new Lanes(List.of(scorer.measurer()), limits, metrics)) {
                Detectors detectors =
                        new Detectors(
                                List.of(model),
                                artifact,
                                Judges::fixed,
                                policies,
                                metrics,
                                100_000,
                                () -> lanes);
                SharedOutcomes shared = new SharedOutcomes(100_000, SharedOutcomes.ENTRY_BYTES);
                SignalScoring scoring =
                        new SignalScoring(
                                () -> scorer,
                                lanes,
                                () -> shared,
                                metrics,
                                new StageSpans(Tracer.NOOP, InstantSource.system()),
                                policies);
                Recording recording =
                        new Recording(
                                detectors,
                                new Answers(),
                                ledger,
                                new TimeOrderedIds(new SplittableRandom(1)),
                                InstantSource.system(),
                                Caller.JSON);
                Answering answering =
                        new Answering(
                                scoring,
                                detectors,
                                () ->
                                        reference -> {
                                            throw new AssertionError(
                                                    "no other detector is asked for");
                                        },
                                ledger,
                                recording,
                                Caller.JSON,
                                Duration.ofMinutes(1));
                BackgroundScoring background =
                        new BackgroundScoring(scoring, answering, recording, lanes, Caller.JSON);
                List<BackgroundScoring.Answer> answers = new ArrayList<>();
                try (BackgroundLines lines = background.open(new UUID(1, 2), "job", false)) {
                    for (int i = 0; i < 2; i++) {
                        assertThat(
                                        lines.begin(
                                                new BackgroundLines.Line(i + 1, signals.get(i)),
                                                Duration.ofMinutes(1)))
                                .isTrue();
                    }
                    while (lines.pending() > 0) {
                        lines.next(Duration.ofMillis(100)).ifPresent(answers::add);
                    }
                }
                assertThat(answers)
                        .extracting(BackgroundScoring.Answer::line)
                        .containsExactly(1L, 2L);
            }
        }
        List<VerdictRecord> first =
                ledger.given.stream()
                        .filter(v -> v.signal().id().equals(signals.getFirst().id()))
                        .toList();
        assertThat(first).hasSize(3);
        assertThat(first).extracting(VerdictRecord::id).containsOnly(first.getFirst().id());
        assertThat(first).extracting(VerdictRecord::key).containsOnly(first.getFirst().key());
    }
}
