package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.lane.Aside;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.Judges;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.Outcome;
import org.quirkwatch.lane.SharedOutcomes;
import org.quirkwatch.lane.Timing;
import org.quirkwatch.lane.UntrustedWindow;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// Which detector judges, and how another takes its place: it is tried on every device by the
/// lanes' own threads while the old one serves, and then put there in one step. What a lane has
/// taken is measured by one detector whole; what equal signals share belongs to one detector.
/// Thread-safe.
public final class Detectors implements AutoCloseable {

    private static final Duration MOST = Duration.ofSeconds(60);

    private final List<HookedModel> models;
    private final Function<Artifact, Judges> judging;
    private final Policies policies;
    private final ScoringMetrics metrics;
    private final long sharedBytes;
    private final Supplier<Lanes> lanes;
    private final Artifact first;

    // What lanes and callers look at: one field, so that all of it changes in one step.
    private volatile Serving current;
    // Guarded by the lock of this object.
    private Optional<Aside> aside = Optional.empty();

    /// @param first the detector that judges until another is activated
    /// @param judging what judges by an artifact
    /// @param lanes there when first asked for, not before
    Detectors(
            List<HookedModel> models,
            Artifact first,
            Function<Artifact, Judges> judging,
            Policies policies,
            ScoringMetrics metrics,
            long sharedBytes,
            Supplier<Lanes> lanes) {
        this.models = models;
        this.judging = judging;
        this.policies = policies;
        this.metrics = metrics;
        this.sharedBytes = sharedBytes;
        this.lanes = lanes;
        this.first = first;
        policies.requireResolvable(first.calibration());
        this.current =
                Serving.of(models, judging.apply(first), Optional.empty(), metrics, sharedBytes);
        metrics.serve(current.judges());
    }

    /// A detector that was tried and may be activated.
    public static final class Tried implements AutoCloseable {
        private final Judges judges;
        private boolean used;

        private Tried(Judges judges) {
            this.judges = judges;
        }

        /// The detector.
        public Artifact artifact() {
            return judges.artifact();
        }

        /// Forgets it, unless it was activated.
        @Override
        public void close() {
            if (!used) {
                end(judges);
            }
        }
    }

    /// The model that all detectors belong to.
    public ModelIdentity model() {
        return models.getFirst().identity();
    }

    /// The detector that was given at the start.
    public Artifact first() {
        return first;
    }

    /// The detector that judges.
    public Artifact active() {
        return current.judges().artifact();
    }

