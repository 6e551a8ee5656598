package org.quirkwatch.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.linalg.Matrix;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The metrics against `metrics_golden.py`, by hand, and as properties.
class MetricsTest {

    private static final Offset<Double> EXACT = within(1e-12);

    @ParameterizedTest
    @MethodSource("cases")
    void rankingsAreThoseOfScikitLearn(JsonNode golden) {
        Ranking ranking = ranking(golden);
        assertThat(ranking.auroc()).isCloseTo(golden.get("auroc").asDouble(), EXACT);
        assertThat(ranking.averagePrecision()).isCloseTo(golden.get("ap").asDouble(), EXACT);
        assertThat(ranking.filterRemainder()).isCloseTo(golden.get("remainder").asDouble(), EXACT);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theCurveGoesThroughThePointsOfScikitLearnAndEnclosesTheAuroc(JsonNode golden) {
        List<double[]> curve = ranking(golden).roc();
        double[][] points = {
            numbers(golden.get("roc_points").get(0)), numbers(golden.get("roc_points").get(1)),
        };
        assertThat(curve.getFirst()).containsExactly(0, 0);
        assertThat(curve.getLast()).containsExactly(1, 1);
        double area = 0;
        for (int i = 1; i < curve.size(); i++) {
            double[] to = curve.get(i);
            double[] from = curve.get(i - 1);
            area += (to[0] - from[0]) * (to[1] + from[1]) / 2;
            assertThat(IntStream.range(0, points[0].length))
                    .anyMatch(at ->
                            Math.abs(points[0][at] - to[0]) < 1e-12
                                    && Math.abs(points[1][at] - to[1]) < 1e-12);
        }
        assertThat(area).isCloseTo(golden.get("roc_area").asDouble(), EXACT);
        assertThat(area).isCloseTo(golden.get("auroc").asDouble(), EXACT);
    }

    @Test
    void tiesCountOneHalfAndOrderCounts() {
        assertThat(Ranking.of(new double[] {1, 2}, new double[] {2, 3}).auroc()).isEqualTo(0.875);
        assertThat(Ranking.of(new double[] {0.0}, new double[] {-0.0}).auroc()).isEqualTo(0.5);
        assertThat(Ranking.of(new double[] {1, 2}, new double[] {3}).auroc()).isEqualTo(1);
        assertThat(Ranking.of(new double[] {3}, new double[] {1, 2}).auroc()).isZero();
        assertThat(Ranking.of(new double[] {1, 2, 5, 7}, new double[] {5, 9}).filterRemainder())
                .isEqualTo(0.5);
    }

    @Test
    void scoresThatAreNoNumbersAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ranking.of(new double[] {Double.NaN}, new double[] {1}));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ranking.of(new double[] {1}, new double[0]));
    }

    @Test
    void intervalsHoldTheAurocAboutAsOftenAsTheySay() {
        // Two normal laws a standard deviation apart: Φ(1/√2).
        double truth = 0.7602499389065233;
        int held = 0;
        int runs = 200;
        for (int run = 0; run < runs; run++) {
            Random random = new Random(run);
            double[] normal = random.doubles(80).map(u -> random.nextGaussian()).toArray();
            double[] anomalous = random.doubles(80).map(u -> random.nextGaussian() + 1).toArray();
            Interval interval =
                    Ranking.of(normal, anomalous)
                            .bootstrap(new SplittableRandom(run), 300, 0.95)
                            .auroc();
            held += interval.contains(truth) ? 1 : 0;
        }
        // 190 are expected, with a standard deviation of 3; percentiles are a little narrow.
        assertThat(held).isBetween(176, 199);
    }

    @Test
    void intervalsAreTheSameForASeed() {
        Ranking ranking = Ranking.of(new double[] {1, 2, 3, 6}, new double[] {2, 4, 5, 7});
        Ranking.Intervals once = ranking.bootstrap(new SplittableRandom(3), 1000, 0.95);
        assertThat(ranking.bootstrap(new SplittableRandom(3), 1000, 0.95)).isEqualTo(once);
        assertThat(ranking.bootstrap(new SplittableRandom(4), 1000, 0.95)).isNotEqualTo(once);
        assertThat(once.auroc().contains(ranking.auroc())).isTrue();
        assertThat(once.averagePrecision().contains(ranking.averagePrecision())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("bands")
    void bandsAreThoseOfScipy(JsonNode golden) {
        int n = golden.get("n").asInt();
        double alpha = golden.get("alpha").asDouble();
        double confidence = golden.get("confidence").asDouble();
        assertThat(CountLaw.binomial(n, alpha).central(confidence))
                .isEqualTo(band(golden.get("binomial"), n));
        assertThat(CountLaw.flagged(n, golden.get("m").asInt(), alpha).central(confidence))
                .isEqualTo(band(golden.get("flagged"), n));
    }

    @Test
    void countsOfFlagsFollowTheLawThatIsSaidOfThem() {
        CountLaw law = CountLaw.flagged(50, 60, 0.1);
        int[] outside = {0};
        int runs = 4000;
        Random random = new Random(5);
        for (int run = 0; run < runs; run++) {
            Calibration calibration = new Calibration(random.doubles(60).toArray());
            long flagged = random.doubles(50).filter(s -> calibration.pValue(s) < 0.1).count();
            outside[0] += flagged > law.quantile(0.95) ? 1 : 0;
        }
        double above = 1.0 * outside[0] / runs;
        // At most 5 % lie above the 95 % quantile; the next smaller count leaves more.
        assertThat(above).isLessThan(0.06).isGreaterThan(0.02);
    }

    @ParameterizedTest
    @MethodSource("uniformities")
    void distancesFromTheUniformLawAreThoseOfScipy(JsonNode golden) {
        Uniformity uniformity = Uniformity.of(numbers(golden.get("p")));
        assertThat(uniformity.distance()).isCloseTo(golden.get("distance").asDouble(), EXACT);
        assertThat(uniformity.excess()).isCloseTo(golden.get("excess").asDouble(), EXACT);
    }

    @Test
    void separationIsTheSquaredDistanceOfTheMeansOverTheTotalVariance() {
        Matrix normal = Matrix.of(2, 2, new double[] {0, 0, 2, 0});
        Matrix anomalous = Matrix.of(2, 2, new double[] {0, 4, 2, 4});
        // Variances of all four rows: 4/3 and 16/3; the means are (1, 0) and (1, 4).
        assertThat(Separation.of(normal, anomalous)).isCloseTo(16 / (20.0 / 3), EXACT);
        assertThat(Separation.overLayers(List.of(4.0, 9.0, Double.NaN))).isCloseTo(6, EXACT);
        assertThat(Separation.overLayers(List.of(1e9))).isCloseTo(1e4, within(1e-6));
        assertThat(Separation.of(normal.slice(0, 1), normal.slice(0, 1))).isNaN();
    }

    private static Stream<JsonNode> cases() throws IOException {
        return golden("cases");
    }

    private static Stream<JsonNode> bands() throws IOException {
        return golden("bands");
    }

    private static Stream<JsonNode> uniformities() throws IOException {
        return golden("uniformities");
    }

    private static Stream<JsonNode> golden(String list) throws IOException {
        try (InputStream in = MetricsTest.class.getResourceAsStream("/golden/metrics.json")) {
            JsonNode cases = JsonMapper.shared().readTree(in).get(list);
            return StreamSupport.stream(cases.spliterator(), false);
        }
    }

    private static Ranking ranking(JsonNode golden) {
        return Ranking.of(numbers(golden.get("normal")), numbers(golden.get("anomalous")));
    }

    private static Interval band(JsonNode counts, double n) {
        return new Interval(counts.get(0).asInt() / n, counts.get(1).asInt() / n);
    }

    private static double[] numbers(JsonNode list) {
        return Arrays.stream(JsonMapper.shared().treeToValue(list, double[].class)).toArray();
    }
}
