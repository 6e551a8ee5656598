package org.quirkwatch.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// Trains the weights of a [Vae] with Adam (0.9, 0.999) in float64, on the processor. One training
/// runs at a time; others wait.
///
/// @param epochs passes over the rows
/// @param rate the learning rate
/// @param beta weight of the divergence
record VaeTraining(int epochs, double rate, double beta) {

    private static final int ROWS_OF_A_STEP = 64;

    private static final ReentrantLock LOCK = new ReentrantLock();

    /// A pass: the order of the rows `[n]`, and the noise of each row in that order `[n, latent]`.
    record Pass(long[] order, Matrix noise) {

        static Pass draw(int n, int latent, RandomGenerator random) {
            long[] order = new long[n];
            for (int i = 0; i < n; i++) {
                int other = random.nextInt(i + 1);
                order[i] = order[other];
                order[other] = i;
            }
            return new Pass(order, Matrix.wrap(n, latent, normal(n * latent, random)));
        }

        private static double[] normal(int count, RandomGenerator random) {
            return DoubleStream.generate(random::nextGaussian).limit(count).toArray();
        }
    }

    /// Weights drawn evenly from ± 1/√(inputs of the layer).
    ///
    /// @return in the order of the program
    static List<Matrix> initial(int nFeatures, int latent, RandomGenerator random) {
        int hidden = Vae.hidden(nFeatures);
        int[][] layers = {
            {nFeatures, hidden}, {hidden, 2 * latent}, {latent, hidden}, {hidden, nFeatures}
        };
        List<Matrix> weights = new ArrayList<>();
        for (int[] layer : layers) {
            for (int rows : new int[] {layer[0], 1}) {
                double most = 1 / Math.sqrt(layer[0]);
                double[] values = new double[rows * layer[1]];
                for (int i = 0; i < values.length; i++) {
                    values[i] = most * (2 * random.nextDouble() - 1);
                }
                weights.add(Matrix.wrap(rows, layer[1], values));
            }
        }
        return weights;
    }

    /// Trains from weights drawn at random.
    ///
    /// @param rows `[n, nFeatures]`, standardised
    /// @return the weights, in the order of the program
    /// @throws Problem `invalid-fit` when the weights grow beyond all bounds
    List<Matrix> train(Matrix rows, int latent, RandomGenerator random) {
        List<Matrix> weights = initial(rows.columns(), latent, random);
        List<Matrix> trained =
                train(weights, rows, epoch -> Pass.draw(rows.rows(), latent, random));
        if (!trained.stream().allMatch(Matrix::isFinite)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the training on %d trusted row(s) diverged at rate %s: a lower one is needed"
                            .formatted(rows.rows(), rate));
        }
        return trained;
    }

    /// Trains from given weights.
    ///
    /// @param passes by the number of the epoch, from 0
    List<Matrix> train(
            List<Matrix> weights, Matrix rows, java.util.function.IntFunction<Pass> passes) {
        int n = rows.rows();
        int steps = Math.ceilDiv(n, ROWS_OF_A_STEP);
        LOCK.lock();
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            Tensor x = tensor(scope, rows);
            List<Tensor> trained = weights.stream().map(matrix -> tensor(scope, matrix)).toList();
            List<Tensor> first = weights.stream().map(matrix -> zeros(scope, matrix)).toList();
            List<Tensor> second = weights.stream().map(matrix -> zeros(scope, matrix)).toList();
            for (int epoch = 0; epoch < epochs; epoch++) {
                Pass pass = passes.apply(epoch);
                double[] settings = {ROWS_OF_A_STEP, rate, beta, (double) epoch * steps};
                try (Scope step = Scope.open(ComputeDevice.CPU)) {
                    Holder.PROGRAM.call(
                            step,
                            Program.Mode.GRADIENT,
                            "epoch",
                            Program.many(trained),
                            Program.many(first),
                            Program.many(second),
                            Program.one(x),
                            Program.one(step.tensor(pass.order(), n)),
                            Program.one(tensor(step, pass.noise())),
                            Program.one(step.tensor(settings, settings.length)));
                }
            }
            List<Matrix> result = new ArrayList<>();
            for (int i = 0; i < weights.size(); i++) {
                Matrix shape = weights.get(i);
                result.add(Matrix.wrap(shape.rows(), shape.columns(), trained.get(i).toDoubles()));
            }
            return result;
        } finally {
            LOCK.unlock();
        }
    }

    private static Tensor tensor(Scope scope, Matrix matrix) {
        return scope.tensor(matrix.toArray(), matrix.rows(), matrix.columns());
    }

    private static Tensor zeros(Scope scope, Matrix matrix) {
        return scope.tensor(
                new double[matrix.rows() * matrix.columns()], matrix.rows(), matrix.columns());
    }

    private static final class Holder {
        static final Program PROGRAM = Program.load("vae", ComputeDevice.CPU);
    }
}
