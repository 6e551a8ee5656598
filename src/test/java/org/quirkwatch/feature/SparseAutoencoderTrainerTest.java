package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SparseAutoencoderCheckpoint;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

class SparseAutoencoderTrainerTest {

    private static final int WIDTH = 16;
    private static final int DIRECTIONS = 24;

    @TempDir Path folder;

    @Test
    void itFindsTheDirectionsOfWhichTheRowsAreMade() {
        double[][] directions = directions(1);
        Matrix rows = sparseRows(3000, directions, 2);
        SparseAutoencoderTrainer.Quality quality =
                train(rows, new SparseAutoencoderOptions(48, 2, 1500, 128, 0), folder);
        assertThat(quality.nTrain()).isEqualTo(2700);
        assertThat(quality.nMeasured()).isEqualTo(300);
        assertThat(quality.explainedVariance()).isBetween(0.9, 1.0);
        SafetensorsFile file =
                SafetensorsFile.open(folder.resolve(SparseAutoencoderCheckpoint.WEIGHTS));
        double[] decoder = file.readDoubles("W_dec");
        int found = 0;
        for (double[] direction : directions) {
            double closest = 0;
            for (int latent = 0; latent < 48; latent++) {
                double cosine = 0;
                for (int i = 0; i < WIDTH; i++) {
                    cosine += direction[i] * decoder[latent * WIDTH + i];
                }
                closest = Math.max(closest, cosine);
            }
            found += closest > 0.95 ? 1 : 0;
        }
        assertThat(found).isGreaterThanOrEqualTo(20);
    }

