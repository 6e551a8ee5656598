package org.quirkwatch.flow;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How a [Flow] is trained on trusted rows: standardised and whitened by all of them, then by
/// maximum likelihood, Adam at a rate of 0.001 over steps of 64 rows. A fifth of the rows, drawn at
/// random, is held out of that: training ends after eight passes without a gain there, and the
/// weights that were best there stay. As it starts from couplings that change nothing, the flow is
/// never worse there than the whitening alone.
///
/// Everything random comes from the seed: the same rows give the same flow on the same machine.
///
/// Time: a pass over n rows takes n/64 steps of Adam; the rows' singular value decomposition comes
/// before.
///
/// @param prior of the latents
/// @param components principal directions to model at most, from 1 to 512
/// @param couplings from 1 to 64; none are used where one component is left
/// @param hidden units of each coupling, from 1 to 1024
/// @param epochs passes over the rows at most, from 1 to 1000
/// @param seed 0 or more
public record FlowTraining(
        FlowPrior prior, int components, int couplings, int hidden, int epochs, long seed) {

    /// The most principal directions.
    public static final int MOST_COMPONENTS = 512;

    /// The most couplings.
    public static final int MOST_COUPLINGS = 64;

    /// The most hidden units.
    public static final int MOST_HIDDEN = 1024;

    /// The most passes.
    public static final int MOST_EPOCHS = 1000;

    /// The fewest rows to train on.
    public static final int FEWEST_ROWS = 10;

    private static final double RATE = 0.001;
    private static final int HELD_OUT = 5;

    /// Checks.
    ///
    /// @throws Problem `invalid-fit` for a number outside its range
    public FlowTraining {
        require("components", components, 1, MOST_COMPONENTS);
        require("couplings", couplings, 1, MOST_COUPLINGS);
        require("hidden", hidden, 1, MOST_HIDDEN);
        require("epochs", epochs, 1, MOST_EPOCHS);
        require("seed", seed, 0, Long.MAX_VALUE);
    }

    /// What holds unless told otherwise: 32 components, 6 couplings of 64 units, 60 passes, seed 0.
    ///
    /// @param prior of the latents
    public static FlowTraining standard(FlowPrior prior) {
        return new FlowTraining(prior, 32, 6, 64, 60, 0);
    }

    /// Trains.
    ///
    /// @param rows `[n, d]`, finite in float32, n of 10 or more
    /// @throws Problem `invalid-fit` when there are too few rows, or no feature varies
    public Flow train(Matrix rows) {
        if (!(rows.rows() >= FEWEST_ROWS)) {
            throw invalid(
                    "%d trusted row(s) to fit on, %d or more are needed"
                            .formatted(rows.rows(), FEWEST_ROWS));
        }
        RandomGenerator random = new SplittableRandom(seed);
        Whitening principal = Whitening.of(rows, components);
        int k = principal.components();
        Whitening whitening =
                principal.ordered(
                        LongStream.of(CouplingTraining.order(k, random))
                                .mapToInt(Math::toIntExact)
                                .toArray());
        if (k == 1) {
            return Flow.of(prior, rows.rows(), hidden, whitening, List.of());
        }
        Matrix whitened = whitening.forward(rows);
        long[] order = CouplingTraining.order(rows.rows(), random);
        int held = rows.rows() / HELD_OUT;
        List<Matrix> weights =
                new CouplingTraining(prior, epochs, RATE)
                        .best(
                                CouplingTraining.initial(k, couplings, hidden, random),
                                pick(whitened, order, held, order.length),
                                pick(whitened, order, 0, held),
                                random);
        return Flow.of(prior, rows.rows(), hidden, whitening, weights);
    }

    private static Matrix pick(Matrix rows, long[] order, int from, int to) {
        double[][] picked = new double[to - from][];
        for (int i = from; i < to; i++) {
            picked[i - from] = rows.row(Math.toIntExact(order[i]));
        }
        return Matrix.ofRows(picked);
    }

    private static void require(String name, long value, long least, long most) {
        if (!(value >= least && value <= most)) {
            throw invalid(
                    "%s of a flow must be %d to %d, got %d".formatted(name, least, most, value));
        }
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
