package org.quirkwatch.detector;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// [Mahalanobis] among the first principal components of the trusted rows: with v_i their
/// directions, λ_i the variances along them in descending order and δ = x − μ,
///
/// ```text
/// s(x) = (1/k) Σ (v_i·δ)² / λ_i    over i = 1 … k
/// ```
///
/// in [0, ∞); over fresh trusted rows it is near 1 in the mean. Used on activations by Johnston,
/// Chakraborty and Belrose, arXiv 2504.08812, who do not give the number of components; the
/// standard here is 64. k is that number, or that of the directions above the cut-off where it is
/// smaller. The sum is divided by k, the width of the rows in which the distance is taken.
///
/// Memory of the fitter: as [org.quirkwatch.linalg.RunningCovariance], for any number of rows.
///
/// @param components at most so many, 1 or more
/// @param rcond as of [Mahalanobis]
record PcaMahalanobis(int components, OptionalDouble rcond) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "pca-mahalanobis",
                    false,
                    List.of(
                            new RuleOption(
                                    "components",
                                    "64",
                                    "principal components to keep at most, from 1 to 16384"),
                            Rcond.OPTION),
                    settings ->
                            new PcaMahalanobis(
                                    settings.count("components", 1, 16_384), Rcond.of(settings)),
                    Fitted::of);

    private static final String RCOND = "rcond";

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new ComponentsFitter();
    }

    private final class ComponentsFitter implements Fitter {

        private final SeenRows seen = SeenRows.trusted();

        @Override
        public void add(Matrix rows) {
            seen.add(rows);
        }

        @Override
        public FittedDetector fit() {
            Spread spread = seen.spread();
            double cut = spread.cut(rcond);
            // A direction that is rounding alone is no component, whatever the cut-off.
            int rank = Math.min(components, Math.min(spread.kept(cut), spread.rank()));
            int nFeatures = spread.mean().length;
            return Fitted.of(
                    new FittedState(
                            Map.of(
                                    Whitening.N_FIT,
                                    (double) spread.count(),
                                    Whitening.N_FEATURES,
                                    (double) nFeatures,
                                    Whitening.RANK,
                                    (double) rank,
                                    RCOND,
                                    cut),
                            Map.of(
                                    Whitening.MEAN, Matrix.of(1, nFeatures, spread.mean()),
                                    Whitening.VARIANCES,
                                            Matrix.wrap(1, rank, spread.firstVariances(rank)),
                                    Whitening.DIRECTIONS, spread.firstDirections(rank))));
        }
    }

    private record Fitted(FittedState state, Whitening whitening) implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(
                    Set.of(Whitening.N_FIT, Whitening.N_FEATURES, Whitening.RANK, RCOND),
                    Set.of(Whitening.MEAN, Whitening.VARIANCES, Whitening.DIRECTIONS));
            state.share(RCOND);
            return new Fitted(state, Whitening.of(state));
        }

        @Override
        public int nFeatures() {
            return whitening.nFeatures();
        }

        @Override
        public double[] score(Matrix rows) {
            double[] scores =
                    Whitening.squaredLengths(whitening.whiten(whitening.deviations(rows)));
            for (int row = 0; row < scores.length; row++) {
                scores[row] /= whitening.rank();
            }
            return scores;
        }
    }
}
