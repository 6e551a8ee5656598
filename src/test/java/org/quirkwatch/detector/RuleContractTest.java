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
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// What every scoring rule promises, as it is used by default. A rule in [Rules] is found here by
/// itself.
@ParameterizedClass(name = "{0}")
@MethodSource("rules")
class RuleContractTest {

    /// Rules of which farther does not mean higher, each with the reason.
    private static final Set<String> NOT_OF_DISTANCE =
            Set.of(
                    // Counts zeros that are none any more, not how far anything went.
                    "l0",
                    // Compares directions: far out along one of the trusted ones is near.
                    "ted");

    @Parameter String name = "";

    static Stream<String> rules() {
        return Rules.all().stream().map(Rule::name);
    }

    @ParameterizedTest
    @CsvSource({"300, 8", "60, 96", "1500, 2", "40, 3"})
    void scoresAreFiniteAndOneForEachSampleAndLayer(int rows, int features) {
        FittedLayers fitted = fit(rows, features);
        assertThat(fitted.rule()).isEqualTo(name);
        assertThat(fitted.widths())
                .containsExactly(Map.entry("a", features), Map.entry("b", features));
        for (int n : new int[] {0, 1, 17}) {
            double[][] scores = fitted.score(layers(n, features, 2));
            assertThat(scores).hasDimensions(n, n == 0 ? 0 : 2);
            for (double[] sample : scores) {
                for (double score : sample) {
                    assertThat(score).isFinite();
                }
            }
        }
    }

    @Test
    void rowsFarFromTheTrustedOnesScoreHigher() {
        Assumptions.assumeFalse(NOT_OF_DISTANCE.contains(name));
        FittedLayers fitted = fit(300, 8);
        double[][] near = fitted.score(layers(100, 8, 2));
        double[][] far = fitted.score(moved(layers(100, 8, 2), 10));
        for (int row = 0; row < 100; row++) {
            for (int layer = 0; layer < 2; layer++) {
                assertThat(far[row][layer]).isGreaterThan(near[row][layer]);
            }
        }
    }

    @Test
    void theOrderOfTheBatchDoesNotMatter() {
        FittedLayers fitted = fit(300, 16);
        SequencedMap<String, Matrix> rows = layers(40, 16, 2);
        double[][] scores = fitted.score(rows);
        int[] order = new Random(3).ints(0, 40).distinct().limit(40).toArray();
        double[][] permuted = fitted.score(each(rows, matrix -> pick(matrix, order)));
        for (int i = 0; i < order.length; i++) {
            assertClose(permuted[i], scores[order[i]]);
        }
    }

    @ParameterizedTest
    // The second is large enough that a batch goes another way through the linear algebra.
    @CsvSource({"300, 24, 64", "1200, 400, 80"})
    void aSampleScoresTheSameAloneAndInABatch(int trusted, int features, int batch) {
        FittedLayers fitted = fit(trusted, features);
        SequencedMap<String, Matrix> rows = layers(batch, features, 2);
        double[][] scores = fitted.score(rows);
        for (int row = 0; row < batch; row++) {
            int at = row;
            assertClose(
                    fitted.score(each(rows, matrix -> matrix.slice(at, at + 1)))[0], scores[row]);
        }
    }

    @Test
    void theSameRowsGiveTheSameDetector() {
        assertThat(fit(120, 8).states()).isEqualTo(fit(120, 8).states());
    }

    @Test
    void theStateGivesTheSameDetectorBack() {
        FittedLayers fitted = fit(80, 12);
        FittedLayers restored = Rules.named(name).restore(fitted.states());
        SequencedMap<String, Matrix> rows = layers(20, 12, 2);
        assertThat(restored.score(rows)).isDeepEqualTo(fitted.score(rows));
        assertThat(restored.states()).isEqualTo(fitted.states());
        assertThat(restored.widths()).isEqualTo(fitted.widths());
    }

    @Test
    void aStateWithoutOneOfItsPartsIsRefusedByName() {
        FittedLayers fitted = fit(80, 12);
        FittedState state = fitted.states().lastEntry().getValue();
        for (String tensor : state.tensors().keySet()) {
            Map<String, Matrix> fewer = new HashMap<>(state.tensors());
            fewer.remove(tensor);
            assertRefused(fitted, new FittedState(state.numbers(), fewer), tensor);
            Map<String, Matrix> reshaped = new HashMap<>(state.tensors());
            reshaped.put(tensor, Matrix.of(5, 7, new double[35]));
            assertRefused(fitted, new FittedState(state.numbers(), reshaped), tensor);
        }
        for (String number : state.numbers().keySet()) {
            Map<String, Double> fewer = new HashMap<>(state.numbers());
            fewer.remove(number);
            assertRefused(fitted, new FittedState(fewer, state.tensors()), number);
            Map<String, Double> negative = new HashMap<>(state.numbers());
            negative.put(number, -1.5);
            assertRefused(fitted, new FittedState(negative, state.tensors()), number);
        }
    }

