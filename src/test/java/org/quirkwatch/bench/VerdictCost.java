package org.quirkwatch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.SparseAutoencoderOptions;
import org.quirkwatch.feature.SparseAutoencoderTrainer;
import org.quirkwatch.fitting.Fit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.lane.Measurer;
import org.quirkwatch.linalg.Matrix;
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

    @TempDir Path folder;

    private static final int TRUSTED = 400;
    private static final int MANY_TRUSTED = 8000;
    private static final int WIDTH = 128;
    private static final List<String> FIVE =
            List.of("activation", "layer-difference", "attribution-mean", "surprisal", "sae");
    private static final int WARM_UPS = 5;
    private static final int TURNS = Integer.getInteger("quirkwatch.bench.turns", 40);
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @Test
    void againstActivations() {
        try (HookedModel model =
                HookedModel.load(
                        Checkpoint.open(Bundled.model()), ComputeDevice.CPU, Precision.AUTO)) {
            List<Signal> trusted = signals(QuirkySplit.TRUSTED, TRUSTED);
            Measurer activation = fit(model, trusted, "mahalanobis", List.of("activation"));
            SequencedMap<String, Measurer> others = new LinkedHashMap<>();
            for (String feature : List.of("attribution-mean", "attribution-mean-exact")) {
                others.put(feature, fit(model, trusted, "mahalanobis", List.of(feature)));
            }
            for (int size : new int[] {1, 32}) {
                // Enough processor time in a turn for the clock that counts it.
                List<List<TokenizedSignal>> batches = batches(model, size, size == 1 ? 16 : 2);
                others.forEach(
                        (feature, measurer) -> row(feature, size, activation, measurer, batches));
            }
        }
    }

    /// Of all features of a detector in one, and of each alone.
    @Test
    void ofFiveFeaturesAgainstTheDearestAlone() throws IOException {
        trainAutoencoder();
        try (HookedModel model =
                HookedModel.load(
                        Checkpoint.open(Bundled.model()), ComputeDevice.CPU, Precision.AUTO)) {
            List<Signal> trusted = signals(QuirkySplit.TRUSTED, MANY_TRUSTED);
            for (String rule : List.of("mahalanobis", "lof")) {
                List<Measurer> each =
                        FIVE.stream().map(one -> fit(model, trusted, rule, List.of(one))).toList();
                Measurer all = fit(model, trusted, rule, FIVE);
                for (int size : new int[] {1, 32}) {
                    fiveRow(rule, size, each, all, batches(model, size, size == 1 ? 64 : 4));
                }
            }
        }
    }

    /// An encoder that has hardly learned costs as much as one that has.
    private void trainAutoencoder() throws IOException {
        Files.createDirectories(sae());
        double[] rows = new SplittableRandom(1).doubles(64 * WIDTH).toArray();
        new SparseAutoencoderTrainer(new SparseAutoencoderOptions(8 * WIDTH, 16, 2, 32, 1))
                .train(Matrix.wrap(64, WIDTH, rows), sae(), Progress.silent());
    }

    private Path sae() {
        return folder.resolve("layers.2");
    }

    private static void fiveRow(
            String rule,
            int size,
            List<Measurer> each,
            Measurer all,
            List<List<TokenizedSignal>> batches) {
        double[][] alone = new double[each.size()][TURNS];
        double[] together = new double[TURNS];
        for (int turn = -WARM_UPS; turn < TURNS; turn++) {
            for (int i = 0; i < alone.length; i++) {
                double millis = processorMillis(each.get(i), batches);
                if (turn >= 0) {
                    alone[i][turn] = millis / (batches.size() * size);
                }
            }
            double millis = processorMillis(all, batches);
            if (turn >= 0) {
                together[turn] = millis / (batches.size() * size);
            }
        }
        int dearest = 0;
        List<String> costs = new ArrayList<>();
        for (int i = 0; i < alone.length; i++) {
            costs.add(String.format(Locale.ROOT, "%s %.2f", FIVE.get(i), median(alone[i])));
            dearest = median(alone[i]) > median(alone[dearest]) ? i : dearest;
        }
        double[] ratios = new double[TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            ratios[turn] = together[turn] / alone[dearest][turn];
        }
        Arrays.sort(ratios);
        System.out.printf(
                Locale.ROOT,
                "| %s | a verdict on five features in one detector ÷ on the dearest of them alone"
                        + " (%s), %s on %d rows, processor time, batch of %d | %.2f (middle half of"
                        + " the turns %.2f to %.2f; alone, ms: %s; all %.2f); required at most 1.2 |"
                        + " cpu, %d cores | `./mvnw test -Dtest=VerdictCost` |%n",
                LocalDate.now(ZoneOffset.UTC),
                FIVE.get(dearest),
                rule,
                MANY_TRUSTED / 2,
                size,
                median(ratios),
                ratios[TURNS / 4],
                ratios[TURNS * 3 / 4],
                String.join(", ", costs),
                median(together),
                Runtime.getRuntime().availableProcessors());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
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

    private Measurer fit(
            HookedModel model, List<Signal> trusted, String rule, List<String> features) {
        FitOptions options =
                new FitOptions(
                        "cost",
                        features,
                        Combination.ENSEMBLE,
                        List.of(),
                        List.of(),
                        List.of(Position.LAST),
                        Optional.of(sae()),
                        rule,
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
