package org.quirkwatch.scoring;

import java.util.Locale;
import java.util.regex.Pattern;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How a p-value becomes a disposition. With p the conformal p-value, a signal is accepted when p ≥
/// `alphaReview`, discarded when p < `alphaDiscard`, and otherwise goes to review. On signals that
/// are exchangeable with the trusted ones at most a share of `alphaReview` is not accepted.
///
/// @param id up to 100 letters, digits, `.`, `_` and `-`
/// @param version 1 or more, raised by the operator with each change
/// @param alphaReview significance level below which a signal is not accepted, in (0, 1)
/// @param alphaDiscard significance level below which it is discarded, in (0, `alphaReview`]
/// @param onUnscored what happens to a signal that could not be scored
/// @param mode whether the disposition is answered
public record Policy(
        String id,
        int version,
        double alphaReview,
        double alphaDiscard,
        OnUnscored onUnscored,
        Mode mode) {

    /// The id of the policy of signals that name none.
    public static final String DEFAULT_ID = "default";

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /// What happens to a signal that could not be scored: never acceptance.
    public enum OnUnscored {
        /// A person looks at it.
        REVIEW(Disposition.REVIEW),
        /// It is not trained on.
        DISCARD(Disposition.DISCARD);

        private final Disposition disposition;

        OnUnscored(Disposition disposition) {
            this.disposition = disposition;
        }

        Disposition disposition() {
            return disposition;
        }
    }

    /// Whether the disposition is answered.
    public enum Mode {
        /// It is.
        ENFORCE,
        /// It is computed and counted, and stands beside an answer of `accept`: for watching a
        /// detector before it acts.
        SHADOW;

        /// The name in documents: `enforce` or `shadow`.
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Checks the ranges.
    ///
    /// @throws Problem `invalid-request` naming the policy, the value and the range
    public Policy {
        if (!ID.matcher(id).matches()) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "the id of a policy must match %s, got \"%s\"".formatted(ID.pattern(), id));
        }
        require(id, version >= 1, "version must be 1 or more, got " + version);
        require(
                id,
                alphaReview > 0 && alphaReview < 1,
                "alpha_review must be in (0, 1), got " + alphaReview);
        require(
                id,
                alphaDiscard > 0 && alphaDiscard <= alphaReview,
                "alpha_discard must be in (0, alpha_review = %s], got %s"
                        .formatted(alphaReview, alphaDiscard));
    }

    /// The policy that is used where none is configured: review below 0.01, discard below 0.001.
    public static Policy standard() {
        return new Policy(DEFAULT_ID, 1, 0.01, 0.001, OnUnscored.REVIEW, Mode.ENFORCE);
    }

    /// The disposition of a p-value.
    ///
    /// @param pValue in (0, 1]
    public Disposition rule(double pValue) {
        if (pValue >= alphaReview) {
            return Disposition.ACCEPT;
        }
        // Anything but a number below falls to a person.
        return pValue < alphaDiscard ? Disposition.DISCARD : Disposition.REVIEW;
    }

    /// Checks that both levels can be reached with a calibration.
    ///
    /// @throws Problem `invalid-request` naming the policy and the smallest level that can
    public void requireResolvable(Calibration calibration) {
        requireResolvable(calibration, "alpha_review", alphaReview);
        requireResolvable(calibration, "alpha_discard", alphaDiscard);
    }

    private void requireResolvable(Calibration calibration, String name, double alpha) {
        try {
            calibration.requireResolvable(alpha);
        } catch (Problem e) {
            throw new Problem(e.code(), "policy %s, %s: %s".formatted(id, name, e.detail()), e);
        }
    }

    private static void require(String id, boolean holds, String detail) {
        if (!holds) {
            throw new Problem(ProblemCode.INVALID_REQUEST, "policy %s: %s".formatted(id, detail));
        }
    }
}
