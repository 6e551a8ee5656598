package org.quirkwatch.evaluation;

import java.util.Locale;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Which rows rules learn from that learn from untrusted rows.
public enum UntrustedSource {
    /// The tested rows themselves, without their labels, as the paper has it.
    TEST,
    /// Rows beside the trusted ones, half of them anomalous, that are not tested.
    UNTRUSTED_TRAIN;

    /// The name in commands and results: lower case with hyphens.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The source of a name.
    ///
    /// @throws Problem `invalid-request` for another text
    public static UntrustedSource parse(String text) {
        for (UntrustedSource source : values()) {
            if (source.text().equals(text)) {
                return source;
            }
        }
        throw new Problem(
                ProblemCode.INVALID_REQUEST,
                "the untrusted rows must be test or untrusted-train, got \"%s\"".formatted(text));
    }
}
