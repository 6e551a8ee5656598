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
/// **Relative variant.** What each feature by itself would give is subtracted,
///
/// ```text
/// s(x) − (1/d) Σ δ_i² / C_ii      over the i with C_ii > rcond · max C_jj
/// ```
///
/// and what remains, in (−∞, ∞), is what the correlations make of the row. The original compares
/// C_ii with rcond itself, in the square of whatever unit the activations have; the threshold here
/// is relative, as the cut of the directions is, so that a score does not change with the unit.
///
/// **Shrinkage.** With γ in (0, 1), C becomes (1 − γ) C + γ (tr C/d) I. Then every direction counts
/// and none is cut (rcond is not looked at): the λ_i become (1 − γ) λ_i + γ tr C/d, and the squared
/// length of δ outside all v_i is divided by γ tr C/d, so that it is seen without forming a `d x d`
/// matrix. The original adds γ (tr C) I, without the division by d, which for wide rows drowns C
/// even for a small γ.
///
/// Memory of the fitter: as [org.quirkwatch.linalg.RunningCovariance], for any number of rows.
///
/// @param rcond eigenvalues of at most `rcond` times the largest are dropped, in [0, 1); empty to
///   have it chosen
/// @param relative whether the variant
/// @param shrinkage γ, in [0, 1)
record Mahalanobis(OptionalDouble rcond, boolean relative, double shrinkage)
        implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "mahalanobis",
                    false,
                    List.of(
                            Rcond.OPTION,
                            new RuleOption(
                                    "variant",
                                    "standard",
                                    "standard, or relative: less what each feature by itself would"
                                            + " give"),
                            new RuleOption(
                                    "shrinkage",
                                    "0",
                                    "how far the covariance goes towards a multiple of the"
                                            + " identity, from 0 to below 1; above 0 no direction"
                                            + " is dropped")),
                    settings ->
                            new Mahalanobis(
                                    Rcond.of(settings),
                                    settings.choice("variant", "standard", "relative")
                                            .equals("relative"),
                                    settings.number("shrinkage", 0, Math.nextDown(1.0))),
                    FittedMahalanobis::of);

    /// The standard variant without shrinkage.
    Mahalanobis(OptionalDouble rcond) {
        this(rcond, false, 0);
    }

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        return new MahalanobisFitter(this);
    }
}
