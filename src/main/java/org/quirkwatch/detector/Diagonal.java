package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The mean over features of the squared deviation from the trusted mean in standard deviations:
/// [Mahalanobis] with the diagonal of the covariance alone. With m_i and σ_i the mean and standard
/// deviation (divisor n) of feature i over the trusted rows,
///
/// ```text
/// s(x) = (1/d) Σ ((x_i − m_i) / max(σ_i, floor))²
/// ```
///
/// in [0, ∞), near 1 over fresh trusted rows unless many features are dead. The library cupbearer
/// calls it the scaled mean difference.
///
/// **The floor** is for features that hardly vary, such as latents of a sparse autoencoder that no
/// trusted row ever had. The original takes 1e-8 whatever the unit; one activation of a dead latent
/// then counts 1e16 times its square, and the score is little but their number, which [L0] says
/// better. Here the floor is a share of the median σ of the features that vary: the largest would
/// be that of the one feature far beyond all others that language models have. The variance is
/// gathered by Welford's update (1962), never as E[x²] − m², which may be negative.
///
/// Memory of the fitter: two numbers a feature.
///
/// @param floor share of the median standard deviation, or [#ORIGINAL] for 1e-8 absolute
record Diagonal(double floor) implements LayerDetector {

    /// Stands for the floor of the original.
    static final double ORIGINAL = -1;

    static final RuleOption FLOOR =
            new RuleOption(
                    "floor",
                    "0.01",
                    "least scale of a feature, as a share above 0 up to 1 of the median feature's;"
                            + " original: 1e-8, whatever the others have");

    static final LayerRule RULE =
            new LayerRule(
                    "diagonal",
                    false,
                    List.of(FLOOR),
                    settings -> new Diagonal(floor(settings)),
                    Fitted::of);

    private static final double ORIGINAL_FLOOR = 1e-8;
    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";
    private static final String MEAN = "mean";
    private static final String DEVIATIONS = "deviations";

    static double floor(RuleSettings settings) {
        return settings.text(FLOOR.name()).equals("original")
                ? ORIGINAL
                : settings.number(FLOOR.name(), Double.MIN_NORMAL, 1);
    }

    /// Raises the scales of features to a floor.
    ///
    /// @param scales `[d]`, 0 or more
    /// @param floor as [#floor]
    /// @param count of the rows, for the message
    /// @throws Problem `invalid-fit` when the floor is relative and every scale is 0
    static double[] raised(double[] scales, double floor, long count) {
        double least = ORIGINAL_FLOOR;
        if (floor != ORIGINAL) {
            double[] varying = Arrays.stream(scales).filter(scale -> scale > 0).sorted().toArray();
            if (varying.length == 0) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "the features are the same in all %d trusted rows: there is nothing to fit"
                                .formatted(count));
            }
            least = floor * varying[varying.length / 2];
        }
        double[] raised = scales.clone();
        for (int i = 0; i < raised.length; i++) {
            // The least normal number, so that nothing is divided by 0.
            raised[i] = Math.max(raised[i], Math.max(least, Double.MIN_NORMAL));
        }
        return raised;
    }

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new MomentsFitter();
    }

    private final class MomentsFitter implements Fitter {

        private long count;
        private double @Nullable [] mean;
        private double[] squares = new double[0];

        @Override
        public void add(Matrix rows) {
            SeenRows.check(rows, "trusted");
            if (mean == null) {
                mean = new double[rows.columns()];
                squares = new double[rows.columns()];
            }
            Whitening.requireWidth(rows, mean.length);
            for (int row = 0; row < rows.rows(); row++) {
                count++;
                double[] values = rows.row(row);
                for (int i = 0; i < values.length; i++) {
                    double before = values[i] - mean[i];
                    mean[i] += before / count;
                    squares[i] += before * (values[i] - mean[i]);
                }
            }
        }

        @Override
        public FittedDetector fit() {
            SeenRows.requireEnough(count, "trusted");
            double[] deviations = new double[squares.length];
            for (int i = 0; i < deviations.length; i++) {
                deviations[i] = Math.sqrt(squares[i] / count);
            }
            deviations = raised(deviations, floor, count);
            int nFeatures = deviations.length;
            return Fitted.of(
                    new FittedState(
                            Map.of(N_FIT, (double) count, N_FEATURES, (double) nFeatures),
                            Map.of(
                                    MEAN,
                                    Matrix.of(1, nFeatures, java.util.Objects.requireNonNull(mean)),
                                    DEVIATIONS,
                                    Matrix.wrap(1, nFeatures, deviations))));
        }
    }

    private record Fitted(FittedState state, double[] mean, double[] deviations)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(Set.of(N_FIT, N_FEATURES), Set.of(MEAN, DEVIATIONS));
            state.count(N_FIT, 2);
            int nFeatures = state.count(N_FEATURES, 1);
            return new Fitted(
                    state,
                    state.tensor(MEAN, 1, nFeatures).row(0),
                    state.positive(DEVIATIONS, nFeatures));
        }

        @Override
        public int nFeatures() {
            return mean.length;
        }

        @Override
        public double[] score(Matrix rows) {
            Whitening.requireWidth(rows, mean.length);
            double[] scores = new double[rows.rows()];
            for (int row = 0; row < scores.length; row++) {
                double[] values = rows.row(row);
                for (int i = 0; i < values.length; i++) {
                    double z = (values[i] - mean[i]) / deviations[i];
                    scores[row] += z * z;
                }
                scores[row] /= mean.length;
            }
            return scores;
        }
    }
}
