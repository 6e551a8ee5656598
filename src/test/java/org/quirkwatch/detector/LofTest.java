package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import tools.jackson.databind.JsonNode;

class LofTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void scoresAreThoseOfScikitLearnAndNumpy(JsonNode golden) {
        FittedLayers fitted =
                fit(
                        Map.of("k", golden.get("k").asString(), "form", text(golden, "form")),
                        GoldenCases.matrix(golden.get("trusted")));
        double[] expected = GoldenCases.matrix(golden.get("scores")).row(0);
        double[] scores = score(fitted, GoldenCases.matrix(golden.get("test")));
        assertThat(scores).hasSameSizeAs(expected);
        for (int i = 0; i < scores.length; i++) {
            assertThat(scores[i]).isCloseTo(expected[i], within(1e-6 * expected[i]));
        }
    }

    @Test
    void theSimplifiedFormIsTheMeanRatioOfDistancesToTheLastNeighbour() {
        Matrix trusted = TrustedRows.draw(90, 5, 1);
        FittedLayers fitted = fit(Map.of("k", "7", "form", "simplified"), trusted);
        Matrix rows = TrustedRows.draw(30, 5, 2);
        double[] scores = score(fitted, rows);
        for (int row = 0; row < 30; row++) {
            Integer[] order = order(trusted, rows.row(row));
            double own = distance(trusted.row(order[6]), rows.row(row)) + 1e-4;
            double sum = 0;
            for (int i = 0; i < 7; i++) {
                // The neighbour itself comes first.
                double[] neighbour = trusted.row(order[i]);
                int last = order(trusted, neighbour)[7];
                sum += own / (distance(trusted.row(last), neighbour) + 1e-4);
            }
            assertThat(scores[row]).isCloseTo(sum / 7, within(1e-9 * scores[row]));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"breunig", "simplified"})
    void rowsThatStandManyTimesGiveFiniteScores(String form) {
        double[] values = new double[200];
        Arrays.fill(values, 0, 100, 1);
        Arrays.fill(values, 100, 200, -3);
        FittedLayers fitted = fit(Map.of("form", form), Matrix.wrap(100, 2, values));
        double[] scores =
                score(fitted, Matrix.of(4, 2, new double[] {1, 1, -3, -3, 1.5, 1, 40, 40}));
        assertThat(scores[0]).isCloseTo(1, within(1e-9));
        assertThat(scores[1]).isCloseTo(1, within(1e-9));
        assertThat(scores[2]).isGreaterThan(1000).isFinite();
        assertThat(scores[3]).isGreaterThan(scores[2]).isFinite();
    }

    @Test
    void theRestOfTheBatchIsNoNeighbour() {
        FittedLayers fitted = fit(Map.of(), TrustedRows.draw(200, 4, 1));
        double[] far = new double[4 * 40];
        Arrays.fill(far, 20);
        double[] batch = score(fitted, Matrix.wrap(40, 4, far));
        double[] alone = score(fitted, Matrix.of(1, 4, new double[] {20, 20, 20, 20}));
        assertThat(alone[0]).isGreaterThan(5);
        assertThat(batch).containsOnly(alone[0]);
    }

    @Test
    void noMoreRowsAreKeptThanAsked() {
        FittedLayers fitted = fit(Map.of("max-rows", "50"), TrustedRows.draw(300, 4, 1));
        FittedState state = fitted.states().firstEntry().getValue();
        assertThat(state.number("n_fit")).isEqualTo(300);
        assertThat(state.tensor("rows", 50, 4).isFinite()).isTrue();
    }

    @Test
    void aStateThatContradictsItselfIsRefused() {
        FittedState state =
                fit(Map.of(), TrustedRows.draw(30, 4, 1)).states().firstEntry().getValue();
        assertRefused(with(state, "k", 30), "k must be less than n_rows = 30");
        assertRefused(with(state, "simplified", 2), "simplified must be 0 or 1");
        Map<String, Matrix> tensors = new HashMap<>(state.tensors());
        tensors.put("densities", Matrix.wrap(1, 30, new double[30]));
        assertRefused(new FittedState(state.numbers(), tensors), "densities must be");
    }

    private static void assertRefused(FittedState state, String message) {
        assertThatThrownBy(() -> Lof.RULE.fitted().apply(state)).hasMessageContaining(message);
    }

    private static FittedState with(FittedState state, String name, double value) {
        Map<String, Double> numbers = new HashMap<>(state.numbers());
        numbers.put(name, value);
        return new FittedState(numbers, state.tensors());
    }

    static Stream<JsonNode> goldens() {
        return GoldenCases.of("lof");
    }

    private static FittedLayers fit(Map<String, String> options, Matrix trusted) {
        JointFitter fitter = Rules.detector("lof", options).fitter(List.of("a"));
        fitter.add(Map.of("a", trusted));
        return fitter.fit();
    }

    private static double[] score(FittedLayers fitted, Matrix rows) {
        return Arrays.stream(fitted.score(Map.of("a", rows)))
                .mapToDouble(each -> each[0])
                .toArray();
    }

    private static Integer[] order(Matrix rows, double[] from) {
        return java.util.stream.IntStream.range(0, rows.rows())
                .boxed()
                .sorted(java.util.Comparator.comparingDouble(row -> distance(rows.row(row), from)))
                .toArray(Integer[]::new);
    }

    private static double distance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    private static String text(JsonNode node, String name) {
        return node.get(name).asString();
    }
}
