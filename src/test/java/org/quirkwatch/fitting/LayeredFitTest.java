package org.quirkwatch.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.progress.Progress;

class LayeredFitTest {

    private static final List<String> LAYERS = List.of("a", "b");

    @Test
    void theMeanFalseFlagRateOverFitsIsThatOfAlpha() {
        int fits = 300;
        int fresh = 40;
        double alpha = 0.1;
        int flagged = 0;
        for (int seed = 0; seed < fits; seed++) {
            // Few rows for the width, so that scores of the fitting rows would be far too small to
            // calibrate with.
            Rows rows = new Rows(100, 12, seed);
            LayeredFit fit = fit(rows, Aggregation.STANDARDISED_MEAN, Progress.silent());
            Map<String, Matrix> others = new Rows(fresh, 12, seed + 1_000_000L).all();
            for (double score : fit.detector().score(others).aggregated()) {
                flagged += fit.calibration().pValue(score) < alpha ? 1 : 0;
            }
        }
        // With 40 calibration rows p < 0.1 means p <= 4/41. Rows of one fit share its threshold, a
        // beta variable of standard deviation 0.046.
        double expected = 4 / 41.0;
        double deviation = Math.sqrt((0.046 * 0.046 + expected * (1 - expected) / fresh) / fits);
        assertThat(flagged / (double) (fits * fresh))
                .isBetween(expected - 4 * deviation, expected + 4 * deviation);
    }

    @Test
    void eachRowIsReadOnceAndProgressCountsToTheEnd() {
        Rows rows = new Rows(100, 3, 1);
        List<String> lines = new ArrayList<>();
        fit(
                rows,
                Aggregation.MEAN,
                (done, total, detail) -> lines.add(done + "/" + total + " " + detail));
        assertThat(rows.read).hasSize(100);
        assertThat(lines).contains("50/100 fitting", "60/100 scaling");
        assertThat(lines.getLast()).isEqualTo("100/100 calibrating");
    }

    @Test
    void calibrationScoresAreTheAggregatedScoresOfTheCalibrationRows() {
        Rows rows = new Rows(100, 3, 1);
        LayeredFit fit = fit(rows, Aggregation.MAX, Progress.silent());
        double[] scores =
                fit.detector().score(rows.pick(Split.of(100, 0.5, 3).calibration())).aggregated();
        java.util.Arrays.sort(scores);
        assertThat(fit.calibration().scores()).containsExactly(scores);
    }

    private static LayeredFit fit(Rows rows, Aggregation aggregation, Progress progress) {
        return LayeredFit.of(
                Rules.detector("mahalanobis", Map.of("rcond", "0")),
                aggregation,
                LAYERS,
                Split.of(rows.size(), 0.5, 3),
                rows,
                progress);
    }

    /// Rows in memory, given in batches of seven.
    private static final class Rows implements RowSource {
        final Set<Integer> read = new HashSet<>();
        private final double[][][] values;

        Rows(int rows, int width, long seed) {
            Random random = new Random(seed);
            values = new double[LAYERS.size()][rows][width];
            for (double[][] layer : values) {
                for (double[] row : layer) {
                    for (int i = 0; i < width; i++) {
                        row[i] = Math.exp(random.nextGaussian() / 2) + i;
                    }
                }
            }
        }

        @Override
        public int size() {
            return values[0].length;
        }

        @Override
        public void read(
                List<Integer> rows, BiConsumer<List<Integer>, Map<String, Matrix>> consumer) {
            for (int from = 0; from < rows.size(); from += 7) {
                List<Integer> batch = rows.subList(from, Math.min(from + 7, rows.size()));
                for (int row : batch) {
                    assertThat(read.add(row)).as("row %d for the first time", row).isTrue();
                }
                consumer.accept(batch, pick(batch));
            }
        }

        Map<String, Matrix> all() {
            return pick(java.util.stream.IntStream.range(0, size()).boxed().toList());
        }

        Map<String, Matrix> pick(List<Integer> rows) {
            Map<String, Matrix> result = new LinkedHashMap<>();
            for (int layer = 0; layer < LAYERS.size(); layer++) {
                double[][] own = values[layer];
                result.put(
                        LAYERS.get(layer),
                        Matrix.ofRows(rows.stream().map(row -> own[row]).toArray(double[][]::new)));
            }
            return result;
        }
    }
}
