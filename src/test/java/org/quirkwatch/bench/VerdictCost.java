package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.fitting.Fit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.lane.Measurer;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// What verdicts cost on the bundled model, in processor time of all threads, against one on
/// activations: `./mvnw test -Dtest=VerdictCost`. Prints rows for docs/LOG.md. What is compared is
/// measured in turns; each turn gives one ratio, and the median counts.
class VerdictCost {

    private static final int TRUSTED = 400;
    private static final int WARM_UPS = 5;
    private static final int TURNS = 40;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @Test
    void againstActivations() {
        try (HookedModel model =
                HookedModel.load(
                        Checkpoint.open(Bundled.model()), ComputeDevice.CPU, Precision.AUTO)) {
            List<Signal> trusted = signals(QuirkySplit.TRUSTED, TRUSTED);
            Measurer activation = fit(model, trusted, "activation");
            SequencedMap<String, Measurer> others = new LinkedHashMap<>();
            for (String feature : List.of("attribution-mean", "attribution-mean-exact")) {
                others.put(feature, fit(model, trusted, feature));
            }
            for (int size : new int[] {1, 32}) {
                // Enough processor time in a turn for the clock that counts it.
                List<List<TokenizedSignal>> batches = batches(model, size, size == 1 ? 16 : 2);
                others.forEach(
                        (feature, measurer) -> row(feature, size, activation, measurer, batches));
            }
        }
    }

    private static void row(
            String feature,
            int size,
            Measurer activation,
            Measurer other,
            List<List<TokenizedSignal>> batches) {
        List<Double> ratios = new ArrayList<>();
        double[] activationMillis = new double[TURNS];
        for (int turn = -WARM_UPS; turn < TURNS; turn++) {
            double base = processorMillis(activation, batches);
            double ratio = processorMillis(other, batches) / base;
            if (turn >= 0) {
                ratios.add(ratio);
                activationMillis[turn] = base / (batches.size() * size);
            }
        }
        ratios.sort(null);
        Arrays.sort(activationMillis);
        System.out.printf(
                Locale.ROOT,
                "| %s | a verdict on %s ÷ one on activations, processor time, batch of %d | %.2f"
                        + " (middle half of the turns %.2f to %.2f; on activations %.2f ms) | cpu, %d"
                        + " cores | `./mvnw test -Dtest=VerdictCost` |%n",
                LocalDate.now(ZoneOffset.UTC),
                feature,
                size,
                ratios.get(TURNS / 2),
                ratios.get(TURNS / 4),
                ratios.get(TURNS * 3 / 4),
                activationMillis[TURNS / 2],
                Runtime.getRuntime().availableProcessors());
    }

    private static double processorMillis(Measurer measurer, List<List<TokenizedSignal>> batches) {
        long begin = SYSTEM.getProcessCpuTime();
        for (List<TokenizedSignal> batch : batches) {
            assertThat(measurer.measure(batch).measurements()).hasSize(batch.size());
        }
        return (SYSTEM.getProcessCpuTime() - begin) / 1e6;
    }

    private static Measurer fit(HookedModel model, List<Signal> trusted, String feature) {
        FitOptions options =
                new FitOptions(
                        "cost",
                        List.of(feature),
                        Combination.ENSEMBLE,
                        List.of(),
                        List.of(),
                        List.of(Position.LAST),
                        Optional.empty(),
                        "mahalanobis",
                        Map.of(),
                        Aggregation.MEAN,
                        0.5,
                        0);
        return new Measurer(model, Fit.fit(model, trusted, List.of(), options, Progress.silent()));
    }

    private static List<Signal> signals(QuirkySplit split, int count) {
        return QuirkyOrigin.zoo(QuirkyTask.ADDITION, GenerationOptions.BUNDLED_SEED)
                .data(Optional.empty())
                .split(split, count)
                .stream()
                .map(QuirkyExample::signal)
                .toList();
    }

    private static List<List<TokenizedSignal>> batches(HookedModel model, int size, int count) {
        List<TokenizedSignal> signals =
                signals(QuirkySplit.VALIDATION, size * count).stream()
                        .map(model::tokenize)
                        .toList();
        List<List<TokenizedSignal>> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batches.add(signals.subList(i * size, (i + 1) * size));
        }
        return batches;
    }
}
