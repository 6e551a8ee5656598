package org.quirkwatch.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import tools.jackson.databind.JsonNode;

class VaeTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void trainingAndScoresAreThoseOfPyTorch(JsonNode golden) {
        VaeTraining training =
                new VaeTraining(
                        golden.get("epochs").asInt(),
                        golden.get("rate").asDouble(),
                        golden.get("beta").asDouble());
        List<Matrix> trained =
                training.train(
                        matrices(golden.get("initial")),
                        GoldenCases.matrix(golden.get("trusted")),
                        epoch ->
                                new VaeTraining.Pass(
                                        order(golden.get("orders").get(epoch)),
                                        GoldenCases.matrix(golden.get("noises").get(epoch))));
        List<Matrix> expected = matrices(golden.get("trained"));
        for (int i = 0; i < expected.size(); i++) {
            assertThat(trained.get(i).toArray())
                    .as(Vae.WEIGHTS.get(i))
                    .containsExactly(expected.get(i).toArray(), within(1e-9));
        }
        Matrix test = GoldenCases.matrix(golden.get("test"));
        double[] ones = new double[test.columns()];
        Arrays.fill(ones, 1);
        Vae vae = new Vae(golden.get("latent").asInt(), training, new SampleOptions(4000, 0));
        double[] scores = vae.fitted(70, new double[test.columns()], ones, trained).score(test);
        assertThat(scores)
                .containsExactly(GoldenCases.matrix(golden.get("scores")).row(0), within(1e-8));
    }

    @Test
    void rowsOffThePlaneOfTheTrustedOnesScoreHigherThanThoseOnIt() {
        FittedLayers fitted =
                fit(
                        Map.of("beta", "0.001", "epochs", "150", "rate", "0.003", "latent", "4"),
                        plane(600, 1, 0));
        double[] on = score(fitted, plane(200, 2, 0));
        double[] off = score(fitted, plane(200, 2, 0.7));
        int above = 0;
        for (double high : off) {
            for (double low : on) {
                above += high > low ? 1 : 0;
            }
        }
        assertThat(above / (200.0 * 200)).isGreaterThan(0.95);
    }

    @Test
    void moreTrainingRebuildsBetter() {
        Matrix trusted = plane(300, 1, 0);
        Map<String, String> once = Map.of("epochs", "1", "beta", "0.001");
        Map<String, String> often = Map.of("epochs", "60", "beta", "0.001");
        double before = Arrays.stream(score(fit(once, trusted), trusted)).sum();
        double after = Arrays.stream(score(fit(often, trusted), trusted)).sum();
        assertThat(after).isLessThan(before / 2);
    }

    @Test
    void anotherSeedTrainsAnother() {
        Matrix trusted = plane(50, 1, 0);
        assertThat(fit(Map.of("seed", "1", "epochs", "1"), trusted).states())
                .isNotEqualTo(fit(Map.of("seed", "2", "epochs", "1"), trusted).states());
    }

    @Test
    void rowsThatAreTooWideAreRefused() {
        assertThatThrownBy(() -> fit(Map.of(), Matrix.wrap(2, 2049, new double[2 * 2049])))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("1 to 2048 features, got 2049");
    }

    static Stream<JsonNode> goldens() {
        return GoldenCases.of("vae");
    }

    private static List<Matrix> matrices(JsonNode nodes) {
        List<Matrix> matrices = new ArrayList<>();
        nodes.forEach(node -> matrices.add(GoldenCases.matrix(node)));
        return matrices;
    }

    private static long[] order(JsonNode numbers) {
        long[] order = new long[numbers.size()];
        for (int i = 0; i < order.length; i++) {
            order[i] = numbers.get(i).asLong();
        }
        return order;
    }

    /// Two hidden numbers seen in ten features, and each feature moved by noise.
    private static Matrix plane(int rows, long seed, double noise) {
        Random random = new Random(seed);
        double[] mixing = new Random(7).doubles(20, -1, 1).toArray();
        double[] values = new double[rows * 10];
        for (int row = 0; row < rows; row++) {
            double first = random.nextGaussian();
            double second = random.nextGaussian();
            for (int i = 0; i < 10; i++) {
                values[row * 10 + i] =
                        first * mixing[i] + second * mixing[10 + i] + noise * random.nextGaussian();
            }
        }
        return Matrix.wrap(rows, 10, values);
    }

    private static FittedLayers fit(Map<String, String> options, Matrix trusted) {
        JointFitter fitter = Rules.detector("vae", options).fitter(List.of("a"));
        fitter.add(Map.of("a", trusted));
        return fitter.fit();
    }

    private static double[] score(FittedLayers fitted, Matrix rows) {
        return Arrays.stream(fitted.score(Map.of("a", rows)))
                .mapToDouble(each -> each[0])
                .toArray();
    }
}
