package org.quirkwatch.rollout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.scoring.Answers;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.scoring.Disposition;
import org.quirkwatch.scoring.Verdict;
import org.quirkwatch.scoring.VerdictRecord;
import org.quirkwatch.signal.Signal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A detector that judges a share of what the active one judges, behind it: answers wait for
/// nothing of it. Where the passes for the active one gave its features too it only scores them;
/// otherwise it has small passes of its own, between others. What comes faster than it judges is
/// dropped and counted. Thread-safe; has a thread of its own until it is closed.
final class Shadow implements Answers.Listener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Shadow.class);
    private static final Duration MOST = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 200;

    private final Detectors detectors;
    private final ShadowChoice choice;
    private final Artifact artifact;
    private final Sampling sampling;
    private final RolloutMetrics metrics;
    private final int passSignals;
    private final BlockingQueue<Item> queue;
    private final AtomicLong sampled = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Thread worker = Thread.ofPlatform().daemon().name("shadow").unstarted(this::work);
    private volatile Comparison comparison = new Comparison();
    private volatile String against;
    private volatile boolean closed;

    /// A verdict of the active detector.
    private record Item(VerdictRecord record, Measurement.Measured measured) {}

    /// @param most signals that wait
    /// @param passSignals of one pass of its own
    Shadow(
            Detectors detectors,
            ShadowChoice choice,
            Artifact artifact,
            RolloutMetrics metrics,
            int most,
            int passSignals) {
        this.detectors = detectors;
        this.choice = choice;
        this.artifact = artifact;
        this.sampling = new Sampling(choice.share());
        this.metrics = metrics;
        this.passSignals = passSignals;
        this.queue = new LinkedBlockingQueue<>(most);
        this.against = detectors.active().digest();
    }

    void start() {
        worker.start();
    }

    ShadowChoice choice() {
        return choice;
    }

    Artifact artifact() {
        return artifact;
    }

    Sampling sampling() {
        return sampling;
    }

    Comparison.Summary summary() {
        return comparison.summary();
    }

    long sampled() {
        return sampled.get();
    }

    long dropped() {
        return dropped.get();
    }

    long failed() {
        return failed.get();
    }

    int waiting() {
        return queue.size();
    }

    /// Compares with another detector from now on: what was known of the one before is forgotten.
    void against(String digest) {
        against = digest;
        comparison = new Comparison();
        sampled.set(0);
        dropped.set(0);
        failed.set(0);
    }

    @Override
    public void answered(VerdictRecord record, Verdict verdict) {
        if (verdict instanceof Verdict.Scored scored
                && record.judges().detectorDigest().equals(against)
                && sampling.test(record.signal())) {
            sampled.incrementAndGet();
            if (closed || !queue.offer(new Item(record, scored.measured()))) {
                dropped.incrementAndGet();
                metrics.shadowDropped();
            }
        }
    }

    private void work() {
        List<Item> some = new ArrayList<>();
        while (!closed) {
            try {
                Item first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    some.add(first);
                    queue.drainTo(some, passSignals - 1);
                    judge(some);
                }
            } catch (InterruptedException e) {
                LOG.debug("it is not stopped in this way", e);
            } catch (RuntimeException e) {
                // Its thread must go on, whatever a detector throws.
                LOG.error("the second detector failed on {} signals", some.size(), e);
                failed.addAndGet(some.size());
            } finally {
                some.clear();
            }
        }
    }

    private void judge(List<Item> items) {
        List<Item> given = items.stream().filter(i -> !i.measured().aside().isEmpty()).toList();
        List<Item> others = items.stream().filter(i -> i.measured().aside().isEmpty()).toList();
        if (!given.isEmpty()) {
            double[] scores = artifact.detector().score(rows(given)).aggregated();
            for (int i = 0; i < scores.length; i++) {
                compare(given.get(i), scores[i]);
            }
        }
        if (!others.isEmpty()) {
            judgeInPass(others);
        }
    }

    private Map<String, Matrix> rows(List<Item> items) {
        Map<String, Matrix> rows = new LinkedHashMap<>();
        for (String layer : artifact.detector().layers().widths().keySet()) {
            rows.put(
                    layer,
                    Matrix.ofRows(
                            items.stream()
                                    .map(i ->
                                            Objects.requireNonNull(i.measured().aside().get(layer)))
                                    .toArray(double[][]::new)));
        }
        return rows;
    }

    private void judgeInPass(List<Item> items) {
        List<Signal> signals = items.stream().map(i -> i.record().signal()).toList();
        try {
            List<Verdict> verdicts =
                    detectors.judge(
                            artifact,
                            signals,
                            items.stream().map(i -> i.record().policy()).toList(),
                            System.nanoTime() + MOST.toNanos());
            for (int i = 0; i < verdicts.size(); i++) {
                compare(
                        items.get(i),
                        verdicts.get(i) instanceof Verdict.Scored scored
                                ? scored.measured().score()
                                : Double.NaN);
            }
        } catch (Problem e) {
            LOG.debug("a pass of the second detector failed", e);
            failed.addAndGet(items.size());
        }
    }

    private void compare(Item item, double score) {
        VerdictRecord record = item.record();
        if (!record.judges().detectorDigest().equals(against)) {
            return;
        }
        if (!Double.isFinite(score)) {
            failed.incrementAndGet();
            return;
        }
        double pValue = artifact.calibration().pValue(score);
        Disposition ruling = record.policy().rule(pValue);
        comparison.add(
                new Comparison.Pair(
                        record.id(),
                        record.at(),
                        record.signal().id(),
                        record.policy().id(),
                        new Comparison.Side(
                                record.ruling(), item.measured().score(), item.measured().pValue()),
                        new Comparison.Side(ruling, score, pValue)));
        metrics.shadowed(artifact.id(), record.ruling(), ruling);
    }

    /// Ends its thread; what waits is not judged.
    @Override
    public void close() {
        closed = true;
        queue.clear();
    }
}
