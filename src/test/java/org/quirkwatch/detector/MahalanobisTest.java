package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.Svd;
import org.quirkwatch.problem.Problem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MahalanobisTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void scoresAreThoseOfScikitLearnAndNumpy(JsonNode golden) {
        Fitter fitter = new Mahalanobis(OptionalDouble.of(golden.get("rcond").asDouble())).fitter();
        fitter.add(matrix(golden.get("trusted")));
        FittedDetector fitted = fitter.fit();
        double[] expected = matrix(golden.get("scores")).row(0);
        double[] scores = fitted.score(matrix(golden.get("test")));
        assertThat(fitted.state().number("rank")).isEqualTo(golden.get("rank").asDouble());
        assertThat(scores).hasSameSizeAs(expected);
        for (int i = 0; i < scores.length; i++) {
            assertThat(scores[i]).isCloseTo(expected[i], within(1e-7 * expected[i]));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-5, 1e-3, 1e-1})
    void theDecompositionGivesWhatThePseudoInverseGives(double rcond) {
        Matrix trusted = TrustedRows.draw(200, 20, 1);
        Matrix rows = TrustedRows.draw(30, 20, 2);
        Fitter fitter = new Mahalanobis(OptionalDouble.of(rcond)).fitter();
        fitter.add(trusted);
        double[] scores = fitter.fit().score(rows);

        double[] mean = mean(trusted);
        // Of a symmetric matrix without negative eigenvalues they are the singular values.
        Svd eigen = LinearAlgebra.svd(covariance(trusted, mean));
        for (int row = 0; row < rows.rows(); row++) {
            double expected = 0;
            for (int i = 0; i < 20; i++) {
                double projection = 0;
                for (int j = 0; j < 20; j++) {
                    projection += (rows.get(row, j) - mean[j]) * eigen.vectors().get(j, i);
                }
                if (eigen.values()[i] > rcond * eigen.values()[0]) {
                    expected += projection * projection / eigen.values()[i] / 20;
                }
            }
            assertThat(scores[row]).isCloseTo(expected, within(1e-8 * expected));
        }
    }

    @Test
    void freshTrustedRowsScoreNearTheShareOfDirectionsKept() {
        Fitter fitter = new Mahalanobis(OptionalDouble.empty()).fitter();
        fitter.add(TrustedRows.draw(4000, 20, 1));
        FittedDetector fitted = fitter.fit();
        double[] scores = fitted.score(TrustedRows.draw(4000, 20, 2));
        double rank = fitted.state().number("rank");
        assertThat(Arrays.stream(scores).average().orElseThrow())
                .isCloseTo(rank / 20, within(0.02));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-9, 1, 2, Double.NaN})
    void aCutOffOutsideItsRangeIsRefused(double rcond) {
        assertThatThrownBy(() -> Rules.detector("mahalanobis", Map.of("rcond", "" + rcond)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("rcond of the rule mahalanobis must be")
                .hasMessageContaining("" + rcond);
    }

    @Test
    void anUnknownRuleIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> Rules.named("nearest"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("\"nearest\"")
                .hasMessageContaining("mahalanobis");
    }

    @Test
    void aStateWithAVarianceOfZeroIsRefused() {
        Fitter fitter = new Mahalanobis(OptionalDouble.of(0)).fitter();
        fitter.add(TrustedRows.draw(60, 4, 1));
        FittedState state = fitter.fit().state();
        var tensors = new java.util.HashMap<>(state.tensors());
        tensors.put("variances", Matrix.of(1, 4, new double[] {1, 1, 1, 0}));
        FittedState zero = new FittedState(state.numbers(), tensors);
        assertThatThrownBy(() -> FittedMahalanobis.of(zero))
                .hasMessageContaining("variances must be positive, value 3 is 0.0");
    }

    @ParameterizedTest
    @CsvSource({"relative, 0, relative, precisions", "standard, 0.2, shrinkage, rest_variance"})
    void whatAnOptionAddsToTheStateComesWholeOrNotAtAll(
            String variant, String shrinkage, String one, String other) {
        Map<String, String> set = Map.of("variant", variant, "shrinkage", shrinkage);
        JointFitter fitter = Rules.detector("mahalanobis", set).fitter(java.util.List.of("a"));
        fitter.add(Map.of("a", TrustedRows.draw(10, 14, 1)));
        FittedLayers fitted = fitter.fit();
        Map<String, Matrix> rows = Map.of("a", TrustedRows.draw(5, 14, 2));
        FittedLayers restored = Rules.named("mahalanobis").restore(fitted.states());
        assertThat(restored.score(rows)).isDeepEqualTo(fitted.score(rows));
        FittedState state = fitted.states().firstEntry().getValue();
        for (String part : java.util.List.of(one, other)) {
            Map<String, Double> numbers = new java.util.HashMap<>(state.numbers());
            Map<String, Matrix> tensors = new java.util.HashMap<>(state.tensors());
            numbers.remove(part);
            tensors.remove(part);
            FittedState fewer = new FittedState(numbers, tensors);
            assertThatThrownBy(() -> FittedMahalanobis.of(fewer)).hasMessageContaining(part);
        }
    }

    @Test
    void aShrunkCovarianceSeesWhatLiesOutsideTheTrustedRows() {
        // Two rows span one direction; the row to score deviates along the other.
        Matrix trusted = Matrix.ofRows(new double[][] {{-1, 0}, {1, 0}});
        Matrix row = Matrix.ofRows(new double[][] {{0, 3}});
        Fitter standard = new Mahalanobis(OptionalDouble.of(0)).fitter();
        standard.add(trusted);
        assertThat(standard.fit().score(row)).containsExactly(0);
        Fitter shrunk = new Mahalanobis(OptionalDouble.empty(), false, 0.5).fitter();
        shrunk.add(trusted);
        // The variances are 2 and 0: what lies outside has 0.5 · 2/2.
        assertThat(shrunk.fit().score(row)[0]).isCloseTo(9 / 0.5 / 2, within(1e-12));
    }

    static Stream<JsonNode> goldens() throws IOException {
        try (InputStream in =
                MahalanobisTest.class.getResourceAsStream("/golden/mahalanobis.json")) {
            JsonNode root = JsonMapper.shared().readTree(in);
            return StreamSupport.stream(root.get("cases").spliterator(), false);
        }
    }

    private static double[] mean(Matrix rows) {
        double[] mean = new double[rows.columns()];
        for (int column = 0; column < mean.length; column++) {
            mean[column] = Arrays.stream(rows.column(column)).average().orElseThrow();
        }
        return mean;
    }

    /// `[d, d]`
    private static Matrix covariance(Matrix rows, double[] mean) {
        int d = rows.columns();
        double[] sums = new double[d * d];
        for (int row = 0; row < rows.rows(); row++) {
            for (int i = 0; i < d * d; i++) {
                sums[i] +=
                        (rows.get(row, i / d) - mean[i / d]) * (rows.get(row, i % d) - mean[i % d]);
            }
        }
        double degrees = rows.rows() - 1.0;
        return Matrix.wrap(d, d, Arrays.stream(sums).map(sum -> sum / degrees).toArray());
    }

    private static Matrix matrix(JsonNode rows) {
        int columns = rows.get(0).isArray() ? rows.get(0).size() : rows.size();
        double[] values =
                StreamSupport.stream(rows.spliterator(), false)
                        .flatMap(row ->
                                row.isArray()
                                        ? StreamSupport.stream(row.spliterator(), false)
                                        : Stream.of(row))
                        .mapToDouble(JsonNode::asDouble)
                        .toArray();
        return Matrix.wrap(values.length / columns, columns, values);
    }
}
