package org.quirkwatch.linalg;

import java.util.Optional;

/// Newton's method for the penalised loss of a [LogisticRegression], with steps that are halved
/// until the loss falls (Armijo's rule). It ends where the gradient is a 1e-9th of that at the
/// start, where no step makes the loss smaller in float64, or after 100 steps.
final class LogisticDescent {

    private static final int MOST_STEPS = 100;
    private static final int MOST_HALVINGS = 40;
    private static final double TOLERANCE = 1e-9;

    /// Added to the diagonal of the curvature, as a share of its largest value: keeps the system
    /// solvable where rows do not determine all weights. It changes the steps, not where they lead.
    private static final double LEAST_RIDGE = 1e-13;

    private static final double MOST_RIDGE = 1;

    private final Matrix rows;
    private final double[] targets;

    /// @param rows `[n, p]`, of which the last column is that of the bias
    /// @param targets `[n]`, each 0 or 1
    LogisticDescent(Matrix rows, double[] targets) {
        this.rows = rows;
        this.targets = targets;
    }

    /// The minimum.
    ///
    /// @return `[p]`, the bias last
    double[] fit(double lambda) {
        int p = rows.columns();
        double[] solution = new double[p];
        State state = new State(solution, lambda);
        double[] gradient = state.gradient();
        double enough = TOLERANCE * norm(gradient);
        for (int i = 0; i < MOST_STEPS && norm(gradient) > enough; i++) {
            double[] step = step(state, gradient, lambda);
            State next = along(state, step, dot(gradient, step), lambda);
            if (next == state) {
                break;
            }
            state = next;
            gradient = state.gradient();
        }
        return state.solution;
    }

    /// The mean loss without the penalty.
    double loss(double[] solution) {
        return new State(solution, 0).value;
    }

    /// The Newton step, `[p]`; to be subtracted.
    private double[] step(State state, double[] gradient, double lambda) {
        double[] weight = state.curvature();
        double largest = 0;
        double[] diagonal = new double[gradient.length];
        double[] values = rows.values();
        for (int row = 0; row < weight.length; row++) {
            int start = row * diagonal.length;
            for (int k = 0; k < diagonal.length; k++) {
                diagonal[k] += weight[row] * values[start + k] * values[start + k];
                largest = Math.max(largest, diagonal[k]);
            }
        }
        for (double share = LEAST_RIDGE; share <= MOST_RIDGE; share *= 10) {
            double[] ridge = new double[gradient.length];
            for (int i = 0; i < ridge.length; i++) {
                boolean penalised = i < ridge.length - 1;
                ridge[i] = share * (largest + 2 * lambda) + (penalised ? 2 * lambda : 0);
            }
            Optional<double[]> step =
                    LinearAlgebra.weightedNormal(rows, weight, ridge, gradient.clone());
            if (step.isPresent()) {
                return step.get();
            }
        }
        // No curvature left: straight down.
        return gradient;
    }

    private State along(State state, double[] step, double slope, double lambda) {
        double length = 1;
        for (int i = 0; i < MOST_HALVINGS; i++) {
            double[] moved = state.solution.clone();
            for (int k = 0; k < moved.length; k++) {
                moved[k] -= length * step[k];
            }
            State next = new State(moved, lambda);
            // Close to the minimum the loss falls by less than its last digits can say.
            if (next.value <= state.value - 1e-4 * length * slope + 1e-15 * state.value) {
                return next;
            }
            length /= 2;
        }
        return state;
    }

    /// A point, the logits there and the loss.
    private final class State {
        final double[] solution;
        final double value;
        private final double lambda;
        private final double[] logits;

        State(double[] solution, double lambda) {
            this.solution = solution;
            this.lambda = lambda;
            this.logits = new double[targets.length];
            double sum = 0;
            for (int i = 0; i < logits.length; i++) {
                logits[i] = row(i, solution);
                // log(1 + exp(r)) without overflow.
                double softplus =
                        Math.max(logits[i], 0) + Math.log1p(Math.exp(-Math.abs(logits[i])));
                sum += softplus - targets[i] * logits[i];
            }
            double penalty = 0;
            for (int k = 0; k < solution.length - 1; k++) {
                penalty += solution[k] * solution[k];
            }
            this.value = sum / logits.length + lambda * penalty;
        }

        private double row(int row, double[] factors) {
            double[] values = rows.values();
            int start = row * factors.length;
            double sum = 0;
            for (int k = 0; k < factors.length; k++) {
                sum += values[start + k] * factors[k];
            }
            return sum;
        }

        double[] gradient() {
            double[] gradient = new double[solution.length];
            double[] values = rows.values();
            for (int i = 0; i < logits.length; i++) {
                double error = (probability(logits[i]) - targets[i]) / logits.length;
                for (int k = 0; k < gradient.length; k++) {
                    gradient[k] += error * values[i * gradient.length + k];
                }
            }
            for (int k = 0; k < gradient.length - 1; k++) {
                gradient[k] += 2 * lambda * solution[k];
            }
            return gradient;
        }

        /// The second derivative of the loss by each row's logit, `[n]`.
        double[] curvature() {
            double[] weight = new double[logits.length];
            for (int i = 0; i < weight.length; i++) {
                // Not p (1 − p), which is 0 where p rounds to 1.
                weight[i] = probability(logits[i]) * probability(-logits[i]) / logits.length;
            }
            return weight;
        }
    }

    private static double probability(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    private static double norm(double[] values) {
        return Math.sqrt(dot(values, values));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