    @Test
    void threadsMayShareAFittedDetector() {
        FittedLayers fitted = fit(300, 32);
        SequencedMap<String, Matrix> rows = layers(50, 32, 2);
        double[][] expected = fitted.score(rows);
        List<double[][]> results =
                IntStream.range(0, 32).parallel().mapToObj(i -> fitted.score(rows)).toList();
        assertThat(results).allSatisfy(scores -> assertThat(scores).isDeepEqualTo(expected));
    }

    @Test
    void moreRowsAfterAFitDoNotChangeWhatWasFitted() {
        JointFitter fitter = fitter();
        fitter.add(layers(100, 8, 1));
        addUntrusted(fitter, 8);
        FittedLayers first = fitter.fit();
        SequencedMap<String, Matrix> rows = layers(10, 8, 2);
        double[][] before = first.score(rows);
        fitter.add(moved(layers(100, 8, 3), 5));
        fitter.fit();
        assertThat(first.score(rows)).isDeepEqualTo(before);
    }

    @Test
    void samplesThatAreNotFiniteAreNotFittedAndHaveNoScore() {
        SequencedMap<String, Matrix> broken = layers(4, 2, 1);
        broken.put("b", Matrix.of(4, 2, new double[] {1, 2, 3, Double.NaN, 5, 6, 7, 8}));
        assertThatThrownBy(() -> fitter().add(broken))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("b: ")
                .hasMessageContaining("not finite");
        FittedLayers fitted = fit(80, 2);
        double infinity = Double.POSITIVE_INFINITY;
        Matrix rows =
                Matrix.of(4, 2, new double[] {Double.NaN, 1, 1, 1, 1, Double.NaN, infinity, 1});
        double[][] scores = fitted.score(new LinkedHashMap<>(Map.of("a", rows, "b", rows)));
        for (int layer = 0; layer < 2; layer++) {
            assertThat(Double.isFinite(scores[0][layer])).isFalse();
            assertThat(scores[1][layer]).isFinite();
            assertThat(Double.isFinite(scores[2][layer])).isFalse();
            assertThat(Double.isFinite(scores[3][layer])).isFalse();
        }
    }

    @Test
    void nothingToFitOnIsRefused() {
        assertThatThrownBy(() -> fitter().fit())
                .isInstanceOf(Problem.class)
                .hasMessageContaining("a: 0 trusted row(s)");
        assertThatThrownBy(
                        () -> {
                            JointFitter fitter = fitter();
                            fitter.add(layers(1, 4, 1));
                            addUntrusted(fitter, 4);
                            fitter.fit();
                        })
                .isInstanceOf(Problem.class)
                .hasMessageContaining("a: 1 trusted row(s)");
    }

    @Test
    void constantAndRepeatedFeaturesAreRefusedOrScored() {
        Matrix constant = filled(50, 4, 0.1f);
        JointFitter fitter = fitter();
        fitter.add(Map.of("a", constant, "b", constant));
        addUntrusted(fitter, 4);
        assertFiniteOrRefused(fitter, layers(20, 4, 2));

        // One feature twice, one constant, and every row three times.
        JointFitter doubled = fitter();
        SequencedMap<String, Matrix> rows = each(layers(60, 4, 1), RuleContractTest::degenerate);
        doubled.add(rows);
        doubled.add(rows);
        doubled.add(rows);
        if (Rules.named(name).offline()) {
            doubled.addUntrusted(each(layers(60, 4, 5), RuleContractTest::degenerate));
        }
        assertFiniteOrRefused(doubled, each(layers(20, 4, 2), RuleContractTest::degenerate));
    }

    @Test
    void untrustedRowsAreForOfflineRulesOnly() {
        boolean offline = Rules.named(name).offline();
        JointFitter fitter = fitter();
        fitter.add(layers(100, 8, 1));
        if (!offline) {
            assertThatThrownBy(() -> fitter.addUntrusted(layers(100, 8, 5)))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("trusted rows only");
            return;
        }
        assertThatThrownBy(fitter::fit)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("a: 0 untrusted row(s)");
        SequencedMap<String, Matrix> untrusted = moved(layers(90, 8, 6), 0.5);
        SequencedMap<String, Matrix> rows = layers(20, 8, 2);
        double[][] replaced = fit(100, 8).withUntrusted(untrusted).score(rows);
        JointFitter anew = fitter();
        anew.add(layers(100, 8, 1));
        anew.addUntrusted(untrusted);
        double[][] expected = anew.fit().score(rows);
        for (int row = 0; row < 20; row++) {
            for (int layer = 0; layer < 2; layer++) {
                assertThat(replaced[row][layer])
                        .isCloseTo(
                                expected[row][layer],
                                within(1e-6 * (1 + Math.abs(expected[row][layer]))));
            }
        }
    }

