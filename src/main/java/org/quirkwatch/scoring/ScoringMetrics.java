package org.quirkwatch.scoring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.LayerScale;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.Judges;
import org.quirkwatch.lane.LaneListener;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.UntrustedWindow;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;

/// What the service counts and times. Metrics may be read by more people than verdicts: nothing of
/// a signal's texts or ids is in them. Thread-safe.
final class ScoringMetrics implements LaneListener {

    private static final double[] P_VALUES = {
        0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1
    };
    private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
    private static final double[] TOKENS = {
        16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576
    };
    private static final Duration[] TIMES =
            Arrays.stream(
                            new long[] {
                                1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000
                            })
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private static final String REQUEST = "quirkwatch.request";
    private static final String SOURCE = "source";
    private static final String PROBLEM = Problem.class.getSimpleName();

    private final MeterRegistry meters;
    private final String model;
    private final String version;
    private final Policies policies;
    private final ObservationRegistry observations;
    private final Timer queue;
    private final Timer forward;
    private final Timer score;
    private final FractionHistogram pValues;
    private final DistributionSummary batchSignals;
    private final DistributionSummary batchTokens;
    private final Counter tapsFired;
    private final Counter shared;

    // Of the detector that judges; written under the lock of this object.
    private final List<Meter> served = new ArrayList<>();
    private volatile @Nullable FractionHistogram scores;

    /// Counts nothing of a detector yet, see [#serve].
    ScoringMetrics(
            MeterRegistry meters,
            ObservationRegistry observations,
            String model,
            Policies policies,
            String version) {
        this.meters = meters;
        this.observations = observations;
        this.model = model;
        this.version = version;
        this.policies = policies;
        queue = timer("queue", "Waiting of a signal for the model");
        forward = timer("forward", "The model's pass over a batch");
        score = timer("score", "Feature, detector and calibration of a batch");
        batchSignals = summary("batch.signals", "Signals of one pass of the model", SIZES);
        batchTokens = summary("batch.tokens", "Tokens of one pass, filled up", TOKENS);
        tapsFired =
                Counter.builder("quirkwatch.taps.fired")
                        .description("Taps that gave finite values")
                        .register(meters);
        shared =
                Counter.builder("quirkwatch.shared")
                        .description("Signals that got the measurement of an equal one")
                        .register(meters);
        // A counter without tags of its own has those that all metrics of the process share.
        List<Tag> common = shared.getId().getTags();
        pValues =
                new FractionHistogram(
                        meters, "quirkwatch_p_value", "Conformal p-values", P_VALUES, common);
        for (Policy policy : policies.all()) {
            Gauge.builder(
                            "quirkwatch.expected.flag.rate",
                            () -> now(policy.id()).map(Policy::alphaReview).orElse(Double.NaN))
                    .description("Share of trusted signals that are not accepted, at most")
                    .tags(Tags.of("policy", policy.id()))
                    .register(meters);
        }
    }

    /// Shows another detector: its thresholds, its calibration, and scores by buckets of their own.
    synchronized void serve(Judges judges) {
        served.forEach(meters::remove);
        served.clear();
        Supplier<Calibration> calibration = () -> judges.current().calibration();
        for (Policy policy : policies.all()) {
            threshold(calibration, policy.id(), "review", Policy::alphaReview);
            threshold(calibration, policy.id(), "discard", Policy::alphaDiscard);
        }
        served.add(
                Gauge.builder("quirkwatch.calibration.signals", () -> calibration.get().n())
                        .description("Held-out trusted signals behind the p-values")
                        .register(meters));
        served.add(
                Gauge.builder("quirkwatch.build.info", () -> 1)
                        .description("What runs")
                        .tags(identity(judges.artifact()).and("version", version))
                        .register(meters));
        if (judges instanceof UntrustedWindow window) {
            watch(window);
        }
        FractionHistogram before = scores;
        if (before != null) {
            before.remove();
        }
        scores =
                new FractionHistogram(
                        meters,
                        "quirkwatch_score",
                        "Scores; the buckets are quantiles of the calibration",
                        quantiles(judges.artifact().calibration()),
                        shared.getId().getTags());
    }

    private Tags identity(Artifact artifact) {
        return Tags.of("detector", artifact.id(), "model", model);
    }

    private Optional<Policy> now(String policy) {
        return policies.find(policy);
    }

    void watchPending(IntSupplier pending) {
        Gauge.builder("quirkwatch.pending.signals", pending::getAsInt)
                .description("Signals that wait for the model or are in it")
                .register(meters);
    }

    private void watch(UntrustedWindow window) {
        served.add(
                Gauge.builder("quirkwatch.window.signals", window::rows)
                        .description("Signals in the window that the rule learns from")
                        .register(meters));
        served.add(
                FunctionCounter.builder("quirkwatch.window.fits", window, UntrustedWindow::fits)
                        .description("How often the rule was fitted anew to its window")
                        .register(meters));
        served.add(
                FunctionCounter.builder(
                                "quirkwatch.window.failures", window, UntrustedWindow::failures)
                        .description("How often the rule could not be fitted to its window")
                        .register(meters));
    }

    /// Measures a request, from its signals to their verdicts: `quirkwatch_request_seconds`. A
    /// request is a signal or a batch that came alone; of a stream each line is one, see
    /// [#streamed].
    ///
    /// @param source what brought it
    <T> T request(String source, Supplier<T> work) {
        return Objects.requireNonNull(
                Observation.createNotStarted(REQUEST, observations)
                        .lowCardinalityKeyValue(SOURCE, source)
                        .observe(work));
    }