    @Test
    void whatIsWrittenEncodesAndHasDecoderRowsOfLengthOne() {
        Matrix rows = sparseRows(400, directions(1), 3);
        SparseAutoencoderTrainer.Quality quality =
                train(rows, new SparseAutoencoderOptions(40, 3, 60, 64, 5), folder);
        double[] decoder =
                SafetensorsFile.open(folder.resolve("sae.safetensors")).readDoubles("W_dec");
        for (int latent = 0; latent < 40; latent++) {
            double squares = 0;
            for (int i = 0; i < WIDTH; i++) {
                squares += Math.pow(decoder[latent * WIDTH + i], 2);
            }
            assertThat(squares).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-5));
        }
        try (SparseAutoencoder sae = SparseAutoencoder.load(folder, ComputeDevice.CPU)) {
            assertThat(List.of(sae.width(), sae.latents(), sae.k())).containsExactly(16, 40, 3);
            Matrix codes = sae.encode(rows);
            int dead = 0;
            for (int latent = 0; latent < 40; latent++) {
                dead += Arrays.stream(codes.column(latent)).allMatch(x -> x == 0) ? 1 : 0;
            }
            assertThat(quality.deadLatents()).isEqualTo(dead);
            assertThat(quality.explainedVariance())
                    .isCloseTo(
                            explained(rows, codes, decoder, quality.nMeasured()),
                            org.assertj.core.data.Offset.offset(0.1));
        }
    }

    @Test
    void theSameSeedGivesTheSameFilesAndAnotherOthers() throws IOException {
        Matrix rows = sparseRows(300, directions(1), 3);
        List<byte[]> weights = new ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            Path directory = Files.createDirectory(folder.resolve("run" + weights.size()));
            train(rows, new SparseAutoencoderOptions(32, 4, 40, 32, seed), directory);
            weights.add(Files.readAllBytes(directory.resolve("sae.safetensors")));
        }
        assertThat(weights.get(1)).isEqualTo(weights.get(0));
        assertThat(weights.get(2)).isNotEqualTo(weights.get(0));
    }

    @Test
    void activationsOfAnySizeAreLearnedAlike() {
        List<Double> explained = new ArrayList<>();
        for (double size : new double[] {1, 1e-3, 1e4}) {
            double[] values = sparseRows(600, directions(1), 4).toArray();
            Matrix rows = Matrix.of(600, WIDTH, Arrays.stream(values).map(x -> x * size).toArray());
            explained.add(
                    train(rows, new SparseAutoencoderOptions(48, 2, 300, 64, 0), folder)
                            .explainedVariance());
        }
        assertThat(explained).allMatch(x -> Math.abs(x - explained.getFirst()) < 0.02);
    }

    @Test
    void onlyLatentsThatCountAsDeadLearnWithoutBeingActive() {
        for (float idle : new float[] {0, 1000}) {
            try (Program program = Program.load("sae", ComputeDevice.CPU);
                    Scope scope = Scope.open(ComputeDevice.CPU)) {
                // Latent 0 reads and writes the first column; latent 1, the second, is never
                // active.
                float[] unit = {1, 0, 0, 1};
                List<Tensor> weights =
                        List.of(
                                scope.tensor(unit, 2, 2),
                                scope.tensor(new float[] {0, -100}, 2),
                                scope.tensor(new float[2], 2),
                                scope.tensor(unit, 2, 2));
                List<List<Tensor>> moments = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    moments.add(
                            weights.stream()
                                    .map(w -> scope.tensor(new float[(int) w.size()], w.shape()))
                                    .toList());
                }
                Tensor idleRows = scope.tensor(new float[] {0, idle}, 2);
                double[] settings = {1, 1, 0.1, 1, 500};
                float[] report =
                        program.call(
                                        scope,
                                        Program.Mode.GRADIENT,
                                        "step",
                                        Program.many(weights),
                                        Program.many(moments.get(0)),
                                        Program.many(moments.get(1)),
                                        Program.one(idleRows),
                                        Program.one(scope.tensor(new float[] {1, 2, 2, 1}, 2, 2)),
                                        Program.one(scope.tensor(new long[] {0, 1}, 2)),
                                        Program.one(scope.tensor(settings, 5)))
                                .getFirst()
                                .toFloats();
                // The second column, 4 and 1 squared, is what latent 0 leaves over, of two rows.
                assertThat(report).containsExactly(2.5f, idle > 500 ? 1 : 0);
                float bias = weights.get(1).toFloats()[1];
                if (idle > 500) {
                    assertThat(bias).isGreaterThan(-100);
                } else {
                    assertThat(bias).isEqualTo(-100);
                }
                assertThat(idleRows.toFloats()).containsExactly(0, idle + 2);
            }
        }
    }

    @Test
    void progressTellsEveryStepAndWhatIsExplained() {
        List<String> lines = new ArrayList<>();
        new SparseAutoencoderTrainer(new SparseAutoencoderOptions(8, 2, 5, 4, 0))
                .train(
                        sparseRows(40, directions(1), 3),
                        folder,
                        (done, total, detail) -> lines.add(done + "/" + total + " " + detail));
        assertThat(lines).hasSize(5);
        assertThat(lines.getLast()).startsWith("5/5 explained variance ");
    }

    @Test
    void rowsAndOptionsThatCannotBeAreRefused() {
        assertFails(Matrix.of(3, 2, new double[6]), 4, "3 row(s) to learn from, 20 to 100000");
        assertFails(Matrix.of(40, 2, new double[80]), 4, "all the same");
        double[] values = new double[80];
        values[7] = Double.NaN;
        assertFails(Matrix.of(40, 2, values), 4, "not finite");
        assertFails(Matrix.of(100, 100, new double[10_000]), 1 << 20, "too many");
        assertThatThrownBy(() -> new SparseAutoencoderOptions(4, 5, 1, 1, 0))
                .isInstanceOf(Problem.class)
                .hasMessage("k of a sparse autoencoder must be 1 to 4, got 5");
        assertThatThrownBy(() -> new SparseAutoencoderOptions(1, 1, 1, 1, 0))
                .hasMessageContaining("latents");
        assertThatThrownBy(() -> new SparseAutoencoderOptions(4, 1, 0, 1, 0))
                .hasMessageContaining("steps");
        assertThatThrownBy(() -> new SparseAutoencoderOptions(4, 1, 1, 10_000, 0))
                .hasMessageContaining("batch");
    }

    private void assertFails(Matrix rows, int latents, String message) {
        assertThatThrownBy(() ->
                        train(rows, new SparseAutoencoderOptions(latents, 1, 1, 8, 0), folder))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(message);
        assertThat(folder).isEmptyDirectory();
    }

    private static SparseAutoencoderTrainer.Quality train(
            Matrix rows, SparseAutoencoderOptions options, Path folder) {
        return new SparseAutoencoderTrainer(options).train(rows, folder, Progress.silent());
    }

    /// The explained variance over all rows, by the files alone.
    private double explained(Matrix rows, Matrix codes, double[] decoder, int nMeasured) {
        assertThat(nMeasured).isEqualTo(rows.rows() / 10);
        double[] bias =
                SafetensorsFile.open(folder.resolve("sae.safetensors")).readDoubles("b_dec");
        double left = 0;
        double all = 0;
        for (int i = 0; i < WIDTH; i++) {
            double mean = Arrays.stream(rows.column(i)).average().orElseThrow();
            for (int row = 0; row < rows.rows(); row++) {
                double made = bias[i];
                for (int latent = 0; latent < codes.columns(); latent++) {
                    made += codes.get(row, latent) * decoder[latent * WIDTH + i];
                }
                left += Math.pow(rows.get(row, i) - made, 2);
                all += Math.pow(rows.get(row, i) - mean, 2);
            }
        }
        return 1 - left / all;
    }

    private static double[][] directions(long seed) {
        Random random = new Random(seed);
        double[][] directions = new double[DIRECTIONS][WIDTH];
        for (double[] direction : directions) {
            Arrays.setAll(direction, i -> random.nextGaussian());
            double length = Math.sqrt(Arrays.stream(direction).map(x -> x * x).sum());
            Arrays.setAll(direction, i -> direction[i] / length);
        }
        return directions;
    }

    /// Rows of two directions each, with a constant and a little noise.
    private static Matrix sparseRows(int n, double[][] directions, long seed) {
        Random random = new Random(seed);
        double[] values = new double[n * WIDTH];
        for (int row = 0; row < n; row++) {
            for (int i = 0; i < WIDTH; i++) {
                values[row * WIDTH + i] = 3 + 0.01 * random.nextGaussian();
            }
            for (int part = 0; part < 2; part++) {
                double[] direction = directions[random.nextInt(DIRECTIONS)];
                double size = 1 + random.nextDouble();
                for (int i = 0; i < WIDTH; i++) {
                    values[row * WIDTH + i] += size * direction[i];
                }
            }
        }
        return Matrix.of(n, WIDTH, values);
    }
}