    @Test
    void rowsOfAnotherWidthAreRefused() {
        FittedLayers fitted = fit(60, 4);
        assertThatThrownBy(() -> fitted.score(layers(2, 5, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 features");
        JointFitter fitter = fitter();
        fitter.add(layers(20, 4, 1));
        assertThatThrownBy(() -> fitter.add(layers(20, 5, 1)))
                .isInstanceOf(RuntimeException.class)
                .hasMessageContaining("4")
                .hasMessageContaining("5");
    }

    @Test
    void everyOptionHasAStandardThatTheRuleTakes() {
        Rule rule = Rules.named(name);
        Map<String, String> standards = new HashMap<>();
        rule.options()
                .forEach(option -> {
                    assertThat(option.name()).matches("[a-z0-9]+(-[a-z0-9]+)*");
                    assertThat(option.meaning()).isNotBlank();
                    standards.put(option.name(), option.standard());
                });
        assertThat(Rules.detector(name, standards)).isEqualTo(Rules.detector(name, Map.of()));
        for (String option : standards.keySet()) {
            assertThatThrownBy(() -> Rules.detector(name, Map.of(option, "no such value")))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining(option);
        }
        assertThatThrownBy(() -> Rules.detector(name, Map.of("no-such-option", "1")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("no-such-option");
    }

    private JointFitter fitter() {
        return Rules.detector(name, Map.of()).fitter(List.of("a", "b"));
    }

    private FittedLayers fit(int rows, int features) {
        JointFitter fitter = fitter();
        int middle = rows / 3;
        SequencedMap<String, Matrix> trusted = layers(rows, features, 1);
        fitter.add(each(trusted, matrix -> matrix.slice(0, middle)));
        fitter.add(each(trusted, matrix -> matrix.slice(middle, rows)));
        addUntrusted(fitter, features);
        return fitter.fit();
    }

    /// Half like the trusted rows, half moved.
    private void addUntrusted(JointFitter fitter, int features) {
        if (Rules.named(name).offline()) {
            fitter.addUntrusted(layers(150, features, 7));
            fitter.addUntrusted(moved(layers(150, features, 8), 3));
        }
    }

    private void assertFiniteOrRefused(JointFitter fitter, Map<String, Matrix> rows) {
        FittedLayers fitted;
        try {
            fitted = fitter.fit();
        } catch (Problem e) {
            assertThat(e).hasMessageContaining("trusted row");
            return;
        }
        for (double[] sample : fitted.score(rows)) {
            for (double score : sample) {
                assertThat(score).isFinite();
            }
        }
    }

    private void assertRefused(FittedLayers fitted, FittedState last, String part) {
        SequencedMap<String, FittedState> states = new LinkedHashMap<>(fitted.states());
        states.put("b", last);
        assertThatThrownBy(() -> Rules.named(name).restore(states))
                .as(part)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer b")
                .hasMessageContaining(part);
    }

    private static void assertClose(double[] actual, double[] expected) {
        for (int layer = 0; layer < expected.length; layer++) {
            assertThat(actual[layer])
                    .isCloseTo(expected[layer], within(1e-9 * (1e-3 + Math.abs(expected[layer]))));
        }
    }

    /// Two layers of the same distribution, `a` and `b`.
    private static SequencedMap<String, Matrix> layers(int rows, int features, long seed) {
        SequencedMap<String, Matrix> layers = new LinkedHashMap<>();
        layers.put("a", TrustedRows.draw(rows, features, seed));
        layers.put("b", TrustedRows.draw(rows, features, seed + 1000));
        return layers;
    }

    private static SequencedMap<String, Matrix> moved(Map<String, Matrix> layers, double by) {
        return each(
                layers,
                matrix -> {
                    double[] values = matrix.toArray();
                    for (int i = 0; i < values.length; i++) {
                        values[i] += by;
                    }
                    return Matrix.wrap(matrix.rows(), matrix.columns(), values);
                });
    }

    private static SequencedMap<String, Matrix> each(
            Map<String, Matrix> layers, java.util.function.UnaryOperator<Matrix> change) {
        SequencedMap<String, Matrix> changed = new LinkedHashMap<>();
        layers.forEach((layer, matrix) -> changed.put(layer, change.apply(matrix)));
        return changed;
    }

    private static Matrix degenerate(Matrix rows) {
        double[] values = rows.toArray();
        for (int row = 0; row < rows.rows(); row++) {
            values[row * rows.columns() + 1] = values[row * rows.columns()];
            values[row * rows.columns() + 2] = 0.3f;
        }
        return Matrix.wrap(rows.rows(), rows.columns(), values);
    }

    private static Matrix filled(int rows, int columns, double value) {
        double[] values = new double[rows * columns];
        java.util.Arrays.fill(values, value);
        return Matrix.wrap(rows, columns, values);
    }

    private static Matrix pick(Matrix rows, int[] order) {
        return Matrix.ofRows(IntStream.of(order).mapToObj(rows::row).toArray(double[][]::new));
    }
}
