package org.quirkwatch.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Detector;
import org.quirkwatch.detector.FittedLayers;
import org.quirkwatch.detector.JointFitter;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.RuleOption;
import org.quirkwatch.detector.RuleSettings;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.fitting.DetectMatrices.Detection;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.progress.Progress;

class DetectMatricesTest {

    private static final Progress SILENT = Progress.silent();

    @Test
    void scoresAndPValuesAreThoseOfTheFitOnTheSplitOfTheSeed() {
        LayerRows trusted = rows("trusted", 200, 1);
        LayerRows input = rows("input", 30, 2);
        Detection detection =
                DetectMatrices.run(
                        options(Aggregation.STANDARDISED_MEAN, 0.5),
                        trusted,
                        Optional.empty(),
                        input,
                        SILENT);
        List<String> layers = List.of("a", "b");
        LayeredFit fit =
                LayeredFit.of(
                        Rules.detector("mahalanobis", Map.of()),
                        Aggregation.STANDARDISED_MEAN,
                        layers,
                        Split.of(200, 0.5, 5),
                        trusted.source(layers),
                        SILENT);
        double[] scores = fit.detector().score(input.layers()).aggregated();
        assertThat(detection.layers()).containsExactly("a", "b");
        assertThat(detection.scores().aggregated()).containsExactly(scores);
        assertThat(detection.scores().perLayer())
                .isDeepEqualTo(fit.detector().score(input.layers()).perLayer());
        assertThat(detection.pValues())
                .containsExactly(Arrays.stream(scores).map(fit.calibration()::pValue).toArray());
        assertThat(detection.nFit()).isEqualTo(100);
        assertThat(detection.nCalibration()).isEqualTo(80);
    }

    @Test
    void withoutCalibrationEveryTrustedRowFitsAndTheScoreIsTheMeanOverLayers() {
        LayerRows trusted = rows("trusted", 12, 1);
        LayerRows input = rows("input", 3000, 2);
        List<String> lines = new ArrayList<>();
        Detection detection =
                DetectMatrices.run(
                        options(Aggregation.MEAN, 0),
                        trusted,
                        Optional.empty(),
                        input,
                        (done, total, detail) -> lines.add(done + "/" + total + " " + detail));
        JointFitter fitter = Rules.detector("mahalanobis", Map.of()).fitter(List.of("a", "b"));
        fitter.add(trusted.layers());
        double[][] expected = fitter.fit().score(input.layers());
        assertThat(detection.pValues()).isEmpty();
        assertThat(detection.nFit()).isEqualTo(12);
        for (int i = 0; i < expected.length; i++) {
            double mean = (expected[i][0] + expected[i][1]) / 2;
            assertThat(detection.scores().aggregated()[i])
                    .isCloseTo(mean, org.assertj.core.data.Offset.offset(1e-9 * Math.abs(mean)));
        }
        assertThat(lines).startsWith("12/3012 fitting").endsWith("3012/3012 scoring");
    }

    @Test
    void aRuleThatLearnsFromUntrustedRowsGetsThoseGivenOrElseTheInput() {
        LayerRows trusted = rows("trusted", 60, 1);
        LayerRows untrusted = rows("untrusted", 40, 2);
        LayerRows input = rows("input", 10, 3);
        for (double share : new double[] {0, 0.9}) {
            for (Optional<LayerRows> others : List.of(Optional.of(untrusted), noRows())) {
                Detection detection =
                        DetectMatrices.run(
                                new Counting(),
                                options(Aggregation.MEAN, share),
                                share == 0 ? trusted : rows("trusted", 300, 1),
                                others,
                                input,
                                SILENT);
                assertThat(detection.scores().aggregated())
                        .as("share %s", share)
                        .containsOnly(others.isPresent() ? 40 : 10);
            }
        }
    }

    @Test
    void untrustedRowsForARuleWithoutUseForThemAreRefused() {
        assertThatThrownBy(() ->
                        DetectMatrices.run(
                                options(Aggregation.MEAN, 0),
                                rows("trusted", 12, 1),
                                Optional.of(rows("untrusted", 12, 1)),
                                rows("input", 12, 1),
                                SILENT))
                .isInstanceOf(Problem.class)
                .hasMessage("the rule mahalanobis learns from trusted rows only");
    }

    @Test
    void matricesThatDoNotFitEachOtherAreNamed() {
        LayerRows trusted = rows("trusted", 12, 1);
        assertFails(
                trusted,
                new LayerRows("other", map("a", matrix(3, 4, 1))),
                "other: tensor \"b\" is missing, expected it with the shape [n, 3] as in trusted");
        assertFails(
                trusted,
                new LayerRows("other", map("a", matrix(3, 4, 1), "b", matrix(3, 2, 1))),
                "other: tensor \"b\" has the shape [3, 2], expected [n, 3] as in trusted");
        assertThatThrownBy(
                        () -> new LayerRows("x", map("a", matrix(3, 4, 1), "b", matrix(2, 2, 1))))
                .hasMessage("x: tensor \"b\" has the shape [2, 2], expected 3 rows as in \"a\"");
        assertThatThrownBy(() ->
                        new LayerRows("x", map("a", Matrix.of(1, 2, new double[] {1, Double.NaN}))))
                .hasMessageContaining("x: tensor \"a\" holds NaN at row 0, column 1");
        assertThatThrownBy(() -> new LayerRows("x", map("a", matrix(0, 4, 1))))
                .hasMessageContaining("[0, 4], expected a row");
        assertThatThrownBy(() -> new LayerRows("x", new LinkedHashMap<>()))
                .hasMessage("x: holds no matrix, expected one per layer");
    }

