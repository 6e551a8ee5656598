package org.quirkwatch.evaluation;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How the rows that are tested differ from those that are trusted, besides what a detector is to
/// find.
public enum Shift {
    /// Rows of all difficulties on both sides; the names that are tested are others.
    NONE,
    /// No shift at all: the normal rows are a quarter of the trusted ones, kept from every
    /// detector. Here flag rates have to hold.
    EXCHANGEABLE,
    /// Rows of all difficulties on both sides, and normal rows with the very names that are
    /// trusted; but of those that are trusted, the model has learnt from some.
    SAME_NAMES,
    /// Trusted are easy rows, tested hard ones with other names: the split of the method.
    EASY_TO_HARD,
    /// As the files have it.
    AS_GIVEN;

    /// The name in commands and results: lower case with hyphens.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The shift of a name.
    ///
    /// @throws Problem `invalid-request` for another text: names those that there are
    public static Shift parse(String text) {
        return Arrays.stream(values())
                .filter(shift -> shift.text().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_REQUEST,
                                "unknown shift \"%s\", known are %s"
                                        .formatted(
                                                text,
                                                Arrays.stream(values())
                                                        .map(Shift::text)
                                                        .collect(Collectors.joining(", ")))));
    }
}
