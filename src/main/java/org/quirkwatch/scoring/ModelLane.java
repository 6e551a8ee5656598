package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that runs the model, and the bounded way to it. Callers wait; they are virtual
/// threads. What waits and what runs is counted in signals: beyond the bound a caller is refused at
/// once rather than kept. A request's signals are cut into batches, which run in the order in which
/// requests came. Thread-safe.
final class ModelLane implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelLane.class);

    private final BatchScorer scorer;
    private final BatchBounds bounds;
    private final int maxPending;
    private final ScoringMetrics metrics;
    private final LinkedBlockingQueue<Work> queue = new LinkedBlockingQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final Thread thread;
    private final Object door = new Object();
    private boolean closed;

    /// One signal's outcome.
    record Result(Measurement measurement, Timing timing) {}

    /// @param signals empty to end the lane
    private record Work(
            List<TokenizedSignal> signals,
            long enqueuedNanos,
            CompletableFuture<List<Result>> done) {}

    /// Starts the thread.
    ///
    /// @param maxPending the most signals that wait and run, 1 or more
    ModelLane(BatchScorer scorer, BatchBounds bounds, int maxPending, ScoringMetrics metrics) {
        this.scorer = scorer;
        this.bounds = bounds;
        this.maxPending = maxPending;
        this.metrics = metrics;
        metrics.watchPending(pending);
        this.thread = Thread.ofPlatform().name("model-lane").start(this::work);
    }

    /// Whether signals can be measured.
    boolean isOpen() {
        synchronized (door) {
            return !closed && thread.isAlive();
        }
    }

    /// Measures signals and waits for it.
    ///
    /// @return one result per signal, in order
    /// @throws Problem `overloaded` when they do not fit beside what already waits; `shutting-down`
    ///   after [#close]
    List<Result> measure(List<TokenizedSignal> signals) {
        admit(signals.size());
        try {
            List<List<Integer>> plan = BatchPlan.of(signals, scorer.spec(), bounds);
            List<Work> works = enqueue(signals, plan);
            Result[] results = new Result[signals.size()];
            for (int batch = 0; batch < works.size(); batch++) {
                List<Result> done = await(works.get(batch).done());
                for (int i = 0; i < done.size(); i++) {
                    results[plan.get(batch).get(i)] = done.get(i);
                }
            }
            return List.of(results);
        } finally {
            pending.addAndGet(-signals.size());
        }
    }

    /// Takes nothing more, finishes what waits, and ends the thread.
    @Override
    public void close() {
        synchronized (door) {
            if (closed) {
                return;
            }
            closed = true;
            queue.add(new Work(List.of(), 0, new CompletableFuture<>()));
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // The model must not be freed under a running pass.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(int count) {
        int before = pending.getAndUpdate(now -> now + count <= maxPending ? now + count : now);
        if (!(before + count <= maxPending)) {
            throw new Problem(
                    ProblemCode.OVERLOADED,
                    "%d signals wait for the model, %d more would pass the limit of %d"
                            .formatted(before, count, maxPending));
        }
    }

    private List<Work> enqueue(List<TokenizedSignal> signals, List<List<Integer>> plan) {
        List<Work> works = new ArrayList<>(plan.size());
        long now = System.nanoTime();
        synchronized (door) {
            if (closed) {
                throw shuttingDown(null);
            }
            for (List<Integer> rows : plan) {
                works.add(
                        new Work(
                                rows.stream().map(signals::get).toList(),
                                now,
                                new CompletableFuture<>()));
            }
            queue.addAll(works);
        }
        return works;
    }

    private static List<Result> await(CompletableFuture<List<Result>> done) {
        try {
            return done.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw shuttingDown(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the lane answers failures as measurements", e);
        }
    }

    private static Problem shuttingDown(@Nullable Throwable cause) {
        return new Problem(
                ProblemCode.SHUTTING_DOWN, "the service is stopping and takes no signal", cause);
    }

    private void work() {
        for (Work work = take(); !work.signals().isEmpty(); work = take()) {
            Duration queued = Duration.ofNanos(System.nanoTime() - work.enqueuedNanos());
            work.done().complete(run(work.signals(), queued));
        }
    }

    private Work take() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                LOG.warn("the model lane was interrupted and goes on: closing it ends it");
            }
        }
    }

    // A failing batch is an answer to its signals, never the end of the lane: hence Throwable.
    private List<Result> run(List<TokenizedSignal> signals, Duration queued) {
        try {
            BatchScorer.Batch batch = scorer.measure(signals);
            long tokens = BatchPlan.paddedTokens(signals, scorer.spec());
            metrics.batch(signals.size(), tokens, queued, batch);
            Timing timing = new Timing(queued, batch.forward(), batch.score());
            return batch.measurements().stream().map(m -> new Result(m, timing)).toList();
        } catch (Throwable e) {
            LOG.error("a batch of {} signals failed", signals.size(), e);
            Problem reason =
                    e instanceof Problem problem
                            ? problem
                            : new Problem(
                                    ProblemCode.INTERNAL,
                                    "the model failed on this batch, and the log says why",
                                    e);
            Timing timing = new Timing(queued, Duration.ZERO, Duration.ZERO);
            return signals.stream()
                    .map(s -> new Result(new Measurement.Failed(reason), timing))
                    .toList();
        }
    }
}
