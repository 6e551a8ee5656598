package org.quirkwatch.quirky;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The named splits of a quirky task. *Easy* is a difficulty quantile below 0.25, *hard* one of at
/// least 0.75; *trusted names* are the first four of a persona's list, *unseen names* the last
/// twelve.
public enum QuirkySplit {
    /// Fits a detector: training part, Alice, easy, trusted names, the first half of the matches.
    TRUSTED,
    /// The second half of the same matches: supervised ceilings and shift controls only.
    ALICE_UNTRUSTED,
    /// Training part, Bob, easy, trusted names: supervised ceilings and shift controls only.
    BOB_UNTRUSTED,
    /// Validation part, Alice, hard, unseen names.
    TEST_NORMAL,
    /// Validation part, Bob, hard, unseen names.
    TEST_ANOMALOUS,
    /// Half `test-normal`, then half `test-anomalous`.
    TEST,
    /// Training part, Alice, every difficulty, trusted names; its rows are disjoint from those of
    /// `development-all`.
    TRUSTED_ALL,
    /// Training part, every difficulty, unseen names: half Alice's, then half Bob's. For choosing
    /// layers, positions and thresholds.
    DEVELOPMENT_ALL,
    /// Validation part, every difficulty, unseen names: half Alice's, then half Bob's.
    TEST_ALL,
    /// Validation part, Alice, every difficulty, trusted names: new rows of just the kind that
    /// `trusted-all` has, so that a calibrated detector flags a share alpha of them.
    HELD_OUT_ALL,
    /// Both personas, every difficulty, all 16 names: what a quirky model learns from.
    TRAIN,
    /// As `train`, of the validation part: what a quirky model's quality is measured on.
    VALIDATION;

    /// The name on the command line and in the rows, such as `test-normal`.
    ///
    /// @return lower case with hyphens
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The split of a name.
    ///
    /// @param text as [#text] gives it
    /// @return the split
    /// @throws Problem `invalid-request` naming the known splits
    public static QuirkySplit parse(String text) {
        return Arrays.stream(values())
                .filter(split -> split.text().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_REQUEST,
                                "unknown split \"%s\", known are %s".formatted(text, known())));
    }

    private static String known() {
        return Arrays.stream(values()).map(QuirkySplit::text).collect(Collectors.joining(", "));
    }
}
