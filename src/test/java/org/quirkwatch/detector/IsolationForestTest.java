package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import tools.jackson.databind.JsonNode;

class IsolationForestTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void rowsRankAsScikitLearnRanksThemOverManySeeds(JsonNode golden) {
        FittedLayers fitted = fit(Map.of(), GoldenCases.matrix(golden.get("trusted")));
        double[] expected = GoldenCases.matrix(golden.get("scores")).row(0);
        double[] scores = score(fitted, GoldenCases.matrix(golden.get("test")));
        assertThat(spearman(scores, expected)).isGreaterThanOrEqualTo(0.95);
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void asManyTreesAsScikitLearnHadGiveItsScores(JsonNode golden) {
        FittedLayers fitted =
                fit(Map.of("trees", "2000"), GoldenCases.matrix(golden.get("trusted")));
        double[] expected = GoldenCases.matrix(golden.get("scores")).row(0);
        double[] scores = score(fitted, GoldenCases.matrix(golden.get("test")));
        double difference = 0;
        for (int i = 0; i < scores.length; i++) {
            difference += Math.abs(scores[i] - expected[i]) / scores.length;
        }
        // One hundred trees are off by 0.007 to 0.011, those of that library too.
        assertThat(difference).isLessThan(0.004);
    }

    @Test
    void theScoreIsThatOfTheMeanPathInTheTrees() {
        FittedLayers fitted = fit(Map.of("trees", "7"), TrustedRows.draw(60, 3, 1));
        FittedState state = state(fitted);
        Matrix rows = TrustedRows.draw(20, 3, 2);
        double[] scores = score(fitted, rows);
        double meanPath = 2 * (Math.log(59) + 0.5772156649) - 2 * 59 / 60.0;
        for (int row = 0; row < 20; row++) {
            double sum = 0;
            for (double root : tensor(state, "roots")) {
                sum += path(state, rows.row(row), (int) root);
            }
            assertThat(scores[row])
                    .isCloseTo(Math.pow(2, -sum / 7 / meanPath) - 0.5, within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"300, 256, 8", "300, 100, 7", "40, 256, 6", "2, 256, 1"})
    void leavesHoldTheWholeSubsampleWithinTheHeight(int rows, int subsample, int height) {
        FittedState state =
                state(
                        fit(
                                Map.of("subsample", "" + subsample, "trees", "5"),
                                TrustedRows.draw(rows, 4, 1)));
        assertThat(state.number("subsample")).isEqualTo(Math.min(rows, subsample));
        for (double root : tensor(state, "roots")) {
            assertThat(height(state, (int) root)).isLessThanOrEqualTo(height);
        }
        // A binary tree: each node but the roots is a child once.
        double[] left = tensor(state, "left");
        assertThat(Arrays.stream(left).filter(child -> child >= 0).count() * 2 + 5)
                .isEqualTo(left.length);
    }

    @Test
    void theMeanPathIsThatOfTheSpecification() {
        assertThat(IsolationForest.meanPath(1)).isEqualTo(0);
        assertThat(IsolationForest.meanPath(2)).isEqualTo(1);
        assertThat(IsolationForest.meanPath(256)).isCloseTo(10.2448, within(1e-4));
    }

    @Test
    void anotherSeedGrowsOtherTrees() {
        Matrix rows = TrustedRows.draw(60, 3, 1);
        assertThat(fit(Map.of("seed", "1"), rows).states())
                .isNotEqualTo(fit(Map.of("seed", "2"), rows).states());
    }

    @Test
    void aFeatureThatDoesNotVaryIsNotCut() {
        double[] values = TrustedRows.draw(100, 3, 1).toArray();
        for (int i = 1; i < values.length; i += 3) {
            values[i] = 7;
        }
        FittedState state = state(fit(Map.of(), Matrix.wrap(100, 3, values)));
        assertThat(tensor(state, "features")).contains(0, 2).doesNotContain(1);
    }

    @Test
    void treesThatWouldNotEndAreRefused() {
        FittedState state = state(fit(Map.of("trees", "3"), TrustedRows.draw(30, 3, 1)));
        assertRefused(state, "left", 0, 0, "tensor left must point behind");
        assertRefused(state, "right", 0, -1, "tensor right must point behind");
        assertRefused(state, "right", 0, 1e6, "tensor right must hold whole numbers");
        assertRefused(
                state, "features", 0, 3, "tensor features must hold whole numbers from -1 to 2");
        assertRefused(state, "features", 0, -1, "tensor left must point behind");
        assertRefused(state, "roots", 1, 0.5, "tensor roots must hold whole numbers");
        assertRefused(state, "paths", 0, -1, "tensor paths must be 0 or more");
    }

    private static void assertRefused(
            FittedState state, String tensor, int at, double value, String message) {
        double[] values = tensor(state, tensor);
        values[at] = value;
        Map<String, Matrix> tensors = new HashMap<>(state.tensors());
        tensors.put(tensor, Matrix.wrap(1, values.length, values));
        FittedState changed = new FittedState(state.numbers(), tensors);
        assertThatThrownBy(() -> IsolationForest.RULE.fitted().apply(changed))
                .hasMessageContaining(message);
    }

    private static double path(FittedState state, double[] row, int node) {
        int feature = (int) tensor(state, "features")[node];
        if (feature < 0) {
            return tensor(state, "paths")[node];
        }
        boolean below = row[feature] <= tensor(state, "thresholds")[node];
        return path(state, row, (int) tensor(state, below ? "left" : "right")[node]);
    }

    private static int height(FittedState state, int node) {
        int left = (int) tensor(state, "left")[node];
        int right = (int) tensor(state, "right")[node];
        return left < 0 ? 0 : 1 + Math.max(height(state, left), height(state, right));
    }

    static Stream<JsonNode> goldens() {
        return GoldenCases.of("isolation-forest");
    }

    private static double spearman(double[] a, double[] b) {
        double[] x = ranks(a);
        double[] y = ranks(b);
        double mean = (a.length - 1) / 2.0;
        double product = 0;
        double square = 0;
        for (int i = 0; i < a.length; i++) {
            product += (x[i] - mean) * (y[i] - mean);
            square += (x[i] - mean) * (x[i] - mean);
        }
        return product / square;
    }

    private static double[] ranks(double[] values) {
        double[] ranks = new double[values.length];
        int[] order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted(java.util.Comparator.comparingDouble(i -> values[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        for (int i = 0; i < order.length; i++) {
            ranks[order[i]] = i;
        }
        return ranks;
    }

    private static FittedState state(FittedLayers fitted) {
        return fitted.states().firstEntry().getValue();
    }

    private static double[] tensor(FittedState state, String name) {
        Matrix tensor = state.tensors().get(name);
        assertThat(tensor).isNotNull();
        return java.util.Objects.requireNonNull(tensor).row(0);
    }

    private static FittedLayers fit(Map<String, String> options, Matrix trusted) {
        JointFitter fitter = Rules.detector("isolation-forest", options).fitter(List.of("a"));
        fitter.add(Map.of("a", trusted));
        return fitter.fit();
    }

    private static double[] score(FittedLayers fitted, Matrix rows) {
        return Arrays.stream(fitted.score(Map.of("a", rows)))
                .mapToDouble(each -> each[0])
                .toArray();
    }
}
