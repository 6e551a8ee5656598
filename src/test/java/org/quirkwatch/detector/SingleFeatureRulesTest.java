package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// Rules that look at features one by one, on latents of which some are dead: the third feature is
/// 0 in every trusted row.
class SingleFeatureRulesTest {

    private static final Matrix TRUSTED =
            Matrix.ofRows(new double[][] {{1, 0, 0}, {3, 0, 0}, {1, 2, 0}, {3, 2, 0}});

    @Test
    void aDeadFeatureIsScaledByAShareOfTheOthers() {
        // Means 2, 1, 0 and deviations 1, 1, 0: the floor is 0.1.
        double[] scores =
                score("diagonal", Map.of("floor", "0.1"), new double[][] {{3, 1, 0}, {2, 1, 1}});
        assertThat(scores).containsExactly(new double[] {1 / 3.0, 100 / 3.0}, within(1e-12));
    }

    @Test
    void theOriginalFloorMakesADeadFeatureAllThatCounts() {
        double[] scores =
                score(
                        "diagonal",
                        Map.of("floor", "original"),
                        new double[][] {{3, 1, 0}, {2, 1, 1}});
        assertThat(scores[0]).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(scores[1]).isCloseTo(1e16 / 3, within(1e6));
    }

    @Test
    void aVarianceFarFromZeroIsNotLostByCancellation() {
        Matrix far = Matrix.ofRows(new double[][] {{1e9 + 1}, {1e9 + 3}, {1e9 + 1}, {1e9 + 3}});
        JointFitter fitter = Rules.detector("diagonal", Map.of()).fitter(List.of("a"));
        fitter.add(Map.of("a", far));
        double[][] scores =
                fitter.fit().score(Map.of("a", Matrix.ofRows(new double[][] {{1e9 + 4}})));
        assertThat(scores[0][0]).isCloseTo(4, within(1e-6));
    }

    @Test
    void newFeaturesAreCounted() {
        double[] scores =
                score(
                        "l0",
                        Map.of(),
                        new double[][] {{5, 5, 0}, {0, 0, 1}, {0, 0, -1e-300}, {Double.NaN, 0, 0}});
        assertThat(scores).containsExactly(0, 1, 1, Double.NaN);
    }

    @Test
    void aRowThatIsLessLikelyUnderTheLaplaceDensityScoresHigher() {
        double[] scores = score("laplace", Map.of(), new double[][] {{0, 0, 0}, {1, -2, 0.5}});
        assertThat(scores)
                .containsExactly(
                        new double[] {3 * Math.log(2), 3 * Math.log(2) + 3.5}, within(1e-12));
    }

    @Test
    void theFittedLaplaceDensityHasMedianAndMeanDistance() {
        // Medians 2, 1, 0 and mean distances 1, 1 and the floor of 0.01.
        double[] scores =
                score("laplace", Map.of("prior", "fitted"), new double[][] {{4, 1, 0.01}});
        assertThat(scores[0]).isCloseTo(2 * Math.log(2) + Math.log(0.02) + 3, within(1e-12));
    }

    @Test
    void rowsWithoutAnyFeatureThatVariesAreRefused() {
        JointFitter fitter = Rules.detector("diagonal", Map.of()).fitter(List.of("a"));
        fitter.add(Map.of("a", Matrix.wrap(5, 2, new double[10])));
        assertThatThrownBy(fitter::fit)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the same in all 5 trusted rows");
    }

    private static double[] score(String rule, Map<String, String> set, double[][] rows) {
        JointFitter fitter = Rules.detector(rule, set).fitter(List.of("a"));
        fitter.add(Map.of("a", TRUSTED));
        double[][] scores = fitter.fit().score(Map.of("a", Matrix.ofRows(rows)));
        double[] column = new double[scores.length];
        for (int row = 0; row < scores.length; row++) {
            column[row] = scores[row][0];
        }
        return column;
    }
}
