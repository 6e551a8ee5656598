package org.quirkwatch.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.linalg.Matrix;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CouplingTrainingTest {

    @ParameterizedTest
    @MethodSource("goldens")
    void weightsAfterTwoPassesAreThoseOfPyTorch(JsonNode golden) {
        CouplingTraining training =
                new CouplingTraining(
                        prior(golden), golden.get("epochs").asInt(), golden.get("rate").asDouble());
        List<Matrix> trained =
                training.last(
                        matrices(golden.get("initial")),
                        matrix(golden.get("trusted")),
                        orders(golden.get("orders")));
        List<Matrix> expected = matrices(golden.get("trained"));
        assertThat(trained).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(trained.get(i).toArray())
                    .as("weight %d", i)
                    .containsExactly(expected.get(i).toArray(), within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void latentsDeterminantsAndSurprisesAreThoseOfPyTorch(JsonNode golden) {
        Matrix test = matrix(golden.get("test"));
        Couplings couplings = new Couplings(test.columns(), matrices(golden.get("trained")));
        Couplings.Image image = couplings.forward(test);
        assertThat(image.latents().toArray())
                .containsExactly(matrix(golden.get("latents")).toArray(), within(1e-10));
        assertThat(image.logDeterminants())
                .containsExactly(matrix(golden.get("log_determinants")).row(0), within(1e-10));
        double[] expected = matrix(golden.get("surprises")).row(0);
        for (int row = 0; row < expected.length; row++) {
            double sum = -image.logDeterminants()[row];
            for (double z : image.latents().row(row)) {
                sum += prior(golden).surprise(z);
            }
            assertThat(sum / test.columns()).isCloseTo(expected[row], within(1e-10));
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void couplingsAreUndoneByTheirInverse(JsonNode golden) {
        Matrix test = matrix(golden.get("test"));
        List<Matrix> weights = matrices(golden.get("trained"));
        // An even number of couplings ends with the halves the other way round than an odd one.
        for (int count = 0; count <= 3; count++) {
            Couplings couplings =
                    new Couplings(test.columns(), weights.subList(0, count * Couplings.WEIGHTS));
            assertThat(couplings.inverse(couplings.forward(test).latents()).toArray())
                    .containsExactly(test.toArray(), within(1e-12));
        }
    }

    @Test
    void theBestWeightsAreNeverWorseThanTheFirstOnTheRowsHeldOut() {
        // Far from what is learned: every pass makes it worse.
        Matrix learned = Matrix.wrap(80, 2, new SplittableRandom(1).doubles(160).toArray());
        Matrix held = Matrix.of(1, 2, new double[] {-3, -3});
        List<Matrix> first = CouplingTraining.initial(2, 2, 4, new SplittableRandom(2));
        List<Matrix> best =
                new CouplingTraining(FlowPrior.NORMAL, 50, 0.1)
                        .best(first, learned, held, new SplittableRandom(3));
        assertThat(best).isEqualTo(first);
    }

    @Test
    void couplingsChangeNothingBeforeTheyAreTrained() {
        Matrix rows = Matrix.of(2, 3, new double[] {1, 2, 3, -4, 5, 6});
        Couplings.Image image =
                new Couplings(3, CouplingTraining.initial(3, 2, 4, new SplittableRandom(2)))
                        .forward(rows);
        assertThat(image.latents()).isEqualTo(rows);
        assertThat(image.logDeterminants()).containsExactly(0, 0);
    }

    static Stream<JsonNode> goldens() {
        try (InputStream in = CouplingTrainingTest.class.getResourceAsStream("/golden/flow.json")) {
            JsonNode cases = JsonMapper.shared().readTree(in).get("cases");
            return StreamSupport.stream(cases.spliterator(), false);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static FlowPrior prior(JsonNode golden) {
        return Arrays.stream(FlowPrior.values())
                .filter(prior -> prior.text().equals(golden.get("name").asString()))
                .findFirst()
                .orElseThrow();
    }

    private static List<Matrix> matrices(JsonNode nodes) {
        List<Matrix> matrices = new ArrayList<>();
        nodes.forEach(node -> matrices.add(matrix(node)));
        return matrices;
    }

    private static Matrix matrix(JsonNode rows) {
        if (!rows.get(0).isArray()) {
            return Matrix.ofRows(new double[][] {numbers(rows)});
        }
        List<double[]> values = new ArrayList<>();
        rows.forEach(row -> values.add(numbers(row)));
        return Matrix.ofRows(values.toArray(double[][]::new));
    }

    private static double[] numbers(JsonNode row) {
        return StreamSupport.stream(row.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static long[][] orders(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false)
                .map(node -> Arrays.stream(numbers(node)).mapToLong(Math::round).toArray())
                .toArray(long[][]::new);
    }
}