    /// Tries a detector on every device: between the passes of the one that judges.
    ///
    /// @throws Problem `artifact-mismatch` where it belongs to another model, `detector-conflict`
    ///   where it cannot serve the policies, and why it could not score: `non-finite`,
    ///   `overloaded`, `shutting-down`, …
    public Tried tryOut(Artifact artifact) {
        artifact.requireModel(model());
        try {
            policies.requireResolvable(artifact.calibration());
        } catch (Problem e) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "detector %s cannot serve the policies: %s"
                            .formatted(artifact.id(), e.detail()),
                    e);
        }
        Tried tried = new Tried(judging.apply(artifact));
        try {
            for (int device = 0; device < models.size(); device++) {
                int lane = device;
                Scorer scorer = new Scorer(models.get(device), tried.judges, Optional.empty());
                Readiness.tryOut(scorer, pass -> onLane(lane, pass, deadline()));
            }
            return tried;
        } catch (RuntimeException e) {
            tried.close();
            throw e;
        }
    }

    /// Puts a detector in the place of the one that judges. What comes from now on is judged by it.
    public synchronized void activate(Tried tried) {
        Judges before = current.judges();
        tried.used = true;
        current = Serving.of(models, tried.judges, aside, metrics, sharedBytes);
        opened(tried.judges);
        end(before);
    }

    /// Has features of another detector taken from the passes of the one that judges, whichever it
    /// is, where these give them.
    ///
    /// @param other empty to take none
    public synchronized void take(Optional<Aside> other) {
        aside = other;
        current = Serving.of(models, current.judges(), other, metrics, sharedBytes);
    }

    /// Whether the passes of the detector that judges give what [#take] asks for.
    public boolean givesAside() {
        return current.scorers().getFirst().givesAside();
    }

    /// What another detector makes of a few signals, in a pass of its own between others. Nothing
    /// is counted.
    ///
    /// @param signals one or more, no more than are to hold up others
    /// @param deadlineNanos of [System#nanoTime]: when its caller stops waiting
    /// @return in order; one that cannot be tokenized is unscored by the pass of nothing
    /// @throws Problem `artifact-mismatch`, `overloaded`, `deadline-exceeded`, `shutting-down`
    public List<Verdict> judge(
            Artifact artifact, List<Signal> signals, List<Policy> policyOf, long deadlineNanos) {
        Scorer scorer = new Scorer(models.getFirst(), Judges.fixed(artifact), Optional.empty());
        List<Tokenized> tokenized = signals.stream().map(scorer::tokenizeOrRefuse).toList();
        List<TokenizedSignal> pass = new ArrayList<>();
        for (Tokenized one : tokenized) {
            if (one instanceof Tokenized.Fits(TokenizedSignal tokens)) {
                pass.add(tokens);
            }
        }
        Optional<BatchMeasurer.Batch> batch =
                pass.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                onLane(0, () -> scorer.measurer().measure(pass), deadlineNanos));
        List<Verdict> verdicts = new ArrayList<>(signals.size());
        int row = 0;
        for (int i = 0; i < signals.size(); i++) {
            String id = signals.get(i).id();
            switch (tokenized.get(i)) {
                case Tokenized.Fits(TokenizedSignal tokens) -> {
                    BatchMeasurer.Batch measured = batch.orElseThrow();
                    Timing timing = new Timing(Duration.ZERO, measured.forward(), measured.score());
                    verdicts.add(
                            Verdict.of(
                                    id,
                                    policyOf.get(i),
                                    new Outcome(
                                            measured.measurements().get(row++),
                                            timing,
                                            tokens.tokens())));
                }
                case Tokenized.Refused(Problem reason) ->
                        verdicts.add(new Verdict.Unscored(id, policyOf.get(i), reason));
            }
        }
        return verdicts;
    }

    /// Has a pass run by the thread of a device's lane, between others.
    ///
    /// @param pass given that device's model; to be short
    /// @throws Problem as [#judge], and what the pass throws
    public <T> T pass(Function<HookedModel, T> pass, long deadlineNanos) {
        HookedModel model = models.getFirst();
        return onLane(0, () -> pass.apply(model), deadlineNanos);
    }

    /// The model, for what any thread may ask of it.
    public HookedModel tokenizing() {
        return models.getFirst();
    }

    private <T> T onLane(int lane, Supplier<T> work, long deadlineNanos) {
        CompletableFuture<T> outcome = lanes.get().between(lane, work);
        try {
            return outcome.get(
                    Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // What nobody waits for need not be done.
            outcome.cancel(false);
            throw new Problem(ProblemCode.DEADLINE_EXCEEDED, "the model had no time for this", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(ProblemCode.SHUTTING_DOWN, "the service is stopping", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Problem problem
                    ? problem
                    : new Problem(ProblemCode.INTERNAL, "the log of the service says why", e);
        }
    }

    private static long deadline() {
        return System.nanoTime() + MOST.toNanos();
    }

    /// The detector that judges, beside the first device's model.
    Scorer scorer() {
        return current.scorers().getFirst();
    }

    /// Those of the detector that judges, one per device.
    List<Scorer> scorers() {
        return current.scorers();
    }

    /// What equal signals share at the moment.
    SharedOutcomes shared() {
        return current.shared();
    }

    /// What the lanes run, one per device: each asks what judges now for all that it has taken.
    List<BatchMeasurer> devices() {
        List<BatchMeasurer> devices = new ArrayList<>();
        for (int device = 0; device < models.size(); device++) {
            devices.add(new Device(device));
        }
        return devices;
    }

    /// Says that the first detector judges from now on.
    void opened() {
        opened(current.judges());
    }

    private void opened(Judges judges) {
        metrics.serve(judges);
        if (judges instanceof UntrustedWindow window) {
            window.open();
        }
    }

    private static void end(Judges judges) {
        if (judges instanceof UntrustedWindow window) {
            // It may be fitting, and nobody has to wait for that.
            Thread.ofVirtual().name("window-end").start(window::close);
        }
    }

    @Override
    public void close() {
        if (current.judges() instanceof UntrustedWindow window) {
            window.close();
        }
    }

    private final class Device implements BatchMeasurer {
        private final int device;

        Device(int device) {
            this.device = device;
        }

        @Override
        public BatchMeasurer current() {
            return current.measurers().get(device);
        }

        @Override
        public CaptureSpec spec() {
            return current().spec();
        }

        @Override
        public Batch measure(List<TokenizedSignal> batch) {
            return current().measure(batch);
        }
    }
}
