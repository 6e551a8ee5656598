package org.quirkwatch.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogisticRegressionTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void weightsAndPenaltyAreThoseOfScikitLearn(JsonNode golden) {
        Matrix rows =
                Matrix.ofRows(
                        StreamSupport.stream(golden.get("rows").spliterator(), false)
                                .map(LogisticRegressionTest::numbers)
                                .toArray(double[][]::new));
        double[] targets = numbers(golden.get("targets"));
        double lambda = golden.get("lambda").asDouble();
        List<Integer> order =
                Arrays.stream(numbers(golden.get("order"))).mapToObj(i -> (int) i).toList();
        LogisticRegression fitted =
                golden.get("chosen").asBoolean()
                        ? LogisticRegression.crossValidated(rows, targets, order)
                        : LogisticRegression.fit(rows, targets, lambda);
        assertThat(fitted.lambda()).isCloseTo(lambda, within(1e-12 * (1 + lambda)));
        double[] expected = numbers(golden.get("weights"));
        assertThat(fitted.weights().toArray())
                .containsExactly(expected, within(1e-6 * (1 + largest(expected))));
        double bias = golden.get("bias").asDouble();
        assertThat(fitted.bias()).isCloseTo(bias, within(1e-6 * (1 + Math.abs(bias))));
    }

    @ParameterizedTest
    @CsvSource({"300, 6, 0.0", "40, 200, 0.001", "120, 8, 3.0"})
    void theSlopeAtTheMinimumIsNothing(int n, int d, double lambda) {
        Matrix rows = rows(n, d, 1);
        double[] targets = targets(n, 2);
        LogisticRegression fitted = LogisticRegression.fit(rows, targets, lambda);
        double[] logits = fitted.logits(rows);
        double[] slope = new double[d + 1];
        for (int i = 0; i < n; i++) {
            double error = 1 / (1 + Math.exp(-logits[i])) - targets[i];
            for (int k = 0; k < d; k++) {
                slope[k] += error * rows.get(i, k) / n;
            }
            slope[d] += error / n;
        }
        for (int k = 0; k < d; k++) {
            slope[k] += 2 * lambda * fitted.weights().get(k, 0);
        }
        assertThat(largest(slope)).isLessThan(1e-8);
        assertThat(largest(fitted.weights().toArray())).isGreaterThan(1e-4);
    }

    @ParameterizedTest
    @CsvSource({"60, 4", "30, 100", "8, 4096"})
    void targetsThatAPlaneSeparatesGiveFiniteWeightsThatSeparateThem(int n, int d) {
        Matrix rows = rows(n, d, 3);
        double[] targets = new double[n];
        for (int i = 0; i < n; i++) {
            targets[i] = rows.get(i, 0) > 0.2 ? 1 : 0;
        }
        for (LogisticRegression fitted :
                List.of(
                        LogisticRegression.fit(rows, targets, 0),
                        LogisticRegression.crossValidated(rows, targets, 7))) {
            double[] logits = fitted.logits(rows);
            for (int i = 0; i < n && fitted.lambda() == 0; i++) {
                assertThat(logits[i] > 0).isEqualTo(targets[i] == 1);
            }
            assertThat(fitted.weights().isFinite()).isTrue();
        }
    }

    @Test
    void targetsThatAreAllTheSameOrConstantColumnsEndInFiniteWeights() {
        double[] ones = new double[20];
        Arrays.fill(ones, 1);
        LogisticRegression same = LogisticRegression.crossValidated(rows(20, 3, 4), ones, 1);
        assertThat(same.weights().isFinite()).isTrue();
        assertThat(Arrays.stream(same.logits(rows(20, 3, 4))).min().orElseThrow()).isGreaterThan(1);
        LogisticRegression constant =
                LogisticRegression.crossValidated(
                        Matrix.wrap(20, 3, new double[60]), targets(20, 5), 1);
        assertThat(constant.weights().toArray()).containsOnly(0);
    }

    @Test
    void theSameSeedGivesTheSameChoice() {
        Matrix rows = rows(57, 5, 6);
        double[] targets = targets(57, 7);
        assertThat(LogisticRegression.crossValidated(rows, targets, 3))
                .isEqualTo(LogisticRegression.crossValidated(rows, targets, 3));
    }

    @Test
    void whatCannotBeFittedIsRefused() {
        Matrix rows = rows(4, 2, 1);
        assertRefused(() -> LogisticRegression.fit(rows, new double[3], 0), "got 3 for");
        assertRefused(() -> LogisticRegression.fit(rows, new double[4], -1), "got -1.0");
        assertRefused(
                () -> LogisticRegression.fit(rows, new double[] {0, 1, 0.5, 0}, 0), "got 0.5");
        assertRefused(
                () -> LogisticRegression.crossValidated(rows, new double[4], 1), "4 row(s) cannot");
        double[] broken = {1, Double.NaN, 1, 1};
        assertRefused(
                () -> LogisticRegression.fit(Matrix.wrap(2, 2, broken), new double[2], 0),
                "not finite");
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    static Stream<JsonNode> goldens() throws IOException {
        try (InputStream in =
                LogisticRegressionTest.class.getResourceAsStream("/golden/logistic.json")) {
            JsonNode cases = JsonMapper.shared().readTree(in).get("cases");
            return StreamSupport.stream(cases.spliterator(), false);
        }
    }

    private static double[] numbers(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }

    private static Matrix rows(int n, int d, long seed) {
        return Matrix.wrap(n, d, new Random(seed).doubles((long) n * d, -2, 3).toArray());
    }

    private static double[] targets(int n, long seed) {
        return new Random(seed).ints(n, 0, 2).asDoubleStream().toArray();
    }
}