    @Test
    void moreThanTheLimitIsRefusedBeforeAnythingIsRead() {
        assertThatThrownBy(() -> LayerRows.requireSizes("x", sizes(100_001, 1)))
                .hasMessageContaining("at most 100000 rows");
        assertThatThrownBy(() -> LayerRows.requireSizes("x", sizes(1, (1L << 28) + 1)))
                .hasMessageContaining("more than 268435456 values");
        assertThatThrownBy(() -> LayerRows.requireSizes("x", sizes(3, Long.MAX_VALUE)))
                .hasMessageContaining("more than 268435456 values");
        SequencedMap<String, LayerRows.Size> two = sizes(1 << 14, 1 << 14);
        LayerRows.requireSizes("x", two);
        two.put("b", new LayerRows.Size(1 << 14, 1));
        assertThatThrownBy(() -> LayerRows.requireSizes("x", two))
                .hasMessageContaining("tensor \"b\"")
                .hasMessageContaining("more than 268435456 values");
    }

    @Test
    void featuresWhoseScoreOverflowsAreNamedByTheirRow() {
        LayerRows input = new LayerRows("input", map("a", Matrix.of(1, 1, new double[] {1e300})));
        assertThatThrownBy(() ->
                        DetectMatrices.run(
                                options(Aggregation.MEAN, 0),
                                new LayerRows("trusted", map("a", matrix(9, 1, 1))),
                                Optional.empty(),
                                input,
                                SILENT))
                .hasMessageStartingWith("input: the score of row 0 (from 0)");
    }

    @Test
    void sharesAndAggregationsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> options(Aggregation.MEAN, 0.01)).hasMessageContaining("0.01");
        assertThatThrownBy(() -> options(Aggregation.MEAN, Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> options(Aggregation.STANDARDISED_MAX, 0))
                .hasMessageContaining("standardised-max");
    }

    private static void assertFails(LayerRows trusted, LayerRows input, String message) {
        assertThatThrownBy(() ->
                        DetectMatrices.run(
                                options(Aggregation.MEAN, 0),
                                trusted,
                                Optional.empty(),
                                input,
                                SILENT))
                .isInstanceOf(Problem.class)
                .hasMessage(message);
    }

    private static Optional<LayerRows> noRows() {
        return Optional.empty();
    }

    private static DetectMatrices.Options options(Aggregation aggregation, double share) {
        return new DetectMatrices.Options("mahalanobis", Map.of(), aggregation, share, 5);
    }

    private static LayerRows rows(String source, int n, long seed) {
        return new LayerRows(source, map("a", matrix(n, 4, seed), "b", matrix(n, 3, seed + 100)));
    }

    private static Matrix matrix(int rows, int columns, long seed) {
        Random random = new Random(seed);
        return Matrix.of(
                rows, columns, random.doubles((long) rows * columns).map(x -> x + 1).toArray());
    }

    private static SequencedMap<String, Matrix> map(Object... pairs) {
        SequencedMap<String, Matrix> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], (Matrix) pairs[i + 1]);
        }
        return map;
    }

    private static SequencedMap<String, LayerRows.Size> sizes(long rows, long width) {
        SequencedMap<String, LayerRows.Size> sizes = new LinkedHashMap<>();
        sizes.put("a", new LayerRows.Size(rows, width));
        return sizes;
    }

    /// A rule whose score is the number of untrusted rows that it saw; held-out rows are told apart
    /// by their first feature, so that the scores have a scale.
    private record Counting() implements Detector, Rule {
        @Override
        public Rule rule() {
            return this;
        }

        @Override
        public String name() {
            return "counting";
        }

        @Override
        public List<RuleOption> options() {
            return List.of();
        }

        @Override
        public boolean offline() {
            return true;
        }

        @Override
        public Detector detector(RuleSettings settings) {
            return this;
        }

        @Override
        public FittedLayers restore(SequencedMap<String, FittedState> states) {
            throw new UnsupportedOperationException();
        }

        @Override
        public JointFitter fitter(List<String> layers) {
            return new JointFitter() {
                private int seen;

                @Override
                public void add(Map<String, Matrix> trusted) {}

                @Override
                public void addUntrusted(Map<String, Matrix> untrusted) {
                    seen += untrusted.values().iterator().next().rows();
                }

                @Override
                public FittedLayers fit() {
                    return new Counted(layers, seen);
                }
            };
        }
    }

    private static final class Counted implements FittedLayers {
        private final List<String> layers;
        private final int seen;

        Counted(List<String> layers, int seen) {
            this.layers = layers;
            this.seen = seen;
        }

        @Override
        public String rule() {
            return "counting";
        }

        @Override
        public SequencedMap<String, Integer> widths() {
            SequencedMap<String, Integer> widths = new LinkedHashMap<>();
            layers.forEach(layer -> widths.put(layer, 1));
            return widths;
        }

        @Override
        public double[][] score(Map<String, Matrix> features) {
            int rows = features.values().iterator().next().rows();
            double[][] scores = new double[rows][layers.size()];
            for (int row = 0; row < rows; row++) {
                // More rows than the input has are those of the scale, which must vary.
                Arrays.fill(scores[row], row < 10 ? seen : seen + row);
            }
            return scores;
        }

        @Override
        public SequencedMap<String, FittedState> states() {
            return new LinkedHashMap<>();
        }

        @Override
        public FittedLayers withUntrusted(Map<String, Matrix> untrusted) {
            throw new UnsupportedOperationException();
        }
    }
}
