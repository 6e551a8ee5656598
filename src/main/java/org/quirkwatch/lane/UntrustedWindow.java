package org.quirkwatch.lane;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A rolling window of the rows that were judged lately, with which a rule that learns from
/// untrusted rows is fitted anew, on a thread of its own: the trusted part of what it learned stays
/// as it is, the untrusted part is that of the window. Until the first such fit the untrusted rows
/// of the artifact's fit hold, and a fit that fails leaves what holds.
///
/// The held-out trusted rows are scored anew by every fit, so p-values stay those of split
/// conformal prediction: a window is made of rows that came before it judges, and given the window
/// a fresh trusted row is exchangeable with the held-out ones. Equal rows count as often as they
/// are measured.
///
/// Memory: the window's rows, at most [#MOST_VALUES] numbers. Thread-safe.
public final class UntrustedWindow implements Judges, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(UntrustedWindow.class);

    /// Numbers that a window holds at most: half a gigabyte. Wide features have fewer rows.
    static final long MOST_VALUES = 1L << 26;

    private static final long CLOSE_SECONDS = 10;

    private final Artifact artifact;
    private final WindowLimits limits;
    private final InstantSource clock;
    private final int size;
    private final ExecutorService fitter =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("window-fit-", 0).factory());
    private final AtomicLong fits = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    private volatile Judge current;
    private volatile Judge previous;

    // Under the lock of this object.
    private final ArrayDeque<Row> rows = new ArrayDeque<>();
    private boolean open;
    private boolean fitting;
    private long sinceFit;
    private Instant lastFit;

    /// @param values of the layers one after another, in their order
    private record Row(Instant at, double[] values) {}

    /// Holds nothing yet, and is closed to rows.
    ///
    /// @param artifact of a rule that learns from untrusted rows, with held-out rows
    /// @param clock says when a row came
    /// @throws IllegalArgumentException for another artifact
    public UntrustedWindow(Artifact artifact, WindowLimits limits, InstantSource clock) {
        Judge judge = Judge.of(artifact);
        if (judge.window().isEmpty() || !artifact.kept().hasHeldOut()) {
            throw new IllegalArgumentException(
                    "%s does not learn from untrusted rows, or keeps no held-out rows"
                            .formatted(artifact.id()));
        }
        this.artifact = artifact;
        this.limits = limits;
        this.clock = clock;
        long width =
                artifact.detector().layers().widths().values().stream()
                        .mapToLong(Integer::longValue)
                        .sum();
        this.size = (int) Math.max(2, Math.min(limits.size(), MOST_VALUES / width));
        this.current = judge;
        this.previous = judge;
        this.lastFit = clock.instant();
    }

    /// From now on rows are taken in: not before the service is ready, whose trial signals are no
    /// traffic.
    public synchronized void open() {
        open = true;
        lastFit = clock.instant();
    }

    @Override
    public Artifact artifact() {
        return artifact;
    }

    @Override
    public Judge current() {
        return current;
    }

    @Override
    public Optional<Judge> of(Optional<Window> window) {
        Judge before = previous;
        return Judges.super
                .of(window)
                .or(() -> before.window().equals(window) ? Optional.of(before) : Optional.empty());
    }

    /// The rows that it holds.
    public synchronized int rows() {
        return rows.size();
    }

    /// How often the rule was fitted anew.
    public long fits() {
        return fits.get();
    }

    /// How often that failed.
    public long failures() {
        return failures.get();
    }

    @Override
    public synchronized void saw(Map<String, Matrix> features, List<Integer> scored) {
        if (!open || scored.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        for (int row : scored) {
            if (rows.size() == size) {
                rows.removeFirst();
            }
            rows.addLast(new Row(now, values(features, row)));
        }
        sinceFit += scored.size();
        boolean due = sinceFit >= limits.every() || !now.isBefore(lastFit.plus(limits.after()));
        if (due && !fitting && rows.size() >= Math.min(limits.least(), size)) {
            fitting = true;
            sinceFit = 0;
            lastFit = now;
            List<Row> seen = List.copyOf(rows);
            fitter.execute(() -> fit(seen));
        }
    }

    private double[] values(Map<String, Matrix> features, int row) {
        SequencedMap<String, Integer> widths = artifact.detector().layers().widths();
        double[] values = new double[widths.values().stream().mapToInt(Integer::intValue).sum()];
        int from = 0;
        for (String layer : widths.keySet()) {
            double[] own = java.util.Objects.requireNonNull(features.get(layer)).row(row);
            System.arraycopy(own, 0, values, from, own.length);
            from += own.length;
        }
        return values;
    }

    // What a fit throws must not end its thread, nor leave the window waiting for it: hence
    // RuntimeException.
    private void fit(List<Row> seen) {
        boolean fitted = false;
        try {
            Artifact.Refitted refitted = artifact.withUntrusted(matrices(seen));
            Window window =
                    new Window(
                            fits.get() + 1,
                            seen.size(),
                            Optional.of(seen.getFirst().at()),
                            Optional.of(seen.getLast().at()));
            previous = current;
            current = new Judge(refitted.detector(), refitted.calibration(), Optional.of(window));
            fitted = true;
        } catch (Problem e) {
            LOG.warn(
                    "{} was not fitted to the last {} signals, the window before holds: {}",
                    artifact.id(),
                    seen.size(),
                    e.detail());
        } catch (RuntimeException e) {
            LOG.error("{} could not be fitted to its window", artifact.id(), e);
        } finally {
            // Counted together with the end: who sees the count finds the window ready for the
            // next fit.
            synchronized (this) {
                (fitted ? fits : failures).incrementAndGet();
                fitting = false;
            }
        }
    }

    private Map<String, Matrix> matrices(List<Row> seen) {
        Map<String, Matrix> byLayer = new LinkedHashMap<>();
        int from = 0;
        for (Map.Entry<String, Integer> layer : artifact.detector().layers().widths().entrySet()) {
            int width = layer.getValue();
            double[] values = new double[seen.size() * width];
            for (int row = 0; row < seen.size(); row++) {
                System.arraycopy(seen.get(row).values(), from, values, row * width, width);
            }
            byLayer.put(layer.getKey(), Matrix.wrap(seen.size(), width, values));
            from += width;
        }
        return byLayer;
    }

    /// Ends its thread; a fit that runs is waited for, as native code cannot be stopped. Rows that
    /// come later are not heard.
    @Override
    public void close() {
        synchronized (this) {
            open = false;
        }
        fitter.shutdown();
        try {
            if (!fitter.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a fit of {} still runs", artifact.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
