package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

class GaussianMixtureTest {

    private static final Map<String, Matrix> TRUSTED = layers(300, 1, 0);

    @Test
    void rowsOfTheOtherDistributionAreLikelierUnderIt() {
        FittedLayers fitted = fit(Map.of(), mixed(200, 2));
        double[][] trusted = fitted.score(layers(50, 4, 0));
        double[][] others = fitted.score(layers(50, 5, 2));
        for (int row = 0; row < 50; row++) {
            assertThat(trusted[row][0]).isNegative();
            assertThat(others[row][0]).isPositive();
        }
    }

    @Test
    void theOtherDistributionIsThatOfTheOthersAndNotOfAllUntrustedRows() {
        // Half of the untrusted rows are moved by 2 along each of 6 features.
        JointFitter ratio = Rules.detector("likelihood-ratio", Map.of()).fitter(List.of("a", "b"));
        ratio.add(TRUSTED);
        ratio.addUntrusted(mixed(200, 2));
        assertThat(shift(ratio.fit())).isCloseTo(Math.sqrt(6), within(0.1));
        assertThat(shift(fit(Map.of(), mixed(200, 2)))).isCloseTo(2 * Math.sqrt(6), within(0.1));
    }

    /// How far the mean of the other distribution is from the trusted one in the first layer.
    private static double shift(FittedLayers fitted) {
        FittedState state = fitted.states().firstEntry().getValue();
        return Math.sqrt(Whitening.squaredLengths(state.tensor("untrusted_mean", 1, 6))[0]);
    }

    @Test
    void moreUntrustedRowsThanAreKeptAreSampledAlikeInEveryLayer() {
        Map<String, String> set = Map.of("max-rows", "50");
        FittedLayers fitted = fit(set, mixed(200, 2));
        assertThat(fitted.states().firstEntry().getValue().number("n_untrusted")).isEqualTo(50);
        assertThat(fit(set, mixed(200, 2)).states()).isEqualTo(fitted.states());
        assertThat(fit(Map.of("max-rows", "50", "seed", "1"), mixed(200, 2)).states())
                .isNotEqualTo(fitted.states());
        // The same rows as both layers: then the responsibilities are those of each.
        Matrix rows = EachLayer.get(mixed(200, 2), "a");
        SequencedMap<String, Matrix> twice = new LinkedHashMap<>(Map.of("a", rows, "b", rows));
        JointFitter fitter = Rules.detector("gaussian-mixture", set).fitter(List.of("a", "b"));
        Matrix trusted = EachLayer.get(TRUSTED, "a");
        fitter.add(Map.of("a", trusted, "b", trusted));
        fitter.addUntrusted(twice);
        FittedLayers same = fitter.fit();
        assertThat(same.states().get("a")).isEqualTo(same.states().get("b"));
    }

    @Test
    void untrustedRowsThatAreAllTrustedLeaveAScore() {
        FittedLayers fitted = fit(Map.of("prior", "0.999999"), layers(300, 7, 0));
        for (double[] scores : fitted.score(layers(20, 8, 0))) {
            assertThat(scores[0]).isFinite();
        }
    }

    @Test
    void layersOfDifferentOptionsAreRefused() {
        FittedLayers fitted = fit(Map.of(), mixed(100, 2));
        SequencedMap<String, FittedState> states = new LinkedHashMap<>(fitted.states());
        FittedState last = states.lastEntry().getValue();
        Map<String, Double> numbers = new HashMap<>(last.numbers());
        numbers.put("iterations", 7.0);
        states.put("b", new FittedState(numbers, last.tensors()));
        assertThatThrownBy(() -> Rules.named("gaussian-mixture").restore(states))
                .hasMessageContaining("layer b")
                .hasMessageContaining("iterations=7");
    }

    @Test
    void untrustedRowsOfAnotherWidthAreRefused() {
        JointFitter fitter = Rules.detector("gaussian-mixture", Map.of()).fitter(List.of("a"));
        fitter.add(Map.of("a", TrustedRows.draw(50, 4, 1)));
        fitter.addUntrusted(Map.of("a", TrustedRows.draw(50, 5, 1)));
        assertThatThrownBy(fitter::fit)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("a: the untrusted rows have 5 features, the trusted rows 4");
    }

    @Test
    void aToleranceEndsTheIterationsEarlyNearTheSameResult() {
        double[][] all = fit(Map.of(), mixed(200, 2)).score(layers(20, 4, 0));
        double[][] early = fit(Map.of("tolerance", "1e-9"), mixed(200, 2)).score(layers(20, 4, 0));
        for (int row = 0; row < all.length; row++) {
            assertThat(early[row][0]).isCloseTo(all[row][0], within(1e-4 * Math.abs(all[row][0])));
        }
    }

    /// Half trusted rows, half moved.
    private static Map<String, Matrix> mixed(int half, long seed) {
        Map<String, Matrix> usual = layers(half, seed, 0);
        Map<String, Matrix> moved = layers(half, seed + 1, 2);
        Map<String, Matrix> both = new LinkedHashMap<>();
        usual.forEach((layer, rows) -> {
            double[] values = java.util.Arrays.copyOf(rows.toArray(), 2 * half * 6);
            System.arraycopy(EachLayer.get(moved, layer).toArray(), 0, values, half * 6, half * 6);
            both.put(layer, Matrix.wrap(2 * half, 6, values));
        });
        return both;
    }

    private static Map<String, Matrix> layers(int rows, long seed, double by) {
        Map<String, Matrix> layers = new LinkedHashMap<>();
        for (String layer : List.of("a", "b")) {
            double[] values =
                    TrustedRows.draw(rows, 6, 0.1, seed + (layer.equals("a") ? 0 : 100)).toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += by;
            }
            layers.put(layer, Matrix.wrap(rows, 6, values));
        }
        return layers;
    }

    private static FittedLayers fit(Map<String, String> set, Map<String, Matrix> untrusted) {
        JointFitter fitter = Rules.detector("gaussian-mixture", set).fitter(List.of("a", "b"));
        fitter.add(TRUSTED);
        fitter.addUntrusted(untrusted);
        return fitter.fit();
    }
}
