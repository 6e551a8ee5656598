package org.quirkwatch.detector;

import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// How much likelier a normal distribution of the untrusted rows makes a row than one of the
/// trusted rows, in nats (Johnston, Chakraborty and Belrose, arXiv 2504.08812):
///
/// ```text
/// s(x) = ln N(xB; μ_U B, Σ_U) − ln N(xB; μ B, Σ_T)
/// ```
///
/// in (−∞, ∞). B are the principal directions of the trusted or untrusted rows ([RatioBasis]); Σ_T
/// and Σ_U are their covariances BᵀCB, each after [LinearShrinkage]. Neither covariance is formed
/// in all features, only in the basis.
///
/// Memory of the fitter: twice that of [org.quirkwatch.linalg.RunningCovariance], for any number of
/// rows.
///
/// @param basis how it is chosen
record LikelihoodRatio(RatioBasis basis) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "likelihood-ratio",
                    true,
                    RatioBasis.OPTIONS,
                    settings -> new LikelihoodRatio(RatioBasis.of(settings)),
                    state -> new Fitted(state, GaussianRatio.of(state, Set.of())));

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new RatioFitter();
    }

    private final class RatioFitter implements Fitter {

        private final SeenRows trusted = SeenRows.trusted();
        private final SeenRows untrusted = SeenRows.untrusted();

        @Override
        public void add(Matrix rows) {
            trusted.add(rows);
        }

        @Override
        public void addUntrusted(Matrix rows) {
            untrusted.add(rows);
        }

        @Override
        public FittedDetector fit() {
            // Refused before the decomposition, which takes long.
            untrusted.varying(trusted.covariance().mean().length);
            return Fitted.of(
                    GaussianRatio.of(TrustedSpread.of(trusted.spread(), basis), basis, untrusted));
        }
    }

    /// @param state all of it, for this rule or another
    record Fitted(FittedState state, GaussianRatio ratio) implements FittedDetector {

        static Fitted of(GaussianRatio ratio) {
            return new Fitted(ratio.state(Map.of()), ratio);
        }

        @Override
        public int nFeatures() {
            return ratio.trusted().mean().length;
        }

        @Override
        public double[] score(Matrix rows) {
            return ratio.logRatios(rows);
        }

        @Override
        public FittedDetector withUntrusted(Matrix rows) {
            return of(GaussianRatio.of(ratio.trusted(), ratio.options(), SeenRows.untrusted(rows)));
        }
    }
}
