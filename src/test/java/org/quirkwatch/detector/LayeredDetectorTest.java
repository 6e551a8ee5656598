package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

class LayeredDetectorTest {

    private static final Detector RULE = new Mahalanobis(OptionalDouble.empty());

    @Test
    void layersAreScoredInOrderAndAveraged() {
        LayeredDetector detector = fit(Aggregation.MEAN);
        Map<String, Matrix> batch = batch(10, 5);
        Scores scores = detector.score(batch);
        double[][] expected = detector.layers().score(batch);
        for (int row = 0; row < 10; row++) {
            assertThat(scores.perLayer()[row]).containsExactly(expected[row]);
            assertThat(scores.aggregated()[row])
                    .isCloseTo((expected[row][0] + expected[row][1]) / 2, within(1e-12));
        }
    }

    @Test
    void theStandardisedMeanRanksAsTheMeanOfStandardisedScoresDoes() {
        LayeredDetector detector = fit(Aggregation.STANDARDISED_MEAN);
        Scores scores = detector.score(batch(50, 5));
        double[] means = detector.scale().means();
        double[] deviations = detector.scale().deviations();
        double weights = 1 / deviations[0] + 1 / deviations[1];
        double centre = (means[0] / deviations[0] + means[1] / deviations[1]) / weights;
        for (int row = 0; row < 50; row++) {
            double[] layers = scores.perLayer()[row];
            double standardised =
                    ((layers[0] - means[0]) / deviations[0]
                                    + (layers[1] - means[1]) / deviations[1])
                            / 2;
            assertThat(scores.aggregated()[row])
                    .isCloseTo(centre + 2 / weights * standardised, within(1e-9))
                    // A weighted mean of the layers, so never out of their range.
                    .isBetween(
                            Math.min(layers[0], layers[1]) - 1e-9,
                            Math.max(layers[0], layers[1]) + 1e-9);
        }
    }

    @Test
    void theStandardisedMaximumIsThatOfTheLayerThatDeviatesMost() {
        LayeredDetector mean = fit(Aggregation.MEAN);
        LayerScale scale = mean.scale();
        LayeredDetector max =
                new LayeredDetector(mean.layers(), Aggregation.STANDARDISED_MAX, scale);
        double[] means = scale.means();
        double[] deviations = scale.deviations();
        double[] aggregated = max.score(batch(50, 6)).aggregated();
        double[][] layers = max.score(batch(50, 6)).perLayer();
        Integer[] byScore = order(aggregated);
        double[] largest = new double[50];
        for (int row = 0; row < 50; row++) {
            largest[row] =
                    Math.max(
                            (layers[row][0] - means[0]) / deviations[0],
                            (layers[row][1] - means[1]) / deviations[1]);
        }
        assertThat(byScore).containsExactly(order(largest));
    }

    @Test
    void theScaleComesFromTheHeldOutRows() {
        LayeredDetector detector = fit(Aggregation.STANDARDISED_MEAN);
        double[][] scores = detector.score(heldOut()).perLayer();
        double mean = 0;
        for (double[] row : scores) {
            mean += row[1] / scores.length;
        }
        assertThat(detector.scale().means()[1]).isCloseTo(mean, within(1e-12));
    }

    @Test
    void aLayerThatCannotBeFittedIsNamed() {
        LayeredFitter fitter = new LayeredFitter(RULE, List.of("a", "b"));
        Map<String, Matrix> rows =
                Map.of("a", TrustedRows.draw(50, 4, 1), "b", Matrix.wrap(50, 4, new double[200]));
        fitter.add(rows);
        assertThatThrownBy(() -> fitter.addHeldOut(rows))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("b: the features are the same in all 50 trusted rows");
    }

    @Test
    void fittingAfterScoringIsRefused() {
        LayeredFitter fitter = new LayeredFitter(RULE, List.of("a", "b"));
        fitter.add(batch(50, 1));
        fitter.addHeldOut(batch(5, 2));
        assertThatThrownBy(() -> fitter.add(batch(5, 3))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aMissingLayerIsNamed() {
        assertThatThrownBy(
                        () -> fit(Aggregation.MEAN).score(Map.of("a", TrustedRows.draw(1, 4, 1))))
                .hasMessageContaining("layer b is missing");
    }

    @Test
    void anUnknownAggregationIsRefusedWithThoseThatThereAre() {
        for (Aggregation aggregation : Aggregation.values()) {
            assertThat(Aggregation.parse(aggregation.text())).isEqualTo(aggregation);
        }
        assertThatThrownBy(() -> Aggregation.parse("median"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("standardised-mean")
                .hasMessageContaining("\"median\"");
    }

    private static LayeredDetector fit(Aggregation aggregation) {
        LayeredFitter fitter = new LayeredFitter(RULE, List.of("a", "b"));
        fitter.add(batch(200, 1));
        fitter.add(batch(100, 2));
        fitter.addHeldOut(heldOut());
        return fitter.fit(aggregation);
    }

    private static Map<String, Matrix> heldOut() {
        return batch(40, 3);
    }

    private static Map<String, Matrix> batch(int rows, long seed) {
        return Map.of("a", TrustedRows.draw(rows, 4, seed), "b", TrustedRows.draw(rows, 9, seed));
    }

    private static Integer[] order(double[] values) {
        return java.util.stream.IntStream.range(0, values.length)
                .boxed()
                .sorted(java.util.Comparator.comparingDouble(i -> values[i]))
                .toArray(Integer[]::new);
    }
}
