package org.quirkwatch.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Program.Threads;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// Trains the weights of [Couplings] by maximum likelihood with Adam (0.9, 0.999) in float64, on
/// one thread of the processor. One training runs at a time; others wait.
///
/// @param prior of the latents
/// @param epochs passes over the rows at most
/// @param rate the learning rate
record CouplingTraining(FlowPrior prior, int epochs, double rate) {

    private static final int ROWS_OF_A_STEP = 64;

    /// Passes without a gain on the rows that are held out, after which training ends.
    private static final int PATIENCE = 8;

    private static final ReentrantLock LOCK = new ReentrantLock();

    /// Weights of the first layers drawn evenly from ± 1/√(components kept), of the second ones 0:
    /// the couplings change nothing yet, and what is trained starts as the Gaussian that whitens.
    static List<Matrix> initial(int components, int couplings, int hidden, RandomGenerator random) {
        List<Matrix> weights = new ArrayList<>();
        for (int coupling = 0; coupling < couplings; coupling++) {
            int[][] shapes = Couplings.shapes(components, hidden, coupling);
            double most = 1 / Math.sqrt(shapes[0][0]);
            for (int i = 0; i < shapes.length; i++) {
                double[] values = new double[shapes[i][0] * shapes[i][1]];
                for (int j = 0; i < 2 && j < values.length; j++) {
                    values[j] = most * (2 * random.nextDouble() - 1);
                }
                weights.add(Matrix.wrap(shapes[i][0], shapes[i][1], values));
            }
        }
        return weights;
    }

    /// The order of n rows in a pass.
    static long[] order(int n, RandomGenerator random) {
        long[] order = new long[n];
        for (int i = 0; i < n; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    /// The weights that were best on the rows held out, among the given ones and those after each
    /// pass. A training that diverges ends with the best before.
    ///
    /// @param weights of one coupling or more
    /// @param learned `[n, k]`, n of 1 or more
    /// @param held `[m, k]`, m of 1 or more
    List<Matrix> best(List<Matrix> weights, Matrix learned, Matrix held, RandomGenerator random) {
        try (Session session = new Session(weights, learned)) {
            List<Matrix> best = weights;
            double least = session.measure(held);
            int since = 0;
            for (int epoch = 0; epoch < epochs && since < PATIENCE; epoch++) {
                session.pass(epoch, order(learned.rows(), random));
                double loss = session.measure(held);
                since++;
                if (loss < least) {
                    least = loss;
                    best = session.weights();
                    since = 0;
                }
            }
            return best;
        }
    }

    /// The weights after all passes.
    ///
    /// @param orders of each pass, `[epochs][n]`
    List<Matrix> last(List<Matrix> weights, Matrix learned, long[][] orders) {
        try (Session session = new Session(weights, learned)) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                session.pass(epoch, orders[epoch]);
            }
            return session.weights();
        }
    }

    /// A training under way: holds the lock and native memory until closed.
    private final class Session implements AutoCloseable {

        private final List<Matrix> shapes;
        private final int n;
        private final Scope scope;
        private final Tensor x;
        private final List<Tensor> trained;
        private final List<Tensor> first;
        private final List<Tensor> second;

        Session(List<Matrix> weights, Matrix rows) {
            LOCK.lock();
            shapes = weights;
            n = rows.rows();
            scope = Scope.open(ComputeDevice.CPU);
            x = tensor(scope, rows);
            trained = weights.stream().map(matrix -> tensor(scope, matrix)).toList();
            first = weights.stream().map(matrix -> zeros(scope, matrix)).toList();
            second = weights.stream().map(matrix -> zeros(scope, matrix)).toList();
        }

        void pass(int epoch, long[] order) {
            int steps = Math.ceilDiv(n, ROWS_OF_A_STEP);
            double[] settings = {ROWS_OF_A_STEP, rate, (double) epoch * steps};
            try (Scope step = Scope.open(ComputeDevice.CPU)) {
                Holder.PROGRAM.call(
                        step,
                        Program.Mode.GRADIENT,
                        Threads.ONE,
                        "epoch",
                        Program.many(trained),
                        Program.many(first),
                        Program.many(second),
                        Program.one(x),
                        Program.one(step.tensor(order, n)),
                        Program.one(step.tensor(settings, settings.length)),
                        Program.one(step.scalar((long) prior.code())));
            }
        }

        /// The mean over rows and components of −log p, in nats.
        double measure(Matrix rows) {
            try (Scope step = Scope.open(ComputeDevice.CPU)) {
                return Holder.PROGRAM
                        .call(
                                step,
                                // The weights are differentiated by in the next pass.
                                Program.Mode.GRADIENT,
                                Threads.ONE,
                                "measure",
                                Program.many(trained),
                                Program.one(tensor(step, rows)),
                                Program.one(step.scalar((long) prior.code())))
                        .getFirst()
                        .toDoubles()[0];
            }
        }

        List<Matrix> weights() {
            List<Matrix> weights = new ArrayList<>();
            for (int i = 0; i < shapes.size(); i++) {
                Matrix shape = shapes.get(i);
                weights.add(Matrix.wrap(shape.rows(), shape.columns(), trained.get(i).toDoubles()));
            }
            return weights;
        }

        @Override
        public void close() {
            try {
                scope.close();
            } finally {
                LOCK.unlock();
            }
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
        static final Program PROGRAM = Program.load("flow", ComputeDevice.CPU);
    }
}
