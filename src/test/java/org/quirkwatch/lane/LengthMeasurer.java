package org.quirkwatch.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.Signal;

/// Answers each signal with its length as the score, remembers who called with what, and runs a
/// pass only where it is let: so that a test can say what happens meanwhile. Fails at length 13.
final class LengthMeasurer implements BatchMeasurer {

    final List<List<Integer>> passes = Collections.synchronizedList(new ArrayList<>());
    final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    final Semaphore begun = new Semaphore(0);
    final Semaphore let;

    /// @param let passes that run without being let
    LengthMeasurer(int let) {
        this.let = new Semaphore(let);
    }

    static TokenizedSignal signal(int tokens) {
        return new TokenizedSignal(
                new Signal("s", "p", null, List.of()), new long[tokens], List.of());
    }

    @Override
    public CaptureSpec spec() {
        return new CaptureSpec(List.of(), CaptureSpec.Outputs.LABELS);
    }

    /// Of measurements that rest on nothing.
    static final Measurement.Basis BASIS =
            new Measurement.Basis(
                    new Nobody(), new Calibration(new double[] {0}), Optional.empty());

    /// Judges of no detector.
    private static final class Nobody implements Judges {
        @Override
        public Artifact artifact() {
            throw new UnsupportedOperationException("there is no detector");
        }

        @Override
        public Judge current() {
            throw new UnsupportedOperationException("there is no detector");
        }

        @Override
        public void saw(Map<String, Matrix> features, List<Integer> rows) {
            throw new UnsupportedOperationException("there is no detector");
        }
    }

    @Override
    public Batch measure(List<TokenizedSignal> batch) {
        begun.release();
        let.acquireUninterruptibly();
        passes.add(batch.stream().map(s -> s.prompt().length).toList());
        threads.add(Thread.currentThread());
        List<Measurement> measurements = new ArrayList<>();
        for (TokenizedSignal signal : batch) {
            int length = signal.prompt().length;
            if (length == 13) {
                throw new OutOfMemoryError("secret of the native library");
            }
            measurements.add(
                    new Measurement.Measured(
                            BASIS, length, 1, new LinkedHashMap<>(), -1, 0, 1, Map.of(), Map.of()));
        }
        return new Batch(measurements, Duration.ofMillis(1), Duration.ZERO);
    }
}