    /// Measures a line of a stream as a request, from when it was read to when its verdict was
    /// there and those of all lines before it were on their way: the time of a whole stream is its
    /// sender's. A sender who does not wait for verdicts has its lines wait for one another, so
    /// objectives of latency leave this source out. A timer only: a stream without end would be a
    /// trace without end.
    ///
    /// @param time what a line took
    void streamed(String source, Verdict verdict, Duration time) {
        boolean refused =
                verdict instanceof Verdict.Unscored unscored
                        && !SignalScoring.isOfTheModel(unscored.reason());
        // The tags that an observation's timer has.
        meters.timer(REQUEST, Tags.of("error", refused ? PROBLEM : "none", SOURCE, source))
                .record(time);
    }

    /// Measures the tokenizing of a request's signals.
    <T> T tokenize(Supplier<T> work) {
        return observe("quirkwatch.tokenize", work);
    }

    /// A stage: a timer, and a span where traces are kept.
    private <T> T observe(String name, Supplier<T> work) {
        return Objects.requireNonNull(
                Observation.createNotStarted(name, observations).observe(work));
    }

    /// A device whose passes are observed.
    BatchMeasurer observed(BatchMeasurer measurer) {
        return new BatchMeasurer() {
            @Override
            public CaptureSpec spec() {
                return measurer.spec();
            }

            @Override
            public Batch measure(List<TokenizedSignal> batch) {
                return observe("quirkwatch.pass", () -> measurer.measure(batch));
            }
        };
    }

    /// Counts a signal that got the measurement of an equal one.
    void shared() {
        shared.increment();
    }

    @Override
    public void passed(List<Duration> queued, long tokens, BatchMeasurer.Batch batch) {
        queued.forEach(queue::record);
        forward.record(batch.forward());
        score.record(batch.score());
        batchSignals.record(queued.size());
        batchTokens.record((double) tokens);
    }

    /// Counts what the policy says, in shadow mode too.
    ///
    /// @param current the detector of verdicts that no detector gave
    void verdict(Verdict verdict, Artifact current, String source) {
        Artifact artifact =
                verdict instanceof Verdict.Scored scored
                        ? scored.measured().basis().judges().artifact()
                        : current;
        meters.counter(
                        "quirkwatch.signals",
                        identity(artifact)
                                .and("disposition", verdict.ruling().text(), SOURCE, source))
                .increment();
        switch (verdict) {
            case Verdict.Scored scored -> {
                FractionHistogram histogram = scores;
                if (histogram != null) {
                    histogram.record(scored.measured().score());
                }
                pValues.record(scored.measured().pValue());
                tapsFired.increment(scored.measured().tapsFired());
                if (scored.ruling() != Disposition.ACCEPT) {
                    meters.counter("quirkwatch.top.layer", "layer", topLayer(scored.measured()))
                            .increment();
                }
            }
            case Verdict.Unscored unscored ->
                    meters.counter("quirkwatch.unscored", "reason", unscored.reason().code().code())
                            .increment();
        }
    }

    /// The layer whose score lies farthest above its trusted scores, in their standard deviations.
    /// Of a rule that learns from traffic the scale is the one of its fit.
    private static String topLayer(Measurement.Measured measured) {
        LayerScale layerScale = measured.basis().judges().artifact().detector().scale();
        double[] means = layerScale.means();
        double[] deviations = layerScale.deviations();
        String top = "";
        double most = Double.NEGATIVE_INFINITY;
        int layer = 0;
        for (Map.Entry<String, Double> entry : measured.layers().entrySet()) {
            // Where the layers are not brought to one scale there is no deviation to divide by.
            double deviation = deviations[layer] > 0 ? deviations[layer] : 1;
            double distance = (entry.getValue() - means[layer]) / deviation;
            if (distance > most) {
                most = distance;
                top = entry.getKey();
            }
            layer++;
        }
        return top;
    }

    private void threshold(
            Supplier<Calibration> calibration,
            String policy,
            String level,
            ToDoubleFunction<Policy> alpha) {
        served.add(
                Gauge.builder(
                                "quirkwatch.threshold",
                                () ->
                                        now(policy)
                                                .map(p ->
                                                        calibration
                                                                .get()
                                                                .threshold(alpha.applyAsDouble(p)))
                                                .orElse(Double.NaN))
                        .description("Score above which a signal is not accepted, or discarded")
                        .tags(Tags.of("policy", policy, "level", level))
                        .register(meters));
    }

    private Timer timer(String name, String description) {
        return Timer.builder("quirkwatch." + name)
                .description(description)
                .serviceLevelObjectives(TIMES)
                .register(meters);
    }

    private DistributionSummary summary(String name, String description, double[] buckets) {
        return DistributionSummary.builder("quirkwatch." + name)
                .description(description)
                .serviceLevelObjectives(buckets)
                .register(meters);
    }

    /// Quantiles of the calibration, and twice to ten times the largest score for what lies beyond.
    private static double[] quantiles(Calibration calibration) {
        double[] ascending = calibration.scores();
        double[] shares = {0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};
        double largest = ascending[ascending.length - 1];
        return java.util.stream.DoubleStream.concat(
                        Arrays.stream(shares)
                                .map(s -> ascending[(int) (s * (ascending.length - 1))]),
                        Arrays.stream(new double[] {1.5, 2, 3, 5, 10}).map(f -> f * largest))
                .filter(bucket -> bucket > 0)
                .sorted()
                .distinct()
                .toArray();
    }
}
