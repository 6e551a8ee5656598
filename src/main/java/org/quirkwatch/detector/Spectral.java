package org.quirkwatch.detector;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// The spectral signature (Tran, Li, Madry 2018): how far a row lies from the mean of the
/// *untrusted* rows along the direction v in which they spread most,
///
/// ```text
/// s(x) = ((x − μ_U)·v)²
/// ```
///
/// in [0, ∞), in the square of the feature's unit. Trusted rows have no part in it; they are
/// counted, and their width must be the same. Where the two largest variances of the untrusted rows
/// are equal, v is one of many and the score arbitrary.
///
/// Memory of the fitter: as [RunningCovariance], for any number of rows.
record Spectral() implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule("spectral", true, List.of(), settings -> new Spectral(), Fitted::of);

    private static final String N_FIT = "n_fit";
    private static final String N_UNTRUSTED = "n_untrusted";
    private static final String N_FEATURES = "n_features";
    private static final String MEAN = "untrusted_mean";
    private static final String DIRECTION = "direction";

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new SignatureFitter();
    }

    private static final class SignatureFitter implements Fitter {

        private final SeenRows untrusted = SeenRows.untrusted();
        private long count;
        private int columns;

        @Override
        public void add(Matrix rows) {
            SeenRows.check(rows, "trusted");
            if (count > 0) {
                Whitening.requireWidth(rows, columns);
            }
            columns = rows.columns();
            count += rows.rows();
        }

        @Override
        public void addUntrusted(Matrix rows) {
            untrusted.add(rows);
        }

        @Override
        public FittedDetector fit() {
            SeenRows.requireEnough(count, "trusted");
            untrusted.varying(columns);
            return fitted(count, untrusted);
        }
    }

    private static Fitted fitted(long nFit, SeenRows untrusted) {
        Spread spread = untrusted.spread();
        int nFeatures = spread.mean().length;
        return Fitted.of(
                new FittedState(
                        Map.of(
                                N_FIT, (double) nFit,
                                N_UNTRUSTED, (double) spread.count(),
                                N_FEATURES, (double) nFeatures),
                        Map.of(
                                MEAN, Matrix.of(1, nFeatures, spread.mean()),
                                DIRECTION, spread.firstDirections(1))));
    }

    /// @param direction `[nFeatures, 1]`
    private record Fitted(FittedState state, double[] mean, Matrix direction)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(Set.of(N_FIT, N_UNTRUSTED, N_FEATURES), Set.of(MEAN, DIRECTION));
            state.count(N_FIT, 2);
            state.count(N_UNTRUSTED, 2);
            int nFeatures = state.count(N_FEATURES, 1);
            return new Fitted(
                    state,
                    state.tensor(MEAN, 1, nFeatures).row(0),
                    state.tensor(DIRECTION, nFeatures, 1));
        }

        @Override
        public int nFeatures() {
            return mean.length;
        }

        @Override
        public double[] score(Matrix rows) {
            return Whitening.squaredLengths(
                    LinearAlgebra.multiply(Whitening.deviations(rows, mean), direction));
        }

        @Override
        public FittedDetector withUntrusted(Matrix rows) {
            SeenRows untrusted = SeenRows.untrusted(rows);
            untrusted.varying(mean.length);
            return fitted(state.count(N_FIT, 2), untrusted);
        }
    }
}
