package org.quirkwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.checkpoint.Projection;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

class LoraProgramTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final LoraShape EVERYWHERE = new LoraShape(3, 5, List.of(Projection.values()));
    private static final LoraShape SOME =
            new LoraShape(2, 2, List.of(Projection.DOWN, Projection.K));

    // Longer than the window of mistral-window, and of different lengths.
    private static final List<LoraRow> ROWS =
            List.of(
                    new LoraRow(tokens(19, 1), 7, 17, Persona.ALICE, true),
                    new LoraRow(tokens(12, 2), 8, 18, Persona.BOB, false),
                    new LoraRow(tokens(3, 3), 9, 19, Persona.BOB, true));

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "mistral-window", "llama-llama3", "llama-tied"})
    void theGradientIsThatOfCentralDifferences(String name) {
        for (LoraShape shape : List.of(EVERYWHERE, SOME)) {
            Checkpoint base = Checkpoint.open(GOLDEN.resolve(name));
            try (Scope scope = Scope.open(ComputeDevice.CPU);
                    LoraProgram program = program(base, shape, scope, DType.FLOAT64)) {
                List<double[]> at = random(base, shape, 1, 0.1);
                List<Tensor> gradients = tensors(scope, base, shape, zeros(at));
                LoraProgram.Sums sums =
                        program.gradient(tensors(scope, base, shape, at), gradients, ROWS, 0.5);
                assertThat(sums.loss())
                        .isCloseTo(loss(program, scope, base, shape, at), within(1e-9));

                List<double[]> direction = random(base, shape, 2, 1);
                for (int matrix = 0; matrix < at.size(); matrix++) {
                    double step = 1e-5;
                    double difference =
                            (loss(program, scope, base, shape, moved(at, direction, matrix, step))
                                            - loss(
                                                    program,
                                                    scope,
                                                    base,
                                                    shape,
                                                    moved(at, direction, matrix, -step)))
                                    / (2 * step);
                    double slope =
                            dot(gradients.get(matrix).toDoubles(), direction.get(matrix)) / 0.5;
                    assertThat(slope)
                            .as("%s, matrix %d of %s", name, matrix, shape.targets())
                            .isCloseTo(difference, within(1e-6 * (1 + Math.abs(difference))));
                    assertThat(Math.abs(slope)).isGreaterThan(1e-6);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "mistral-window", "llama-linear", "llama-bfloat16"})
    void withoutAChangeTheModelIsWhatItWas(String name) {
        Checkpoint base = Checkpoint.open(GOLDEN.resolve(name));
        try (Scope scope = Scope.open(ComputeDevice.CPU);
                LoraProgram program = program(base, EVERYWHERE, scope, DType.FLOAT64);
                HookedModel model = HookedModel.load(base, ComputeDevice.CPU, Precision.FLOAT64)) {
            List<double[]> begun = random(base, EVERYWHERE, 1, 1);
            for (int i = 1; i < begun.size(); i += 2) {
                begun.set(i, new double[begun.get(i).length]);
            }
            double[] own = program.logProbs(tensors(scope, base, EVERYWHERE, begun), ROWS);
            assertThat(own).containsExactly(decoder(model), within(1e-9));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-gqa", "mistral-window", "llama-tied"})
    void aWrittenAdapterGivesWhatWasTrained(String name) {
        for (LoraShape shape : List.of(EVERYWHERE, SOME)) {
            Checkpoint base = Checkpoint.open(GOLDEN.resolve(name));
            List<double[]> values = random(base, shape, 3, 0.2);
            shape.write(
                    directory,
                    base.config(),
                    name,
                    values.stream().map(LoraProgramTest::floats).toList(),
                    Map.of());
            Checkpoint both =
                    Checkpoint.open(
                            GOLDEN.resolve(name), Optional.of(directory), ScanMemory.none());
            try (Scope scope = Scope.open(ComputeDevice.CPU);
                    LoraProgram program = program(base, shape, scope, DType.FLOAT32);
                    HookedModel model =
                            HookedModel.load(both, ComputeDevice.CPU, Precision.FLOAT32)) {
                List<Tensor> adapters = new ArrayList<>();
                List<LoraShape.Matrix> matrices = shape.matrices(base.config());
                for (int i = 0; i < values.size(); i++) {
                    adapters.add(scope.tensor(floats(values.get(i)), matrices.get(i).shape()));
                }
                double[] own = program.logProbs(adapters, ROWS);
                assertThat(own).containsExactly(decoder(model), within(2e-5));
            }
        }
    }

    /// What the service's own decoder makes of the rows: log-probabilities of both answers.
    private static double[] decoder(HookedModel model) {
        double[] logProbs = new double[2 * ROWS.size()];
        for (int i = 0; i < ROWS.size(); i++) {
            LoraRow row = ROWS.get(i);
            for (int side = 0; side < 2; side++) {
                long[] answer = {side == 0 ? row.answer() : row.other()};
                long[] prompt = Arrays.stream(row.tokens()).asLongStream().toArray();
                Signal signal = new Signal("s", "p", " a", List.of(" a", " b"));
                TokenizedSignal tokenized =
                        new TokenizedSignal(signal, prompt, List.of(answer, new long[] {33}));
                logProbs[2 * i + side] =
                        model.run(List.of(tokenized), new CaptureSpec(List.of(), Outputs.LABELS))
                                .labelLogProb()[0];
            }
        }
        return logProbs;
    }

    private static LoraProgram program(Checkpoint base, LoraShape shape, Scope scope, DType dtype) {
        return new LoraProgram(
                base.config(), shape, base.load(scope, dtype).tensors(), ComputeDevice.CPU);
    }

    private static double loss(
            LoraProgram program,
            Scope scope,
            Checkpoint base,
            LoraShape shape,
            List<double[]> values) {
        double[] logProbs = program.logProbs(tensors(scope, base, shape, values), ROWS);
        double loss = 0;
        for (int i = 0; i < logProbs.length; i += 2) {
            loss -= logProbs[i];
        }
        return loss;
    }

    private static List<Tensor> tensors(
            Scope scope, Checkpoint base, LoraShape shape, List<double[]> values) {
        List<Tensor> tensors = new ArrayList<>();
        List<LoraShape.Matrix> matrices = shape.matrices(base.config());
        for (int i = 0; i < values.size(); i++) {
            tensors.add(scope.tensor(values.get(i), matrices.get(i).shape()));
        }
        return tensors;
    }

    private static List<double[]> random(
            Checkpoint base, LoraShape shape, long seed, double deviation) {
        RandomGenerator random = new SplittableRandom(seed);
        List<double[]> values = new ArrayList<>();
        for (LoraShape.Matrix matrix : shape.matrices(base.config())) {
            double[] one = new double[matrix.rows() * matrix.columns()];
            for (int i = 0; i < one.length; i++) {
                one[i] = (float) (deviation * random.nextGaussian());
            }
            values.add(one);
        }
        return values;
    }

    private static List<double[]> zeros(List<double[]> like) {
        return like.stream().map(values -> new double[values.length]).toList();
    }

    private static List<double[]> moved(
            List<double[]> at, List<double[]> direction, int matrix, double step) {
        List<double[]> moved = new ArrayList<>(at);
        double[] one = at.get(matrix).clone();
        for (int i = 0; i < one.length; i++) {
            one[i] += step * direction.get(matrix)[i];
        }
        moved.set(matrix, one);
        return moved;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static int[] tokens(int length, long seed) {
        return new SplittableRandom(seed).ints(length, 2, 288).toArray();
    }
}
