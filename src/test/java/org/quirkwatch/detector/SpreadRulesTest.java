package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.linalg.Matrix;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The rules that rest on means and covariances against `spread_rules_golden.py`.
class SpreadRulesTest {

    @ParameterizedTest
    @MethodSource("cases")
    void scoresAreThoseOfNumpyScipyAndScikitLearn(JsonNode golden) {
        String rule = golden.get("rule").asString();
        double[][] scores =
                fit(rule, golden.get("settings"), List.of(golden)).score(tests(List.of(golden)));
        for (int row = 0; row < scores.length; row++) {
            assertThat(scores[row]).hasSize(1);
            assertAgrees(scores[row][0], golden.get("scores").get(row).asDouble());
        }
        assertThat(scores).hasDimensions(golden.get("scores").size(), 1);
    }

    @ParameterizedTest
    @MethodSource("mixtures")
    void aMixtureOverTwoLayersIsThatOfScipy(JsonNode golden) {
        List<JsonNode> layers = new ArrayList<>();
        golden.get("layers").forEach(layers::add);
        double[][] scores =
                fit("gaussian-mixture", golden.get("settings"), layers).score(tests(layers));
        assertThat(scores).hasDimensions(golden.get("scores").size(), 2);
        for (int row = 0; row < scores.length; row++) {
            for (int layer = 0; layer < 2; layer++) {
                assertAgrees(
                        scores[row][layer], golden.get("scores").get(row).get(layer).asDouble());
            }
        }
    }

    private static void assertAgrees(double actual, double expected) {
        assertThat(actual).isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
    }

    private static FittedLayers fit(String rule, JsonNode settings, List<JsonNode> layers) {
        Map<String, String> set = new HashMap<>();
        settings.properties()
                .forEach(entry -> set.put(entry.getKey(), entry.getValue().asString()));
        SequencedMap<String, Matrix> trusted = matrices(layers, "trusted");
        JointFitter fitter = Rules.detector(rule, set).fitter(List.copyOf(trusted.keySet()));
        fitter.add(trusted);
        if (Rules.named(rule).offline()) {
            fitter.addUntrusted(matrices(layers, "untrusted"));
        }
        return fitter.fit();
    }

    private static SequencedMap<String, Matrix> tests(List<JsonNode> layers) {
        return matrices(layers, "test");
    }

    private static SequencedMap<String, Matrix> matrices(List<JsonNode> layers, String name) {
        SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
        for (JsonNode layer : layers) {
            List<double[]> rows = new ArrayList<>();
            for (JsonNode row : layer.get(name)) {
                rows.add(
                        StreamSupport.stream(row.spliterator(), false)
                                .mapToDouble(JsonNode::asDouble)
                                .toArray());
            }
            matrices.put("layer" + matrices.size(), Matrix.ofRows(rows.toArray(double[][]::new)));
        }
        return matrices;
    }

    static Stream<JsonNode> cases() throws IOException {
        return golden("cases");
    }

    static Stream<JsonNode> mixtures() throws IOException {
        return golden("mixtures");
    }

    private static Stream<JsonNode> golden(String name) throws IOException {
        try (InputStream in =
                SpreadRulesTest.class.getResourceAsStream("/golden/spread-rules.json")) {
            return StreamSupport.stream(
                    JsonMapper.shared().readTree(in).get(name).spliterator(), false);
        }
    }
}
