package org.quirkwatch.detector;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// The loss of a variational autoencoder (Kingma and Welling 2014) that was trained on trusted
/// rows: what it cannot rebuild, and how unusual its code is.
///
/// With x̄ the row standardised by the trusted means and deviations (a feature that stands still is
/// only centred), encoder and decoder of one hidden layer of 2d rectified units each, m and log v
/// the code's mean and log-variance, the latter held within [−30, 20],
///
/// ```text
/// s(x) = (1/d) |decoder(m) − x̄|² + beta · ½ Σ (m² + v − 1 − log v)
/// ```
///
/// It lies in [0, ∞). While training, the code is drawn with its variance; a score takes its mean,
/// so that a row always has the same. Training is Adam in float64 over steps of 64 rows, seeded.
///
/// The error is a mean over features while the divergence is a sum over the code, as the library
/// cupbearer has it: with many features and `beta` 1 a code may not pay for what it rebuilds and is
/// left unused. A smaller `beta` keeps it.
///
/// The weights are quadratic in the width, 4d² of them, so rows of more than 2048 features are
/// refused. Memory: the kept rows and four times the weights while fitting, the weights afterwards.
///
/// @param latent numbers in the code
/// @param training passes, rate and beta
/// @param kept the trusted rows and the seed of all draws
record Vae(int latent, VaeTraining training, SampleOptions kept) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "vae",
                    false,
                    SampleOptions.with(
                            new RuleOption("latent", "16", "numbers in the code, from 1 to 512"),
                            new RuleOption(
                                    "epochs", "20", "passes over the kept rows, from 1 to 1000"),
                            new RuleOption("rate", "0.001", "learning rate, from 1e-6 to 0.1"),
                            new RuleOption(
                                    "beta",
                                    "1",
                                    "weight of the code's divergence, from 0 to 1000")),
                    settings ->
                            new Vae(
                                    settings.count("latent", 1, 512),
                                    new VaeTraining(
                                            settings.count("epochs", 1, 1000),
                                            settings.number("rate", 1e-6, 0.1),
                                            settings.number("beta", 0, 1000)),
                                    SampleOptions.of(settings)),
                    Fitted::of);

    private static final int FEWEST_ROWS = 2;
    private static final int MOST_FEATURES = 2048;

    private static final double LEAST_LOG_VARIANCE = -30;
    private static final double MOST_LOG_VARIANCE = 20;

    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";
    private static final String LATENT = "latent";
    private static final String BETA = "beta";
    private static final String MEAN = "mean";
    private static final String DEVIATIONS = "deviations";

    /// In the order of the program.
    static final List<String> WEIGHTS =
            List.of(
                    "encoder",
                    "encoder_bias",
                    "code",
                    "code_bias",
                    "decoder",
                    "decoder_bias",
                    "rebuilt",
                    "rebuilt_bias");

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        RowReservoir reservoir = kept.reservoir(MOST_FEATURES);
        return new Fitter() {
            @Override
            public void add(Matrix rows) {
                reservoir.add(rows);
            }

            @Override
            public FittedDetector fit() {
                return Vae.this.fit(reservoir.varied(FEWEST_ROWS), reservoir.seen());
            }
        };
    }

    /// Units of a hidden layer.
    static int hidden(int nFeatures) {
        return 2 * nFeatures;
    }

    private FittedDetector fit(Matrix rows, long seen) {
        int d = rows.columns();
        double[] mean = new double[d];
        double[] deviations = new double[d];
        for (int column = 0; column < d; column++) {
            double[] values = rows.column(column);
            double square = 0;
            for (double value : values) {
                mean[column] += value / values.length;
                square += value * value / values.length;
            }
            double variance = 0;
            for (double value : values) {
                variance += (value - mean[column]) * (value - mean[column]) / values.length;
            }
            deviations[column] =
                    variance > RowReservoir.CONSTANT * square ? Math.sqrt(variance) : 1;
        }
        List<Matrix> weights =
                training.train(
                        standardised(rows, mean, deviations),
                        latent,
                        new SplittableRandom(kept.seed()));
        return fitted(seen, mean, deviations, weights);
    }

    /// @param weights in the order of the program
    FittedDetector fitted(long seen, double[] mean, double[] deviations, List<Matrix> weights) {
        int d = mean.length;
        Map<String, Matrix> tensors = new HashMap<>();
        tensors.put(MEAN, Matrix.of(1, d, mean));
        tensors.put(DEVIATIONS, Matrix.of(1, d, deviations));
        for (int i = 0; i < WEIGHTS.size(); i++) {
            tensors.put(WEIGHTS.get(i), weights.get(i));
        }
        return Fitted.of(
                new FittedState(
                        Map.of(
                                N_FIT, (double) seen,
                                N_FEATURES, (double) d,
                                LATENT, (double) latent,
                                BETA, training.beta()),
                        tensors));
    }

    private static Matrix standardised(Matrix rows, double[] mean, double[] deviations) {
        double[] values = rows.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = (values[i] - mean[i % mean.length]) / deviations[i % mean.length];
        }
        return Matrix.wrap(rows.rows(), rows.columns(), values);
    }

    private record Fitted(
            FittedState state,
            int latent,
            double beta,
            double[] mean,
            double[] deviations,
            List<Matrix> weights)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            Set<String> names = new java.util.HashSet<>(WEIGHTS);
            names.addAll(List.of(MEAN, DEVIATIONS));
            state.requireNames(Set.of(N_FIT, N_FEATURES, LATENT, BETA), names);
            state.count(N_FIT, FEWEST_ROWS);
            int d = state.count(N_FEATURES, 1);
            int latent = state.count(LATENT, 1);
            if (!(d <= MOST_FEATURES && latent <= MOST_FEATURES)) {
                throw new IllegalArgumentException(
                        "n_features and latent must be at most %d, got %d and %d"
                                .formatted(MOST_FEATURES, d, latent));
            }
            double beta = state.number(BETA);
            if (!(beta >= 0)) {
                throw new IllegalArgumentException("beta must be 0 or more, got " + beta);
            }
            double[] deviations = state.tensor(DEVIATIONS, 1, d).row(0);
            for (double deviation : deviations) {
                if (!(deviation > 0)) {
                    throw new IllegalArgumentException(
                            "tensor deviations must be positive, got " + deviation);
                }
            }
            int[][] shapes = {
                {d, hidden(d)}, {hidden(d), 2 * latent}, {latent, hidden(d)}, {hidden(d), d}
            };
            List<Matrix> weights = new ArrayList<>();
            for (int i = 0; i < WEIGHTS.size(); i++) {
                int[] shape = shapes[i / 2];
                weights.add(state.tensor(WEIGHTS.get(i), i % 2 == 0 ? shape[0] : 1, shape[1]));
            }
            return new Fitted(
                    state,
                    latent,
                    beta,
                    state.tensor(MEAN, 1, d).row(0),
                    deviations,
                    List.copyOf(weights));
        }

        @Override
        public int nFeatures() {
            return mean.length;
        }

        @Override
        public double[] score(Matrix rows) {
            Overflow.requireWidth(rows, nFeatures());
            Matrix x = standardised(rows, mean, deviations);
            // [n, 2 latent]: means, then log-variances
            Matrix code = affine(rectified(affine(x, 0)), 2);
            double[] means = new double[rows.rows() * latent];
            double[] scores = new double[rows.rows()];
            for (int row = 0; row < scores.length; row++) {
                for (int i = 0; i < latent; i++) {
                    double m = code.get(row, i);
                    means[row * latent + i] = m;
                    double logVariance =
                            Math.clamp(
                                    code.get(row, latent + i),
                                    LEAST_LOG_VARIANCE,
                                    MOST_LOG_VARIANCE);
                    double divergence = m * m + Math.exp(logVariance) - 1 - logVariance;
                    scores[row] += beta * divergence / 2;
                }
            }
            Matrix rebuilt =
                    affine(rectified(affine(Matrix.wrap(scores.length, latent, means), 4)), 6);
            for (int row = 0; row < scores.length; row++) {
                double sum = 0;
                for (int i = 0; i < mean.length; i++) {
                    double error = rebuilt.get(row, i) - x.get(row, i);
                    sum += error * error;
                }
                scores[row] += sum / mean.length;
            }
            return Overflow.settled(rows, scores);
        }

        private Matrix affine(Matrix rows, int weight) {
            Matrix product = LinearAlgebra.multiply(rows, weights.get(weight));
            double[] bias = weights.get(weight + 1).row(0);
            double[] values = product.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] += bias[i % bias.length];
            }
            return Matrix.wrap(product.rows(), product.columns(), values);
        }

        private static Matrix rectified(Matrix rows) {
            double[] values = rows.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.max(values[i], 0);
            }
            return Matrix.wrap(rows.rows(), rows.columns(), values);
        }
    }
}
