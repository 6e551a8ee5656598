package org.quirkwatch.detector;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// The number of features that are not zero in a row and were zero in every trusted row: for the
/// latents of a sparse autoencoder, how many are new. In {0, 1, …, d}; always 0 where no feature is
/// ever exactly zero, so it says nothing about plain activations. The library cupbearer has it as
/// the `l0` variant of its scaled mean difference.
///
/// Memory of the fitter: one number a feature.
record L0() implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule("l0", false, List.of(), settings -> new L0(), Fitted::of);

    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";
    private static final String ACTIVE = "active";

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new ActiveFitter();
    }

    private static final class ActiveFitter implements Fitter {

        private long count;
        private double @Nullable [] active;

        @Override
        public void add(Matrix rows) {
            SeenRows.check(rows, "trusted");
            if (active == null) {
                active = new double[rows.columns()];
            }
            Whitening.requireWidth(rows, active.length);
            for (int row = 0; row < rows.rows(); row++) {
                double[] values = rows.row(row);
                for (int i = 0; i < values.length; i++) {
                    if (values[i] != 0) {
                        active[i] = 1;
                    }
                }
            }
            count += rows.rows();
        }

        @Override
        public FittedDetector fit() {
            SeenRows.requireEnough(count, "trusted");
            double[] seen = java.util.Objects.requireNonNull(active);
            return Fitted.of(
                    new FittedState(
                            Map.of(N_FIT, (double) count, N_FEATURES, (double) seen.length),
                            Map.of(ACTIVE, Matrix.of(1, seen.length, seen))));
        }
    }

    /// @param active `[d]`, 1 for a feature that a trusted row had, else 0
    private record Fitted(FittedState state, double[] active) implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(Set.of(N_FIT, N_FEATURES), Set.of(ACTIVE));
            state.count(N_FIT, 2);
            double[] active = state.notNegative(ACTIVE, state.count(N_FEATURES, 1));
            for (int i = 0; i < active.length; i++) {
                if (!(active[i] == 0 || active[i] == 1)) {
                    throw new IllegalArgumentException(
                            "tensor %s must be 0 or 1, value %d is %s"
                                    .formatted(ACTIVE, i, active[i]));
                }
            }
            return new Fitted(state, active);
        }

        @Override
        public int nFeatures() {
            return active.length;
        }

        @Override
        public double[] score(Matrix rows) {
            Whitening.requireWidth(rows, active.length);
            double[] scores = new double[rows.rows()];
            for (int row = 0; row < scores.length; row++) {
                scores[row] = newFeatures(rows.row(row));
            }
            return scores;
        }

        private double newFeatures(double[] values) {
            int found = 0;
            for (int i = 0; i < values.length; i++) {
                if (!Double.isFinite(values[i])) {
                    return Double.NaN;
                }
                if (values[i] != 0 && active[i] == 0) {
                    found++;
                }
            }
            return found;
        }
    }
}
