package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

class ModelLaneTest {

    /// Answers each signal with its length as the score, and remembers who called with what.
    private static class LengthScorer implements BatchScorer {
        final List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
        final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());

        @Override
        public CaptureSpec spec() {
            return new CaptureSpec(List.of(), CaptureSpec.Outputs.LABELS);
        }

        @Override
        public Batch measure(List<TokenizedSignal> batch) {
            sizes.add(batch.size());
            threads.add(Thread.currentThread());
            List<Measurement> measurements = new ArrayList<>();
            for (TokenizedSignal signal : batch) {
                measurements.add(
                        new Measurement.Measured(
                                signal.prompt().length, 1, new LinkedHashMap<>(), -1, 0, 1));
            }
            return new Batch(measurements, Duration.ofMillis(1), Duration.ZERO);
        }
    }

    @Test
    void answersInOrderFromOneThreadInBatchesWithinTheBounds() {
        LengthScorer scorer = new LengthScorer();
        try (ModelLane lane = lane(scorer, new BatchBounds(8, 200), 1_000)) {
            List<TokenizedSignal> signals =
                    IntStream.of(5, 90, 3, 41, 3, 250, 17, 2, 60, 8, 8, 9, 4)
                            .mapToObj(ModelLaneTest::signal)
                            .toList();
            List<ModelLane.Result> results = lane.measure(signals);

            assertThat(results)
                    .extracting(ModelLaneTest::score)
                    .containsExactlyElementsOf(
                            signals.stream().map(s -> (double) s.prompt().length).toList());
        }
        assertThat(scorer.sizes).allMatch(size -> size <= 8).hasSizeGreaterThan(2);
        assertThat(scorer.threads.stream().distinct()).hasSize(1);
        assertThat(scorer.threads.getFirst().isVirtual()).isFalse();
    }

    @Test
    void refusesWhatDoesNotFitBesideWhatWaitsAndTakesItLater() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        BatchScorer slow =
                new LengthScorer() {
                    @Override
                    public Batch measure(List<TokenizedSignal> batch) {
                        started.countDown();
                        awaitQuietly(finish);
                        return super.measure(batch);
                    }
                };
        List<TokenizedSignal> four = List.of(signal(1), signal(1), signal(1), signal(1));
        try (ModelLane lane = lane(slow, BatchBounds.DEFAULT, 5);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<ModelLane.Result>> first = callers.submit(() -> lane.measure(four));
            started.await();

            assertThatThrownBy(() -> lane.measure(four.subList(0, 2)))
                    .isInstanceOfSatisfying(
                            Problem.class,
                            problem -> {
                                assertThat(problem.code()).isEqualTo(ProblemCode.OVERLOADED);
                                assertThat(problem.detail())
                                        .isEqualTo(
                                                "4 signals wait for the model, 2 more would pass"
                                                        + " the limit of 5");
                            });
            finish.countDown();
            assertThat(first.get()).hasSize(4);
            assertThat(lane.measure(four)).hasSize(4);
        }
    }

    @Test
    void aFailingBatchIsUnscoredAndDoesNotEndTheLane() {
        BatchScorer failing =
                new LengthScorer() {
                    @Override
                    public Batch measure(List<TokenizedSignal> batch) {
                        if (batch.getFirst().prompt().length == 13) {
                            throw new OutOfMemoryError("secret of the native library");
                        }
                        return super.measure(batch);
                    }
                };
        try (ModelLane lane = lane(failing, BatchBounds.DEFAULT, 10)) {
            Measurement failed = lane.measure(List.of(signal(13))).getFirst().measurement();

            assertThat(failed)
                    .isInstanceOfSatisfying(
                            Measurement.Failed.class,
                            f -> {
                                assertThat(f.reason().code()).isEqualTo(ProblemCode.INTERNAL);
                                assertThat(f.reason().detail()).doesNotContain("secret");
                            });
            assertThat(score(lane.measure(List.of(signal(4))).getFirst())).isEqualTo(4);
            assertThat(lane.isOpen()).isTrue();
        }
    }

    @Test
    void finishesWhatWaitsBeforeItCloses() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        BatchScorer slow =
                new LengthScorer() {
                    @Override
                    public Batch measure(List<TokenizedSignal> batch) {
                        started.countDown();
                        awaitQuietly(finish);
                        return super.measure(batch);
                    }
                };
        try (ModelLane lane = lane(slow, BatchBounds.DEFAULT, 10);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<ModelLane.Result>> waiting =
                    callers.submit(() -> lane.measure(List.of(signal(2))));
            started.await();
            Future<?> closing = callers.submit(lane::close);
            finish.countDown();
            closing.get();

            assertThat(waiting.get()).hasSize(1);
            assertThat(lane.isOpen()).isFalse();
            assertThatThrownBy(() -> lane.measure(List.of(signal(2))))
                    .isInstanceOfSatisfying(
                            Problem.class,
                            problem ->
                                    assertThat(problem.code())
                                            .isEqualTo(ProblemCode.SHUTTING_DOWN));
        }
    }

    private static ModelLane lane(BatchScorer scorer, BatchBounds bounds, int maxPending) {
        ScoringMetrics metrics =
                new ScoringMetrics(
                        new SimpleMeterRegistry(),
                        "model",
                        ArtifactDirectory.read(TinyDetector.directory()),
                        List.of(Policy.standard()),
                        "1");
        return new ModelLane(scorer, bounds, maxPending, metrics);
    }

    private static TokenizedSignal signal(int tokens) {
        return new TokenizedSignal(
                new Signal("s", "p", null, List.of()), new long[tokens], List.of());
    }

    private static double score(ModelLane.Result result) {
        return switch (result.measurement()) {
            case Measurement.Measured measured -> measured.score();
            case Measurement.Failed failed -> throw failed.reason();
        };
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
