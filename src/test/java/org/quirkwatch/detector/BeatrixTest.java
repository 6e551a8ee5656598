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
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import tools.jackson.databind.JsonNode;

class BeatrixTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void scoresAreThoseOfNumpyWithAllFourPowers(JsonNode golden) {
        Map<String, String> options =
                Map.of(
                        "components", golden.get("components").asString(),
                        "multiplier", golden.get("multiplier").asString());
        FittedLayers fitted = fit(options, GoldenCases.matrix(golden.get("trusted")));
        double[] expected = GoldenCases.matrix(golden.get("scores")).row(0);
        double[] scores = score(fitted, GoldenCases.matrix(golden.get("test")));
        assertThat(scores).hasSameSizeAs(expected);
        for (int i = 0; i < scores.length; i++) {
            assertThat(scores[i]).isCloseTo(expected[i], within(1e-8 * (1e-3 + expected[i])));
        }
    }

    @Test
    void rowsWithinAllRangesScoreNothing() {
        FittedLayers fitted = fit(Map.of("multiplier", "1000"), TrustedRows.draw(100, 6, 1));
        assertThat(score(fitted, TrustedRows.draw(50, 6, 2))).containsOnly(0);
    }

    @Test
    void oneFeatureIsWorkedOutByHand() {
        // The squares are 1, 4, 9, 16, 25: median 9, deviations 8, 5, 0, 7, 16, of which 7.
        Matrix trusted = Matrix.of(5, 1, new double[] {1, -2, 3, -4, 5});
        FittedLayers fitted = fit(Map.of("multiplier", "1"), trusted);
        double epsilon = Math.pow(2, -14);
        assertThat(score(fitted, Matrix.of(3, 1, new double[] {6, 1, 2})))
                .containsExactly(
                        new double[] {20 / (16 + epsilon), 1 / (2 + epsilon), 0}, within(1e-12));
    }

    @Test
    void wideRowsAreReducedToWhatVaries() {
        double[] values = TrustedRows.draw(60, 80, 1).toArray();
        // Two features vary, the rest stand still.
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 80 < 2 ? values[i] : 0.5;
        }
        FittedState state =
                fit(Map.of(), Matrix.wrap(60, 80, values)).states().firstEntry().getValue();
        assertThat(state.number("components")).isEqualTo(2);
        FittedState wide =
                fit(Map.of(), TrustedRows.draw(60, 80, 1)).states().firstEntry().getValue();
        assertThat(wide.number("components")).isEqualTo(32);
    }

    @Test
    void aStateWithANegativeDeviationIsRefused() {
        FittedState state =
                fit(Map.of(), TrustedRows.draw(30, 2, 1)).states().firstEntry().getValue();
        Map<String, Matrix> tensors = new HashMap<>(state.tensors());
        tensors.put("deviations", Matrix.of(2, 3, new double[] {1, 1, 1, 1, -1, 1}));
        assertThatThrownBy(() ->
                        Beatrix.RULE.fitted().apply(new FittedState(state.numbers(), tensors)))
                .hasMessageContaining("deviations must be 0 or more, value 4 is -1.0");
    }

    static Stream<JsonNode> goldens() {
        return GoldenCases.of("beatrix");
    }

    private static FittedLayers fit(Map<String, String> options, Matrix trusted) {
        JointFitter fitter = Rules.detector("beatrix", options).fitter(List.of("a"));
        fitter.add(Map.of("a", trusted));
        return fitter.fit();
    }

    private static double[] score(FittedLayers fitted, Matrix rows) {
        return Arrays.stream(fitted.score(Map.of("a", rows)))
                .mapToDouble(each -> each[0])
                .toArray();
    }
}
