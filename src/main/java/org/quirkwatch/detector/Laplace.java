package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// The negative logarithm of a Laplace density with independent features, in nats:
///
/// ```text
/// s(x) = Σ (|x_i − m_i| / b_i + ln(2 b_i))
/// ```
///
/// Under the prior `unit` all m_i are 0 and all b_i are 1: what is expected of the latents of a
/// normalising flow that was trained towards that prior, with values in [d ln 2, ∞). Under `fitted`
/// m_i is the median and b_i the mean distance from it over the trusted rows, which maximises their
/// likelihood, with values in (−∞, ∞).
///
/// The original code returns the logarithm itself, which is *higher for the more normal row*; this
/// is its negative. The density of a flow's input also has the logarithm of the flow's determinant,
/// which is a matter of the feature and not of this score.
///
/// Memory of the fitter: at most `max-rows` rows under `fitted`, else none.
///
/// @param fitted whether m and b are those of the trusted rows
/// @param floor least b, as of [Diagonal]
/// @param kept of which m and b are taken
record Laplace(boolean fitted, double floor, SampleOptions kept) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "laplace",
                    false,
                    SampleOptions.with(
                            new RuleOption(
                                    "prior",
                                    "unit",
                                    "unit: location 0 and scale 1, or fitted: median and mean"
                                            + " distance from it of each feature"),
                            Diagonal.FLOOR),
                    settings ->
                            new Laplace(
                                    settings.choice("prior", "unit", "fitted").equals("fitted"),
                                    Diagonal.floor(settings),
                                    SampleOptions.of(settings)),
                    Fitted::of);

    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";
    private static final String LOCATION = "location";
    private static final String SCALE = "scale";

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new QuantileFitter();
    }

    private final class QuantileFitter implements Fitter {

        private final Reservoir rows = new Reservoir(fitted ? kept.most() : 0, kept.seed());

        @Override
        public void add(Matrix rows) {
            SeenRows.check(rows, "trusted");
            this.rows.add(rows);
        }

        @Override
        public FittedDetector fit() {
            SeenRows.requireEnough(rows.count(), "trusted");
            int nFeatures = rows.columns();
            double[] location = new double[nFeatures];
            double[] scale = new double[nFeatures];
            Arrays.fill(scale, 1);
            if (fitted) {
                Matrix sample = rows.rows();
                for (int i = 0; i < nFeatures; i++) {
                    double[] column = sample.column(i);
                    double median = median(column);
                    location[i] = median;
                    scale[i] =
                            Arrays.stream(column)
                                    .map(value -> Math.abs(value - median))
                                    .average()
                                    .orElseThrow();
                }
                scale = Diagonal.raised(scale, floor, rows.count());
            }
            return Fitted.of(
                    new FittedState(
                            Map.of(N_FIT, (double) rows.count(), N_FEATURES, (double) nFeatures),
                            Map.of(
                                    LOCATION, Matrix.wrap(1, nFeatures, location),
                                    SCALE, Matrix.wrap(1, nFeatures, scale))));
        }

        private static double median(double[] values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1
                    ? sorted[middle]
                    : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
        }
    }

    private record Fitted(FittedState state, double[] location, double[] scale, double constant)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(Set.of(N_FIT, N_FEATURES), Set.of(LOCATION, SCALE));
            state.count(N_FIT, 2);
            int nFeatures = state.count(N_FEATURES, 1);
            double[] scale = state.positive(SCALE, nFeatures);
            double constant = 0;
            for (double value : scale) {
                constant += Math.log(2 * value);
            }
            return new Fitted(state, state.tensor(LOCATION, 1, nFeatures).row(0), scale, constant);
        }

        @Override
        public int nFeatures() {
            return location.length;
        }

        @Override
        public double[] score(Matrix rows) {
            Whitening.requireWidth(rows, location.length);
            double[] scores = new double[rows.rows()];
            for (int row = 0; row < scores.length; row++) {
                double[] values = rows.row(row);
                double sum = constant;
                for (int i = 0; i < values.length; i++) {
                    sum += Math.abs(values[i] - location[i]) / scale[i];
                }
                scores[row] = sum;
            }
            return scores;
        }
    }
}
