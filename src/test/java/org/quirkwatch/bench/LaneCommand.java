package org.quirkwatch.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.lane.BatchMeasurer;
import org.quirkwatch.lane.Caller;
import org.quirkwatch.lane.Judges;
import org.quirkwatch.lane.LaneLimits;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.Measurer;
import org.quirkwatch.lane.Outcome;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLimits;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.torch.ComputeDevice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What the lane does without HTTP around it: the bound of what the service can do.
@Command(
        name = "lane",
        mixinStandardHelpOptions = true,
        description =
                "In this process, without HTTP: callers who tokenize and wait for the lane, each"
                        + " with one request at a time.")
final class LaneCommand implements Callable<Integer> {

    private final Report report;

    @Option(
            names = "--callers",
            paramLabel = "N",
            defaultValue = "8",
            description = "Callers (default: 8).")
    private int callers;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Seconds that are measured (default: 10).")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "3",
            description = "Seconds before (default: 3).")
    private double warmUpSeconds;

    @Mixin private Traffic traffic;

    @Option(
            names = "--without-scoring",
            description = "The model's pass for the label alone: no taps, no detector.")
    private boolean withoutScoring;

    LaneCommand(Report report) {
        this.report = report;
    }

    /// The pass of a model that only answers with the label's probability.
    private record Bare(HookedModel model, CaptureSpec spec, Judges judges)
            implements BatchMeasurer {
        @Override
        public Batch measure(List<TokenizedSignal> signals) {
            long begin = System.nanoTime();
            double[] logProb = model.run(signals, spec).labelLogProb();
            List<Measurement> measurements = new ArrayList<>(signals.size());
            for (double value : logProb) {
                measurements.add(
                        new Measurement.Measured(
                                new Measurement.Basis(
                                        judges,
                                        new Calibration(new double[] {0}),
                                        Optional.empty()),
                                0,
                                1,
                                new java.util.LinkedHashMap<>(),
                                value,
                                0,
                                0,
                                Map.of(),
                                Map.of()));
            }
            return new Batch(
                    measurements, Duration.ofNanos(System.nanoTime() - begin), Duration.ZERO);
        }
    }

    @Override
    public Integer call() throws Exception {
        ComputeDevice device = ComputeDevice.parse("auto");
        try (HookedModel model =
                HookedModel.load(Checkpoint.open(Bundled.model()), device, Precision.AUTO)) {
            Artifact artifact = ArtifactDirectory.read(Bundled.detector());
            BatchMeasurer measurer =
                    withoutScoring
                            ? new Bare(
                                    model,
                                    new CaptureSpec(List.of(), CaptureSpec.Outputs.LABELS),
                                    Judges.fixed(artifact))
                            : new Measurer(model, artifact);
            LaneLimits limits = new LaneLimits(BatchBounds.DEFAULT, 100_000, Duration.ofMinutes(1));
            try (Lanes lanes = new Lanes(List.of(measurer), limits, (queued, tokens, b) -> {})) {
                loop(model, lanes, warmUpSeconds);
                LatencyHistogram latency = new LatencyHistogram();
                long begin = System.nanoTime();
                double processor = processorSeconds();
                long verdicts = loop(model, lanes, seconds, latency);
                double took = (System.nanoTime() - begin) / 1e9;
                report.row(
                        device.toString(),
                        "lane in process, %d callers, %s prompts, %d signals a request%s"
                                .formatted(
                                        callers,
                                        traffic.kind(),
                                        traffic.batch(),
                                        withoutScoring ? ", without scoring" : ""),
                        "%.0f verdicts/s; %s; %.2f cores"
                                .formatted(
                                        verdicts / took,
                                        Report.millis(latency),
                                        (processorSeconds() - processor) / took));
            }
        }
        return 0;
    }

    private long loop(HookedModel model, Lanes lanes, double forSeconds) throws Exception {
        return loop(model, lanes, forSeconds, new LatencyHistogram());
    }

    /// How many signals were measured.
    private long loop(HookedModel model, Lanes lanes, double forSeconds, LatencyHistogram latency)
            throws Exception {
        List<Signal> signals = signals();
        AtomicInteger next = new AtomicInteger();
        long end = System.nanoTime() + (long) (forSeconds * 1e9);
        List<Future<LatencyHistogram>> results = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < callers; i++) {
                results.add(
                        executor.submit(() -> {
                            LatencyHistogram own = new LatencyHistogram();
                            while (System.nanoTime() < end) {
                                long begin = System.nanoTime();
                                measure(model, lanes, signals, next.getAndAdd(traffic.batch()));
                                own.record(System.nanoTime() - begin);
                            }
                            return own;
                        }));
            }
        }
        for (Future<LatencyHistogram> result : results) {
            latency.add(result.get());
        }
        return latency.count() * traffic.batch();
    }

    private void measure(HookedModel model, Lanes lanes, List<Signal> signals, int from) {
        try (Caller caller = lanes.admit(traffic.batch())) {
            // As the service does it: the texts of a batch side by side.
            List<Caller.Order> orders =
                    IntStream.range(0, traffic.batch())
                            .parallel()
                            .mapToObj(i -> signals.get(Math.floorMod(from + i, signals.size())))
                            .map(signal ->
                                    new Caller.Order(
                                            model.tokenize(signal), new CompletableFuture<>()))
                            .toList();
            caller.submit(orders, System.nanoTime() + Duration.ofMinutes(5).toNanos());
            for (Caller.Order order : orders) {
                Outcome outcome = order.outcome().join();
                if (outcome.measurement() instanceof Measurement.Failed failed) {
                    throw failed.reason();
                }
            }
        }
    }

    private List<Signal> signals() throws IOException {
        SignalParser parser =
                new SignalParser(SignalLimits.DEFAULT, LabelRule.REQUIRED, () -> "signal");
        List<Signal> signals = new ArrayList<>();
        for (byte[] document : traffic.prompts().documents()) {
            byte[] json = new byte[document.length + 1];
            json[0] = '{';
            System.arraycopy(document, 0, json, 1, document.length);
            signals.add(parser.parse(json));
        }
        return signals;
    }

    private static double processorSeconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos()
                / 1e9;
    }
}
