package org.quirkwatch.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one thread that runs the model of one device. Idle, it starts with the first signal that
/// comes; while it is busy signals gather, and it takes as many of them as a pass may carry.
final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private final BatchMeasurer measurer;
    private final BatchBounds bounds;
    private final Lanes lanes;
    private final Thread thread;

    /// What waits for this lane beside signals; guarded by the queue's lock.
    final ArrayDeque<Errand> errands = new ArrayDeque<>();

    Lane(String name, BatchMeasurer measurer, BatchBounds bounds, Lanes lanes) {
        this.measurer = measurer;
        this.bounds = bounds;
        this.lanes = lanes;
        this.thread = Thread.ofPlatform().name(name).unstarted(this::work);
    }

    void start() {
        thread.start();
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /// Waits until all that was taken in is answered.
    void join() {
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

    private void work() {
        FairQueue.Next next = lanes.take(errands, bounds.maxSignals());
        while (!next.signals().isEmpty() || next.errand().isPresent()) {
            next.errand().ifPresent(errand -> errand.work().run());
            pass(next.signals());
            next = lanes.take(errands, bounds.maxSignals());
        }
    }

    private void pass(List<Pending> taken) {
        List<TokenizedSignal> signals = taken.stream().map(Pending::signal).toList();
        // Asked for after they were taken: what was put in its place before they came is what
        // measures them.
        BatchMeasurer now = measurer.current();
        for (List<Integer> pass : BatchPlan.of(signals, now.spec(), bounds)) {
            run(now, pass.stream().map(taken::get).toList());
        }
    }

    private void run(BatchMeasurer now, List<Pending> taken) {
        long begin = System.nanoTime();
        List<Pending> pass = new ArrayList<>(taken.size());
        for (Pending pending : taken) {
            pending.caller().served();
            if (pending.caller().isGone()) {
                lanes.cancel(pending);
            } else if (pending.isLate(begin)) {
                lanes.finish(pending, late(pending, begin));
            } else {
                pass.add(pending);
            }
        }
        if (!pass.isEmpty()) {
            measure(now, pass, begin);
        }
    }

    private void measure(BatchMeasurer now, List<Pending> pass, long begin) {
        List<TokenizedSignal> signals = pass.stream().map(Pending::signal).toList();
        List<Duration> queued =
                pass.stream().map(p -> Duration.ofNanos(begin - p.enqueuedNanos())).toList();
        List<Outcome> outcomes = outcomes(now, signals, queued);
        lanes.throughput().passed(pass.size(), Duration.ofNanos(System.nanoTime() - begin));
        for (int i = 0; i < pass.size(); i++) {
            lanes.finish(pass.get(i), outcomes.get(i));
        }
    }

    // A failing batch is an answer to its signals, never the end of the lane: hence Throwable.
    private List<Outcome> outcomes(
            BatchMeasurer now, List<TokenizedSignal> signals, List<Duration> queued) {
        List<Outcome> outcomes = new ArrayList<>(signals.size());
        try {
            BatchMeasurer.Batch batch = now.measure(signals);
            lanes.listener().passed(queued, BatchPlan.paddedTokens(signals, now.spec()), batch);
            for (int i = 0; i < signals.size(); i++) {
                outcomes.add(
                        new Outcome(
                                batch.measurements().get(i),
                                new Timing(queued.get(i), batch.forward(), batch.score()),
                                signals.get(i).tokens()));
            }
        } catch (Throwable e) {
            LOG.error("a batch of {} signals failed", signals.size(), e);
            Problem reason =
                    e instanceof Problem problem
                            ? problem
                            : new Problem(
                                    ProblemCode.INTERNAL,
                                    "the model failed on this batch, and the log says why",
                                    e);
            outcomes.clear();
            for (int i = 0; i < signals.size(); i++) {
                outcomes.add(failed(reason, queued.get(i), signals.get(i)));
            }
        }
        return outcomes;
    }

    private static Outcome late(Pending pending, long now) {
        Duration queued = Duration.ofNanos(now - pending.enqueuedNanos());
        return failed(
                new Problem(
                        ProblemCode.DEADLINE_EXCEEDED,
                        "the signal had waited %d ms for the model when its time was up"
                                .formatted(queued.toMillis())),
                queued,
                pending.signal());
    }

    private static Outcome failed(Problem reason, Duration queued, TokenizedSignal signal) {
        return new Outcome(
                new Measurement.Failed(reason),
                new Timing(queued, Duration.ZERO, Duration.ZERO),
                signal.tokens());
    }
}
