package org.quirkwatch.feature;

import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How a sparse autoencoder is trained.
///
/// @param latents 2 to 2^20
/// @param k how many latents of a row are kept, 1 to `latents`
/// @param steps of Adam, 1 to 1 000 000
/// @param batch rows of a step, 1 to 8192
/// @param seed decides the first weights, the rows that only measure, and the batches
public record SparseAutoencoderOptions(int latents, int k, int steps, int batch, long seed) {

    /// Latents per column of the rows, unless told otherwise.
    public static final int EXPANSION = 8;

    private static final int MOST_LATENTS = 1 << 20;
    private static final int MOST_STEPS = 1_000_000;
    private static final int MOST_BATCH = 8192;

    /// The learning rate for this many latents, from which it falls with their square root.
    private static final double BASE_LATENTS = 1 << 14;

    private static final double BASE_RATE = 2e-4;
    private static final double WARM_UP = 0.05;
    private static final double COOL_DOWN = 0.2;

    /// Checks.
    ///
    /// @throws Problem `invalid-fit` for a number outside its range
    public SparseAutoencoderOptions {
        require("latents", latents, 2, MOST_LATENTS);
        require("k", k, 1, latents);
        require("steps", steps, 1, MOST_STEPS);
        require("batch", batch, 1, MOST_BATCH);
    }

    /// The learning rate of a step: up from 0 over the first twentieth, down to 0 over the last
    /// fifth.
    ///
    /// @param step from 1
    double rate(int step) {
        double done = (double) step / steps;
        double share = Math.min(1, Math.min(done / WARM_UP, (1 - done) / COOL_DOWN));
        // The last step would otherwise learn nothing.
        share = Math.max(share, 1.0 / steps);
        return share * BASE_RATE * Math.sqrt(BASE_LATENTS / latents);
    }

    private static void require(String name, int value, int least, int most) {
        if (!(value >= least && value <= most)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "%s of a sparse autoencoder must be %d to %d, got %d"
                            .formatted(name, least, most, value));
        }
    }
}
