package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// The mean of the features as they are: for features that already say how anomalous a row is, such
/// as the logit of a probe. In (−∞, ∞); trusted rows have no influence on it.
///
/// Memory of the fitter: two numbers.
record Value() implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule("value", false, List.of(), settings -> new Value(), Fitted::of);

    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new WidthFitter();
    }

    private static final class WidthFitter implements Fitter {

        private long count;
        private int nFeatures;

        @Override
        public void add(Matrix rows) {
            SeenRows.check(rows, "trusted");
            if (count == 0) {
                nFeatures = rows.columns();
            }
            Whitening.requireWidth(rows, nFeatures);
            count += rows.rows();
        }

        @Override
        public FittedDetector fit() {
            SeenRows.requireEnough(count, "trusted");
            return Fitted.of(
                    new FittedState(
                            Map.of(N_FIT, (double) count, N_FEATURES, (double) nFeatures),
                            Map.of()));
        }
    }

    private record Fitted(FittedState state, int nFeatures) implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(Set.of(N_FIT, N_FEATURES), Set.of());
            state.count(N_FIT, 2);
            return new Fitted(state, state.count(N_FEATURES, 1));
        }

        @Override
        public double[] score(Matrix rows) {
            Whitening.requireWidth(rows, nFeatures);
            double[] scores = new double[rows.rows()];
            for (int row = 0; row < scores.length; row++) {
                scores[row] = Arrays.stream(rows.row(row)).sum() / nFeatures;
            }
            return scores;
        }
    }
}
