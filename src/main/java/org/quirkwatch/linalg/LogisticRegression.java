package org.quirkwatch.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// A fitted logistic regression with an L2 penalty. Over n rows x_i with targets t_i in {0, 1} and
/// r_i = w · x_i + b, it minimises
///
/// ```text
/// (1/n) Σ (log(1 + exp(r_i)) − t_i r_i) + λ ‖w‖²
/// ```
///
/// in float64 from w = 0, b = 0; the bias is not penalised. In scikit-learn's terms C is 1 / (2 n
/// λ). Immutable.
///
/// Where there are fewer rows than columns, the minimum lies in the span of the rows and is looked
/// for there: nothing of columns times columns is ever made. Where λ is 0 and a plane separates the
/// targets there is no minimum; w then is where the slope has become next to nothing.
///
/// @param weights w, `[d, 1]`
/// @param bias b
/// @param lambda the penalty, 0 or more
public record LogisticRegression(Matrix weights, double bias, double lambda) {

    /// The penalties among which [#crossValidated] chooses: 0 and ten from 1e-4 to 1e4, evenly
    /// spaced by their logarithms.
    private static final double[] LAMBDAS =
            IntStream.rangeClosed(-1, 9)
                    .mapToDouble(i -> i < 0 ? 0 : Math.pow(10, -4 + 8.0 * i / 9))
                    .toArray();

    private static final int FOLDS = 5;

    /// Checks the shape.
    ///
    /// @throws IllegalArgumentException when something is not finite, λ is negative or the weights
    ///   are no column
    public LogisticRegression {
        if (!(weights.columns() == 1 && weights.isFinite() && Double.isFinite(bias))) {
            throw new IllegalArgumentException(
                    "expected one column of finite weights and a finite bias, got %s and %s"
                            .formatted(weights, bias));
        }
        requirePenalty(lambda);
    }

    /// Fits with a given penalty.
    ///
    /// @param rows `[n, d]`, finite, n at least 1
    /// @param targets `[n]`, each 0 or 1
    /// @param lambda 0 or more
    public static LogisticRegression fit(Matrix rows, double[] targets, double lambda) {
        requirePenalty(lambda);
        return Span.of(rows, targets).fit(all(targets.length), lambda);
    }

    /// Fits with that penalty among 0 and ten from 1e-4 to 1e4 that has the least mean loss over
    /// five folds, then on all rows. Each fold has ⌊n/5⌋ rows, so up to four rows are never
    /// validated on.
    ///
    /// @param rows `[n, d]`, finite, n at least 5
    /// @param targets `[n]`, each 0 or 1
    /// @param seed of the order from which the folds are cut
    public static LogisticRegression crossValidated(Matrix rows, double[] targets, long seed) {
        List<Integer> order = new ArrayList<>(all(targets.length));
        Collections.shuffle(order, new Random(seed));
        return crossValidated(rows, targets, order);
    }

    /// @param order of the rows, from which the folds are cut
    static LogisticRegression crossValidated(Matrix rows, double[] targets, List<Integer> order) {
        if (!(targets.length >= FOLDS)) {
            throw new IllegalArgumentException(
                    "%d row(s) cannot be cut into %d folds".formatted(targets.length, FOLDS));
        }
        Span span = Span.of(rows, targets);
        int size = order.size() / FOLDS;
        double[] losses = new double[LAMBDAS.length];
        for (int fold = 0; fold < FOLDS; fold++) {
            List<Integer> held = order.subList(fold * size, (fold + 1) * size);
            List<Integer> others = new ArrayList<>(order.subList(0, fold * size));
            others.addAll(order.subList((fold + 1) * size, order.size()));
            LogisticDescent descent = span.descent(others);
            for (int i = 0; i < LAMBDAS.length; i++) {
                losses[i] += span.loss(descent.fit(LAMBDAS[i]), held) / FOLDS;
            }
        }
        int best = 0;
        for (int i = 1; i < losses.length; i++) {
            best = losses[i] < losses[best] ? i : best;
        }
        return span.fit(all(targets.length), LAMBDAS[best]);
    }

    /// The logits r of rows.
    ///
    /// @param rows `[n, d]`
    /// @return `[n]`
    public double[] logits(Matrix rows) {
        double[] logits = LinearAlgebra.multiply(rows, weights).toArray();
        for (int i = 0; i < logits.length; i++) {
            logits[i] += bias;
        }
        return logits;
    }

    private static List<Integer> all(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static void requirePenalty(double lambda) {
        if (!(lambda >= 0 && lambda < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "lambda must be finite and not negative, got " + lambda);
        }
    }

    /// The rows less their mean, in coordinates of their span, and a last column of ones for the
    /// bias.
    ///
    /// @param mean of the rows, `[d]`
    /// @param basis of the span, `[d, r]`; without columns where the rows are their own coordinates
    /// @param coordinates `[n, r + 1]`
    private record Span(double[] mean, Matrix basis, Matrix coordinates, double[] targets) {

        static Span of(Matrix rows, double[] targets) {
            int n = rows.rows();
            int d = rows.columns();
            if (!(n == targets.length && n > 0 && d > 0)) {
                throw new IllegalArgumentException(
                        "expected a target for each row, got %d for %s"
                                .formatted(targets.length, rows));
            }
            for (double target : targets) {
                if (!(target == 0 || target == 1)) {
                    throw new IllegalArgumentException("targets must be 0 or 1, got " + target);
                }
            }
            if (!rows.isFinite()) {
                throw new IllegalArgumentException("cannot fit %s: not finite".formatted(rows));
            }
            double[] values = rows.toArray();
            double[] mean = new double[d];
            for (int i = 0; i < values.length; i++) {
                mean[i % d] += values[i] / n;
            }
            for (int i = 0; i < values.length; i++) {
                values[i] -= mean[i % d];
            }
            Matrix centred = Matrix.wrap(n, d, values);
            Matrix basis = Matrix.wrap(0, 0, new double[0]);
            Matrix inside = centred;
            if (d > n) {
                basis = LinearAlgebra.svd(centred).vectors();
                inside = LinearAlgebra.multiply(centred, basis);
            }
            double[] ones = new double[n];
            Arrays.fill(ones, 1);
            return new Span(
                    mean,
                    basis,
                    Matrix.besideEachOther(List.of(inside, Matrix.wrap(n, 1, ones))),
                    targets.clone());
        }

        LogisticDescent descent(List<Integer> rows) {
            int width = coordinates.columns();
            double[] picked = new double[rows.size() * width];
            double[] own = new double[rows.size()];
            for (int i = 0; i < own.length; i++) {
                System.arraycopy(coordinates.row(rows.get(i)), 0, picked, i * width, width);
                own[i] = targets[rows.get(i)];
            }
            return new LogisticDescent(Matrix.wrap(own.length, width, picked), own);
        }

        /// The mean loss over rows, without the penalty.
        double loss(double[] solution, List<Integer> rows) {
            return descent(rows).loss(solution);
        }

        LogisticRegression fit(List<Integer> rows, double lambda) {
            double[] solution = descent(rows).fit(lambda);
            int r = solution.length - 1;
            Matrix inside = Matrix.of(r, 1, Arrays.copyOf(solution, r));
            Matrix weights = basis.columns() == 0 ? inside : LinearAlgebra.multiply(basis, inside);
            double bias = solution[r];
            for (int i = 0; i < mean.length; i++) {
                bias -= mean[i] * weights.get(i, 0);
            }
            return new LogisticRegression(weights, bias, lambda);
        }
    }
}
