package org.quirkwatch.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

@Timeout(30)
class LanesTest {

    private static final LaneListener DEAF = (queued, tokens, batch) -> {};
    private static final int ANY = 1_000_000;

    @Test
    void answersInOrderFromOneThreadInPassesWithinTheBounds() {
        LengthMeasurer measurer = new LengthMeasurer(ANY);
        int[] lengths = {5, 90, 3, 41, 3, 250, 17, 2, 60, 8, 8, 9, 4};
        try (Lanes lanes = lanes(measurer, new BatchBounds(8, 200), 1_000)) {
            assertThat(scores(measure(lanes, lengths)))
                    .containsExactly(IntStream.of(lengths).asDoubleStream().toArray());
        }
        assertThat(measurer.passes).allMatch(pass -> pass.size() <= 8).hasSizeGreaterThan(2);
        assertThat(measurer.threads.stream().distinct()).hasSize(1);
        assertThat(measurer.threads.getFirst().isVirtual()).isFalse();
    }

    @Test
    void gathersWhileItIsBusy() throws InterruptedException {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, new BatchBounds(8, 1_000), 100)) {
            List<CompletableFuture<Outcome>> all = new ArrayList<>(begin(lanes.admit(1), 1));
            measurer.begun.acquire();
            for (int i = 2; i <= 6; i++) {
                all.addAll(begin(lanes.admit(1), i));
            }
            measurer.let.release(ANY);
            all.forEach(CompletableFuture::join);
        }
        assertThat(measurer.passes).hasSize(2);
        assertThat(measurer.passes.getLast()).containsExactlyInAnyOrder(2, 3, 4, 5, 6);
    }

    @Test
    void anErrandIsDoneByTheLanesOwnThreadAndGivesWayToSignalsForAWhile() throws Exception {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, new BatchBounds(1, 1_000), 100)) {
            assertThat(lanes.between(0, Thread::currentThread).get().getName())
                    .isEqualTo("model-lane-0");
            List<CompletableFuture<Outcome>> first = new ArrayList<>(begin(lanes.admit(1), 1));
            measurer.begun.acquire();
            List<CompletableFuture<Outcome>> second = begin(lanes.admit(1), 2);
            CompletableFuture<Integer> errand = lanes.between(0, () -> measurer.passes.size());
            List<CompletableFuture<Outcome>> third = begin(lanes.admit(1), 3);
            CompletableFuture<Integer> failing =
                    lanes.between(
                            0,
                            () -> {
                                throw new IllegalStateException("it fails for itself");
                            });
            measurer.let.release();
            measurer.begun.acquire();
            // It came before the third signal, and has waited long enough by now.
            Thread.sleep(Errand.PATIENCE.toMillis() + 50);
            measurer.let.release();
            assertThat(errand.get()).isEqualTo(2);
            assertThat(failing).failsWithin(Duration.ofSeconds(9));
            measurer.let.release(ANY);
            first.addAll(second);
            third.getFirst().join();
            assertThat(first).allMatch(CompletableFuture::isDone);
        }
    }

    @Test
    void aCallerWithOneSignalDoesNotWaitForAllOfAnother() throws InterruptedException {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, new BatchBounds(4, 1_000), 1_000)) {
            begin(lanes.admit(1), 1);
            measurer.begun.acquire();
            List<CompletableFuture<Outcome>> many =
                    begin(lanes.admit(100), IntStream.generate(() -> 2).limit(100).toArray());
            CompletableFuture<Outcome> one = begin(lanes.admit(1), 7).getFirst();
            measurer.let.release(2);

            one.join();
            assertThat(many).filteredOn(CompletableFuture::isDone).hasSizeLessThanOrEqualTo(3);
            measurer.let.release(ANY);
            many.forEach(CompletableFuture::join);
        }
    }

    @Test
    void whatNobodyWaitsForComesAfterAllOthersAFewInAPass() throws Exception {
        LengthMeasurer measurer = new LengthMeasurer(0);
        LaneLimits limits =
                new LaneLimits(new BatchBounds(8, 1_000), 100, Duration.ofSeconds(9), 2);
        try (Lanes lanes = new Lanes(List.of(measurer), limits, DEAF);
                Caller job = lanes.admitBackground()) {
            begin(lanes.admit(1), 1);
            measurer.begun.acquire();
            begin(job, places(job, IntStream.generate(() -> 9).limit(20).toArray()));
            List<CompletableFuture<Outcome>> others =
                    begin(lanes.admit(9), IntStream.range(20, 29).toArray());
            measurer.let.release(3);
            others.forEach(CompletableFuture::join);
            measurer.let.release(ANY);
        }
        assertThat(measurer.passes.get(1)).containsExactlyInAnyOrder(20, 21, 22, 23, 24, 25, 26, 9);
        assertThat(measurer.passes.get(2)).containsExactlyInAnyOrder(27, 28, 9, 9);
    }

    @Test
    void whatNobodyWaitsForHasWholePassesWhenNobodyElseComes() throws Exception {
        LengthMeasurer measurer = new LengthMeasurer(0);
        LaneLimits limits =
                new LaneLimits(new BatchBounds(8, 1_000), 100, Duration.ofSeconds(9), 2);
        List<CompletableFuture<Outcome>> all;
        try (Lanes lanes = new Lanes(List.of(measurer), limits, DEAF);
                Caller job = lanes.admitBackground()) {
            all = new ArrayList<>(begin(job, places(job, 5)));
            measurer.begun.acquire();
            all.addAll(begin(job, places(job, IntStream.generate(() -> 9).limit(12).toArray())));
            measurer.let.release(ANY);
            all.forEach(CompletableFuture::join);
        }
        assertThat(measurer.passes).extracting(List::size).containsExactly(1, 8, 4);
    }

    @Test
    void whatNobodyWaitsForLeavesHalfOfThePlacesAndIsRefusedOnlyAtTheEnd() throws Exception {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, BatchBounds.DEFAULT, 8);
                Caller job = lanes.admitBackground()) {
            begin(job, places(job, 1, 1, 1, 1));
            assertThat(job.awaitPlace(Duration.ofMillis(20))).isFalse();
            lanes.admit(4).close();
            lanes.refuse();
            assertThatThrownBy(lanes::admitBackground)
                    .isInstanceOfSatisfying(
                            Problem.class,
                            p -> assertThat(p.code()).isEqualTo(ProblemCode.SHUTTING_DOWN));
            measurer.let.release(ANY);
        }
    }

    private static int[] places(Caller caller, int... lengths) throws InterruptedException {
        for (int i = 0; i < lengths.length; i++) {
            assertThat(caller.awaitPlace(Duration.ofSeconds(1))).isTrue();
        }
        return lengths;
    }

    @Test
    void refusesWhatDoesNotFitBesideWhatWaitsAndTakesItLater() throws InterruptedException {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, BatchBounds.DEFAULT, 5)) {
            List<CompletableFuture<Outcome>> first = begin(lanes.admit(4), 1, 1, 1, 1);
            measurer.begun.acquire();
            assertThat(lanes.pending()).isEqualTo(4);
            Problem refusal = refusal(lanes, 2);
            assertThat(refusal.code()).isEqualTo(ProblemCode.OVERLOADED);
            assertThat(refusal.detail())
                    .isEqualTo("4 signals wait for the model, 2 more would pass the limit of 5");
            assertThat(refusal.retryAfter().orElseThrow())
                    .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
            measurer.let.release(ANY);
            first.forEach(CompletableFuture::join);
            assertThat(measure(lanes, 1, 1, 1, 1, 1)).hasSize(5);
            assertThat(lanes.pending()).isZero();
        }
    }

    @Test
    void refusesCallersWhoWouldWaitLong() throws InterruptedException {
        LengthMeasurer measurer = new LengthMeasurer(0);
        LaneLimits limits = new LaneLimits(new BatchBounds(2, 100), 1_000, Duration.ofMillis(20));
        try (Lanes lanes = new Lanes(List.of(measurer), limits, DEAF)) {
            // The first pass takes a tenth of a second: that is what is known of the rate.
            CompletableFuture<Outcome> slow = begin(lanes.admit(1), 1).getFirst();
            measurer.begun.acquire();
            Thread.sleep(100);
            measurer.let.release();
            slow.join();

            List<CompletableFuture<Outcome>> all = new ArrayList<>(begin(lanes.admit(1), 1));
            measurer.begun.acquire();
            for (int i = 0; i < limits.bounds().maxSignals(); i++) {
                assertThat(lanes.refusal()).isEmpty();
                all.addAll(begin(lanes.admit(1), 1));
            }
            assertThat(lanes.refusal()).isPresent();
            assertThat(refusal(lanes, 1).code()).isEqualTo(ProblemCode.OVERLOADED);
            assertThatThrownBy(lanes::admitStream).isInstanceOf(Problem.class);
            measurer.let.release(ANY);
            all.forEach(CompletableFuture::join);
            assertThat(lanes.refusal()).isEmpty();
        }
    }

    @Test
    void whatIsLateIsNotComputed() throws InterruptedException {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, BatchBounds.DEFAULT, 10)) {
            begin(lanes.admit(1), 1);
            measurer.begun.acquire();
            CompletableFuture<Outcome> late = new CompletableFuture<>();
            Caller.Order order = new Caller.Order(LengthMeasurer.signal(4), late);
            lanes.admit(1).submit(List.of(order), System.nanoTime() - 1);
            measurer.let.release(ANY);

            assertThat(failure(late.join())).isEqualTo(ProblemCode.DEADLINE_EXCEEDED);
        }
        assertThat(measurer.passes).containsExactly(List.of(1));
    }

    @Test
    void whatACallerLeavesBehindIsNotComputed() throws InterruptedException {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, BatchBounds.DEFAULT, 10)) {
            begin(lanes.admit(1), 1);
            measurer.begun.acquire();
            Caller leaving = lanes.admit(6);
            List<CompletableFuture<Outcome>> left = begin(leaving, 5, 5, 5);
            assertThat(lanes.pending()).isEqualTo(7);
            leaving.close();
            assertThat(lanes.pending()).isEqualTo(1);
            measurer.let.release(ANY);

            for (CompletableFuture<Outcome> outcome : left) {
                assertThatThrownBy(outcome::join).isInstanceOf(CancellationException.class);
            }
        }
        assertThat(measurer.passes).containsExactly(List.of(1));
    }

    @Test
    void aStreamWaitsForPlacesAndLeavesHalfOfThem() throws Exception {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, BatchBounds.DEFAULT, 8);
                Caller stream = lanes.admitStream();
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch four = new CountDownLatch(4);
            CountDownLatch five = new CountDownLatch(5);
            Future<?> sending =
                    callers.submit(() -> {
                        for (int i = 0; i < 20; i++) {
                            stream.awaitPlace();
                            begin(stream, 1);
                            four.countDown();
                            five.countDown();
                        }
                        return null;
                    });
            four.await();
            assertThat(five.await(100, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(lanes.pending()).isEqualTo(4);
            lanes.admit(4).close();
            measurer.let.release(ANY);
            sending.get();
        }
    }

    @Test
    void aFailingPassIsUnscoredAndDoesNotEndTheLane() {
        try (Lanes lanes = lanes(new LengthMeasurer(ANY), BatchBounds.DEFAULT, 10)) {
            Outcome failed = measure(lanes, 13).getFirst();
            assertThat(failure(failed)).isEqualTo(ProblemCode.INTERNAL);
            assertThat(failed.toString()).doesNotContain("secret");
            assertThat(scores(measure(lanes, 4))).containsExactly(4);
            assertThat(lanes.isOpen()).isTrue();
        }
    }

    @Test
    void severalDevicesShareWhatWaits() throws InterruptedException {
        LengthMeasurer first = new LengthMeasurer(0);
        LengthMeasurer second = new LengthMeasurer(0);
        LaneLimits limits = new LaneLimits(new BatchBounds(1, 100), 100, Duration.ofSeconds(1));
        try (Lanes lanes = new Lanes(List.of(first, second), limits, DEAF)) {
            List<CompletableFuture<Outcome>> all = begin(lanes.admit(2), 3, 4);
            first.begun.acquire();
            second.begun.acquire();
            first.let.release();
            second.let.release();
            assertThat(scores(joined(all))).containsExactly(3, 4);
        }
        assertThat(first.passes).hasSize(1);
        assertThat(second.passes).hasSize(1);
    }

    @Test
    void finishesWhatWaitsBeforeItCloses() throws Exception {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, new BatchBounds(1, 100), 10);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Caller admittedBefore = lanes.admit(1);
            List<CompletableFuture<Outcome>> waiting = begin(lanes.admit(3), 2, 3, 4);
            measurer.begun.acquire();
            lanes.refuse();
            assertThat(lanes.isOpen()).isFalse();
            assertThat(refusal(lanes, 1).code()).isEqualTo(ProblemCode.SHUTTING_DOWN);
            List<CompletableFuture<Outcome>> last = begin(admittedBefore, 5);
            Future<?> closing = callers.submit(lanes::close);
            measurer.let.release(ANY);
            closing.get();

            assertThat(scores(joined(waiting))).containsExactly(2, 3, 4);
            assertThat(scores(joined(last))).containsExactly(5);
        }
    }

    @Test
    void whatIsAbandonedIsAnsweredAsNotScored() throws InterruptedException {
        LengthMeasurer measurer = new LengthMeasurer(0);
        try (Lanes lanes = lanes(measurer, new BatchBounds(1, 100), 10)) {
            List<CompletableFuture<Outcome>> all = begin(lanes.admit(3), 2, 3, 4);
            measurer.begun.acquire();
            lanes.abandon();
            measurer.let.release(ANY);

            assertThat(scores(joined(all.subList(0, 1)))).containsExactly(2);
            assertThat(failure(all.get(1).join())).isEqualTo(ProblemCode.SHUTTING_DOWN);
            assertThat(failure(all.get(2).join())).isEqualTo(ProblemCode.SHUTTING_DOWN);
            assertThat(lanes.pending()).isZero();
        }
    }

    private static Lanes lanes(BatchMeasurer measurer, BatchBounds bounds, int maxPending) {
        LaneLimits limits = new LaneLimits(bounds, maxPending, Duration.ofSeconds(10));
        return new Lanes(List.of(measurer), limits, DEAF);
    }

    private static List<CompletableFuture<Outcome>> begin(Caller caller, int... lengths) {
        List<Caller.Order> orders =
                IntStream.of(lengths)
                        .mapToObj(LengthMeasurer::signal)
                        .map(signal -> new Caller.Order(signal, new CompletableFuture<>()))
                        .toList();
        caller.submit(orders, System.nanoTime() + Duration.ofMinutes(1).toNanos());
        return orders.stream().map(Caller.Order::outcome).toList();
    }

    private static List<Outcome> measure(Lanes lanes, int... lengths) {
        try (Caller caller = lanes.admit(lengths.length)) {
            return joined(begin(caller, lengths));
        }
    }

    private static List<Outcome> joined(List<CompletableFuture<Outcome>> outcomes) {
        return outcomes.stream().map(CompletableFuture::join).toList();
    }

    private static Problem refusal(Lanes lanes, int signals) {
        try {
            lanes.admit(signals).close();
        } catch (Problem e) {
            return e;
        }
        throw new AssertionError("%d signals were taken in".formatted(signals));
    }

    private static ProblemCode failure(Outcome outcome) {
        return switch (outcome.measurement()) {
            case Measurement.Measured measured -> throw new AssertionError(measured.toString());
            case Measurement.Failed failed -> failed.reason().code();
        };
    }

    private static double[] scores(List<Outcome> outcomes) {
        return outcomes.stream()
                .mapToDouble(outcome ->
                        switch (outcome.measurement()) {
                            case Measurement.Measured measured -> measured.score();
                            case Measurement.Failed failed -> throw failed.reason();
                        })
                .toArray();
    }
}
