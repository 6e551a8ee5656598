package org.quirkwatch.feature;

import java.nio.file.Path;
import java.util.List;
import org.quirkwatch.checkpoint.SparseAutoencoderCheckpoint;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// The encoder of a top-k sparse autoencoder (Gao et al., *Scaling and evaluating sparse
/// autoencoders*, 2024): of a row x, the k largest of
///
/// ```text
/// a = relu(W_e (x − b_dec) + b_e)
/// ```
///
/// are kept, the others are 0. It belongs to one hook point of one model: what its folder is called
/// after is the *output* of that block. Computed in float32.
///
/// Thread-safe; the weights live until [#close].
public final class SparseAutoencoder implements AutoCloseable {

    /// Values that a result may have: 2 GiB of doubles.
    private static final long MOST_VALUES = 1L << 28;

    /// Activations that are computed together before the k largest are taken: 64 MiB of float32.
    private static final long PART_VALUES = 1L << 24;

    private final SparseAutoencoderCheckpoint checkpoint;
    private final SparseAutoencoderCheckpoint.Shape shape;
    private final ComputeDevice device;
    private final Scope weights;
    private final List<Tensor> tensors;
    private final Program program;

    private SparseAutoencoder(
            SparseAutoencoderCheckpoint checkpoint,
            Scope weights,
            List<Tensor> tensors,
            Program program) {
        this.checkpoint = checkpoint;
        this.shape = checkpoint.shape();
        this.device = weights.device();
        this.weights = weights;
        this.tensors = tensors;
        this.program = program;
    }

    /// Loads a folder in the format of EleutherAI's `sae` library. Nothing is left behind when it
    /// fails.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-checkpoint` naming the file, the field or
    ///   tensor, and the expectation
    public static SparseAutoencoder load(Path directory, ComputeDevice device) {
        SparseAutoencoderCheckpoint checkpoint = SparseAutoencoderCheckpoint.open(directory);
        Scope weights = Scope.open(device);
        try {
            List<Tensor> tensors = checkpoint.loadEncoder(weights);
            return new SparseAutoencoder(checkpoint, weights, tensors, Program.load("sae", device));
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /// The folder's own name, in the library's layout the hook point's, such as `layers.23`.
    public String name() {
        return checkpoint.name();
    }

    /// `sha256:` and 64 hexadecimal digits over its files.
    public String digest() {
        return checkpoint.digest();
    }

    /// The width of the rows that it encodes.
    public int width() {
        return shape.dIn();
    }

    /// The number of latents.
    public int latents() {
        return shape.latents();
    }

    /// How many latents of a row are kept.
    public int k() {
        return shape.k();
    }

    /// Encodes rows, each on its own.
    ///
    /// @param rows `[n, width]`, n times [#latents] at most 2^28
    /// @return `[n, latents]`, 0 or more, at most [#k] of a row more than 0; NaN in a row that is
    ///   not finite
    public Matrix encode(Matrix rows) {
        if (rows.columns() != width()) {
            throw new IllegalArgumentException(
                    "the sparse autoencoder %s encodes rows of width %d, got %d"
                            .formatted(name(), width(), rows.columns()));
        }
        if (!((long) rows.rows() * latents() <= MOST_VALUES)) {
            throw new IllegalArgumentException(
                    "%d rows of %d latents are more than %d values"
                            .formatted(rows.rows(), latents(), MOST_VALUES));
        }
        double[] dense = new double[rows.rows() * latents()];
        int part = (int) Math.max(1, PART_VALUES / latents());
        for (int from = 0; from < rows.rows(); from += part) {
            encode(rows.slice(from, Math.min(from + part, rows.rows())), dense, from);
        }
        return Matrix.wrap(rows.rows(), latents(), dense);
    }

    /// @param dense takes the result, from row `first` on
    private void encode(Matrix rows, double[] dense, int first) {
        try (Scope scope = Scope.open(device)) {
            List<Tensor> kept =
                    program.call(
                            scope,
                            Program.Mode.INFERENCE,
                            "encode",
                            Program.many(tensors),
                            Program.one(scope.tensor(narrowed(rows), rows.rows(), rows.columns())),
                            Program.one(scope.host().scalar((long) k())));
            float[] values = kept.get(0).toFloats();
            long[] latents = kept.get(1).toLongs();
            for (int i = 0; i < values.length; i++) {
                dense[(first + i / k()) * latents() + (int) latents[i]] = values[i];
            }
        }
    }

    /// The values in float32, `[rows * columns]`, row-major.
    static float[] narrowed(Matrix rows) {
        double[] wide = rows.toArray();
        float[] narrow = new float[wide.length];
        for (int i = 0; i < wide.length; i++) {
            narrow[i] = (float) wide[i];
        }
        return narrow;
    }

    @Override
    public void close() {
        program.close();
        weights.close();
    }
}
