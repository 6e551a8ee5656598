package org.quirkwatch.detector;

import java.util.List;
import java.util.OptionalDouble;

/// The *squared* Mahalanobis distance from the trusted mean, divided by the number of features
/// (Mahalanobis 1936; used on activations by Johnston, Chakraborty and Belrose, arXiv 2504.08812,
/// and by the library cupbearer, whose score this is, without a square root).
///
/// With the centred trusted rows X = U S Vᵀ, `[n, d]`, and λ_i = S_i²/(n − 1) the variance along
/// direction v_i, the score of a row x at δ = x − μ is
///
/// ```text
/// s(x) = (1/d) Σ (v_i·δ)² / λ_i   over the i with λ_i > rcond · λ_1
/// ```
///
/// which is δᵀC⁺δ/d with the pseudo-inverse of the covariance. It lies in [0, ∞); over fresh
/// trusted rows it is near rank/d in the mean. What a row does outside the kept directions is not
/// seen. A `d x d` matrix is never formed while there are fewer rows than features.
///
/// The cut-off decides much. The paper's 1e-3 (at width 4096) drops the small directions in which
/// small models hide most of what there is to detect, so by default it is chosen for the data by
/// [DirectionCut]. What was applied is in the state of the fitted detector, with the rank.
///
/// Memory of the fitter: as [org.quirkwatch.linalg.RunningCovariance], for any number of rows.
///
/// @param rcond eigenvalues of at most `rcond` times the largest are dropped, in [0, 1); empty to
///   have it chosen
record Mahalanobis(OptionalDouble rcond) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "mahalanobis",
                    false,
                    List.of(Rcond.OPTION),
                    settings -> new Mahalanobis(Rcond.of(settings)),
                    FittedMahalanobis::of);

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new MahalanobisFitter(rcond);
    }
}
