package org.quirkwatch.feature;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.quirkwatch.checkpoint.SparseAutoencoderCheckpoint;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// Trains a top-k sparse autoencoder on rows of activations (Gao et al., *Scaling and evaluating
/// sparse autoencoders*, 2024): Adam on the share of the variance that the k kept latents leave
/// over, the rows of the decoder held at length 1, and an auxiliary loss by which latents that are
/// never active learn from what is left. A tenth of the rows only measures.
///
/// It learns on rows that are scaled to a variance of 1 per column on average, so that one learning
/// rate serves activations of every size, and scales the biases back: with x = s x', the code is a
/// = s a' for b_e = s b_e' and b_dec = s b_dec'.
///
/// On the processor; the same rows and options give the same weights on the same machine.
public final class SparseAutoencoderTrainer {

    /// The most rows to learn from.
    public static final int MOST_ROWS = 100_000;

    /// Values of all rows, or of a weight: 256 MiB of float32.
    public static final long MOST_VALUES = 1L << 26;

    private static final int FEWEST_ROWS = 20;

    private static final double MEASURED_SHARE = 0.1;
    private static final int MEASURED_PART = 1024;

    private final SparseAutoencoderOptions options;

    /// @param options how to train
    public SparseAutoencoderTrainer(SparseAutoencoderOptions options) {
        this.options = options;
    }

    /// How good a sparse autoencoder is.
    ///
    /// @param nTrain rows that it learned from
    /// @param nMeasured other rows, on which the variance is measured
    /// @param explainedVariance 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖² over the measured rows, at most 1; NaN
    ///   where those are all the same
    /// @param deadLatents latents that are active in none of all rows
    public record Quality(int nTrain, int nMeasured, double explainedVariance, int deadLatents) {}

    /// Trains and writes `cfg.json` and `sae.safetensors`.
    ///
    /// @param rows `[n, width]`, finite, n from 20 to 100 000
    /// @param directory where to, existing
    /// @param progress told the steps done
    /// @throws Problem `invalid-fit` for too few, too many, too wide or equal rows, or when
    ///   training diverges; `invalid-file` where it cannot be written
    public Quality train(Matrix rows, Path directory, Progress progress) {
        requireUsable(rows);
        RandomGenerator random = new SplittableRandom(options.seed());
        int[] order = ShuffledRows.order(rows.rows(), random);
        int nMeasured = Math.max(1, (int) (rows.rows() * MEASURED_SHARE));
        int[] measured = Arrays.copyOf(order, nMeasured);
        int[] learned = Arrays.copyOfRange(order, nMeasured, order.length);
        Arrays.sort(measured);
        double[] mean = mean(rows, learned);
        double variance = variance(rows, learned, mean);
        if (!(variance > 0)) {
            throw invalid(
                    "the %d rows to learn from are all the same: there is nothing to learn"
                            .formatted(learned.length));
        }
        int width = rows.columns();
        try (Program program = Program.load("sae", ComputeDevice.CPU);
                Scope scope = Scope.open(ComputeDevice.CPU)) {
            double scale = Math.sqrt(variance / width);
            Tensor data = scope.tensor(scaled(rows.toArray(), 1 / scale), rows.rows(), width);
            List<Tensor> learning = initial(scope, scaled(mean, 1 / scale), random);
            learn(program, scope, learning, data, learned, width, random, progress);
            List<Tensor> weights =
                    List.of(
                            learning.get(0),
                            scaled(scope, learning.get(1), scale),
                            scaled(scope, learning.get(2), scale),
                            learning.get(3));
            Quality quality = measure(program, weights, rows, learned.length, measured);
            SparseAutoencoderCheckpoint.write(
                    directory,
                    new SparseAutoencoderCheckpoint.Shape(width, options.latents(), options.k()),
                    weights.get(0).toFloats(),
                    weights.get(1).toFloats(),
                    weights.get(3).toFloats(),
                    weights.get(2).toFloats());
            return quality;
        }
    }

    private void requireUsable(Matrix rows) {
        if (!(rows.rows() >= FEWEST_ROWS && rows.rows() <= MOST_ROWS)) {
            throw invalid(
                    "%d row(s) to learn from, %d to %d are needed"
                            .formatted(rows.rows(), FEWEST_ROWS, MOST_ROWS));
        }
        long values = (long) rows.rows() * rows.columns();
        long weight = (long) options.latents() * rows.columns();
        if (!(rows.columns() >= 1 && Math.max(values, weight) <= MOST_VALUES)) {
            throw invalid(
                    "%d rows of width %d and %d latents are too many: rows x width and latents x width may be %d each"
                            .formatted(
                                    rows.rows(), rows.columns(), options.latents(), MOST_VALUES));
        }
        if (!rows.isFinite()) {
            throw invalid("a row to learn from has a value that is not finite");
        }
    }

