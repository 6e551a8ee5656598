package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import tools.jackson.databind.JsonNode;

class TedTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void scoresAreThoseOfScikitLearnAndNumpy(JsonNode golden) {
        FittedLayers fitted =
                fit(
                        Map.of(
                                "k", golden.get("k").asString(),
                                "reduce", golden.get("reduce").asString()),
                        layers(golden.get("trusted")));
        Matrix expected = GoldenCases.matrix(golden.get("scores"));
        double[][] scores = fitted.score(layers(golden.get("test")));
        assertThat(scores).hasDimensions(expected.rows(), expected.columns());
        for (int row = 0; row < scores.length; row++) {
            for (int layer = 0; layer < expected.columns(); layer++) {
                double value = expected.get(row, layer);
                assertThat(scores[row][layer]).isCloseTo(value, within(1e-8 * value));
            }
        }
    }

    @Test
    void rowsWhoseNeighboursScatterFromLayerToLayerScoreHigher() {
        // One thing that all layers show, each in its own directions.
        FittedLayers fitted = fit(Map.of(), shown(hidden(300, 1), hidden(300, 1)));
        double[][] consistent = fitted.score(shown(hidden(100, 2), hidden(100, 2)));
        double[][] torn = fitted.score(shown(hidden(100, 2), hidden(100, 3)));
        for (int layer = 0; layer < 4; layer++) {
            assertThat(mean(torn, layer)).isGreaterThan(3 * mean(consistent, layer));
        }
    }

    @Test
    void lengthDoesNotMatter() {
        FittedLayers fitted = fit(Map.of(), shown(hidden(100, 1), hidden(100, 1)));
        SequencedMap<String, Matrix> rows = shown(hidden(20, 2), hidden(20, 3));
        SequencedMap<String, Matrix> longer = new LinkedHashMap<>();
        rows.forEach((layer, matrix) -> {
            double[] values = matrix.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] *= 0x1p300;
            }
            longer.put(layer, Matrix.wrap(matrix.rows(), matrix.columns(), values));
        });
        assertThat(fitted.score(longer)).isDeepEqualTo(fitted.score(rows));
    }

    @Test
    void aRowOfZerosHasAScore() {
        FittedLayers fitted = fit(Map.of(), shown(hidden(100, 1), hidden(100, 1)));
        SequencedMap<String, Matrix> rows = shown(hidden(1, 2), hidden(1, 2));
        rows.put("l1", Matrix.wrap(1, 6, new double[6]));
        assertThat(fitted.score(rows)[0])
                .satisfies(scores -> {
                    for (double score : scores) {
                        assertThat(score).isFinite().isPositive();
                    }
                });
    }

    @Test
    void oneLayerHasNothingToCompare() {
        Detector detector = Rules.detector("ted", Map.of());
        assertThatThrownBy(() -> detector.fitter(List.of("only")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("2 or more are needed, got [only]");
        SequencedMap<String, FittedState> states =
                fit(Map.of(), shown(hidden(50, 1), hidden(50, 1))).states();
        SequencedMap<String, FittedState> one = new LinkedHashMap<>();
        one.put("l0", states.firstEntry().getValue());
        assertThatThrownBy(() -> Ted.RULE.restore(one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 or more are needed, got [l0]");
    }

    @Test
    void moreRanksThanCanBeHeldAreRefused() {
        SequencedMap<String, Matrix> many = new LinkedHashMap<>();
        for (int layer = 0; layer < 400; layer++) {
            many.put("l" + layer, Matrix.wrap(200, 1, new Random(layer).doubles(200).toArray()));
        }
        assertThatThrownBy(() -> fit(Map.of(), many))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("10 neighbours of 200 trusted rows in 400 layers");
    }

    @Test
    void aRefusedBatchIsKeptOfNoLayer() {
        JointFitter fitter =
                Rules.detector("ted", Map.of()).fitter(List.of("l0", "l1", "l2", "l3"));
        SequencedMap<String, Matrix> rows = shown(hidden(50, 1), hidden(50, 1));
        fitter.add(rows);
        FittedLayers before = fitter.fit();
        SequencedMap<String, Matrix> broken = new LinkedHashMap<>(rows);
        double[] values = EachLayer.get(rows, "l3").toArray();
        values[7] = Double.NaN;
        broken.put("l3", Matrix.wrap(50, 6, values));
        assertThatThrownBy(() -> fitter.add(broken)).hasMessageContaining("l3: ");
        assertThat(fitter.fit().states()).isEqualTo(before.states());
    }

    @Test
    void layersThatContradictEachOtherAreRefused() {
        SequencedMap<String, FittedState> states =
                fit(Map.of(), shown(hidden(50, 1), hidden(50, 1))).states();
        assertRefused(states, "l2", "k", 9, "layer l2: k must be 10.0 as in the first layer");
        assertRefused(states, "l2", "max", 1, "layer l2: max must be 0.0 as in the first layer");
        assertRefused(states, "l0", "k", 50, "layer l0: k must be less than n_rows = 50");
        assertRefused(states, "l1", "components", 4, "layer l1: components must be at most 3");
    }

    private static void assertRefused(
            SequencedMap<String, FittedState> states,
            String layer,
            String name,
            double value,
            String message) {
        SequencedMap<String, FittedState> changed = new LinkedHashMap<>(states);
        changed.computeIfPresent(
                layer,
                (key, state) -> {
                    Map<String, Double> numbers = new HashMap<>(state.numbers());
                    numbers.put(name, value);
                    return new FittedState(numbers, state.tensors());
                });
        assertThatThrownBy(() -> Ted.RULE.restore(changed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    static Stream<JsonNode> goldens() {
        return GoldenCases.of("ted");
    }

    private static SequencedMap<String, Matrix> layers(JsonNode layers) {
        SequencedMap<String, Matrix> result = new LinkedHashMap<>();
        for (JsonNode layer : layers) {
            result.put("l" + result.size(), GoldenCases.matrix(layer));
        }
        return result;
    }

    private static FittedLayers fit(
            Map<String, String> options, SequencedMap<String, Matrix> trusted) {
        JointFitter fitter = Rules.detector("ted", options).fitter(List.copyOf(trusted.keySet()));
        fitter.add(trusted);
        return fitter.fit();
    }

    /// `[rows][2]`, directions of length 1.
    private static double[][] hidden(int rows, long seed) {
        Random random = new Random(seed);
        double[][] hidden = new double[rows][];
        for (int row = 0; row < rows; row++) {
            double angle = 2 * Math.PI * random.nextDouble();
            hidden[row] = new double[] {Math.cos(angle), Math.sin(angle)};
        }
        return hidden;
    }

    /// Four layers of six features, of which the first two show one thing and the last two another.
    private static SequencedMap<String, Matrix> shown(double[][] first, double[][] second) {
        SequencedMap<String, Matrix> layers = new LinkedHashMap<>();
        for (int layer = 0; layer < 4; layer++) {
            Random directions = new Random(100 + layer);
            double[] mixing = directions.doubles(12, -1, 1).toArray();
            Random noise = new Random(200 + layer);
            double[][] hidden = layer < 2 ? first : second;
            double[] values = new double[hidden.length * 6];
            for (int i = 0; i < values.length; i++) {
                double[] row = hidden[i / 6];
                values[i] =
                        row[0] * mixing[i % 6]
                                + row[1] * mixing[6 + i % 6]
                                + 0.01 * noise.nextGaussian();
            }
            layers.put("l" + layer, Matrix.wrap(hidden.length, 6, values));
        }
        return layers;
    }

    private static double mean(double[][] scores, int layer) {
        return Stream.of(scores).mapToDouble(sample -> sample[layer]).average().orElseThrow();
    }
}