    private void learn(
            Program program,
            Scope scope,
            List<Tensor> weights,
            Tensor data,
            int[] learned,
            double variance,
            RandomGenerator random,
            Progress progress) {
        List<Tensor> first = zeros(scope, weights);
        List<Tensor> second = zeros(scope, weights);
        Tensor idle = scope.tensor(new float[options.latents()], options.latents());
        // Not active for a whole round of the rows, and for ten steps where rows are few.
        double patience = Math.max(learned.length, 10.0 * options.batch());
        ShuffledRows batches = new ShuffledRows(learned, options.batch(), random);
        for (int step = 1; step <= options.steps(); step++) {
            double[] settings = {options.k(), variance, options.rate(step), step, patience};
            try (Scope each = Scope.open(ComputeDevice.CPU)) {
                long[] picked = batches.next();
                float[] report =
                        program.call(
                                        each,
                                        Program.Mode.GRADIENT,
                                        "step",
                                        Program.many(weights),
                                        Program.many(first),
                                        Program.many(second),
                                        Program.one(idle),
                                        Program.one(data),
                                        Program.one(each.tensor(picked, picked.length)),
                                        Program.one(each.tensor(settings, settings.length)))
                                .getFirst()
                                .toFloats();
                if (!Float.isFinite(report[0])) {
                    throw invalid(
                            "training diverged: the loss at step %d is %s"
                                    .formatted(step, report[0]));
                }
                progress.update(
                        step,
                        options.steps(),
                        String.format(
                                Locale.ROOT,
                                "explained variance %.3f, %d latents not active lately",
                                1 - report[0],
                                (int) report[1]));
            }
        }
    }

    /// W_e of random directions, b_e 0, b_dec the mean, W_dec as W_e.
    private List<Tensor> initial(Scope scope, float[] mean, RandomGenerator random) {
        int width = mean.length;
        int latents = options.latents();
        float[] directions = new float[latents * width];
        double[] direction = new double[width];
        for (int latent = 0; latent < latents; latent++) {
            double squares = 0;
            for (int i = 0; i < width; i++) {
                direction[i] = random.nextGaussian();
                squares += direction[i] * direction[i];
            }
            for (int i = 0; i < width; i++) {
                directions[latent * width + i] = (float) (direction[i] / Math.sqrt(squares));
            }
        }
        return List.of(
                scope.tensor(directions, latents, width),
                scope.tensor(new float[latents], latents),
                scope.tensor(mean, width),
                scope.tensor(directions, latents, width));
    }

    private static float[] scaled(double[] values, double factor) {
        float[] scaled = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            scaled[i] = (float) (values[i] * factor);
        }
        return scaled;
    }

    private static Tensor scaled(Scope scope, Tensor tensor, double factor) {
        float[] values = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * factor);
        }
        return scope.tensor(values, tensor.shape());
    }

    private static List<Tensor> zeros(Scope scope, List<Tensor> like) {
        List<Tensor> zeros = new ArrayList<>();
        for (Tensor tensor : like) {
            zeros.add(scope.tensor(new float[Math.toIntExact(tensor.size())], tensor.shape()));
        }
        return zeros;
    }

    private Quality measure(
            Program program, List<Tensor> weights, Matrix rows, int nLearned, int[] measured) {
        int width = rows.columns();
        boolean[] counts = new boolean[rows.rows()];
        for (int row : measured) {
            counts[row] = true;
        }
        long[] active = new long[options.latents()];
        double left = 0;
        for (int from = 0; from < rows.rows(); from += MEASURED_PART) {
            Matrix part = rows.slice(from, Math.min(from + MEASURED_PART, rows.rows()));
            try (Scope scope = Scope.open(ComputeDevice.CPU)) {
                List<Tensor> made =
                        program.call(
                                scope,
                                Program.Mode.INFERENCE,
                                "measure",
                                Program.many(weights),
                                Program.one(
                                        scope.tensor(
                                                SparseAutoencoder.narrowed(part),
                                                part.rows(),
                                                width)),
                                Program.one(scope.scalar((long) options.k())));
                float[] values = made.get(0).toFloats();
                long[] counted = made.get(1).toLongs();
                Arrays.setAll(active, latent -> active[latent] + counted[latent]);
                for (int i = 0; i < values.length; i++) {
                    if (counts[from + i / width]) {
                        double miss = part.get(i / width, i % width) - values[i];
                        left += miss * miss;
                    }
                }
            }
        }
        double all = variance(rows, measured, mean(rows, measured)) * measured.length;
        return new Quality(
                nLearned,
                measured.length,
                all > 0 ? 1 - left / all : Double.NaN,
                (int) Arrays.stream(active).filter(count -> count == 0).count());
    }

    private static double[] mean(Matrix rows, int[] which) {
        double[] mean = new double[rows.columns()];
        for (int row : which) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += rows.get(row, i) / which.length;
            }
        }
        return mean;
    }

    /// The mean over rows of the squared distance from their mean.
    private static double variance(Matrix rows, int[] which, double[] mean) {
        double variance = 0;
        for (int row : which) {
            for (int i = 0; i < mean.length; i++) {
                double miss = rows.get(row, i) - mean[i];
                variance += miss * miss / which.length;
            }
        }
        return variance;
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
