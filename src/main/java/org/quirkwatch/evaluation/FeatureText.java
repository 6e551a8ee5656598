package org.quirkwatch.evaluation;

import java.util.List;
import java.util.stream.Collectors;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What a detector looks at, as commands and results name it: `activation`,
/// `activation+attribution-mean`, `merge(activation+attribution-mean)` or
/// `concat(attribution-mean)`.
///
/// @param parts names of features, at least one, each once
/// @param combination of their layers
record FeatureText(List<String> parts, Combination combination) {

    FeatureText {
        parts = List.copyOf(parts);
        parts.forEach(FeatureKinds::named);
        if (parts.stream().distinct().count() != parts.size()) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST, "features must be named once, got " + parts);
        }
    }

    /// @throws Problem `invalid-request` or `invalid-fit` for another form or an unknown feature
    static FeatureText parse(String text) {
        int open = text.indexOf('(');
        if (open < 0) {
            return new FeatureText(List.of(text.split("\\+", -1)), Combination.ENSEMBLE);
        }
        if (!text.endsWith(")")) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "expected a feature such as activation, merge(activation+attribution-mean) or"
                            + " concat(attribution-mean), got \"%s\"".formatted(text));
        }
        return new FeatureText(
                List.of(text.substring(open + 1, text.length() - 1).split("\\+", -1)),
                Combination.parse(text.substring(0, open)));
    }

    String text() {
        String names = parts.stream().collect(Collectors.joining("+"));
        return combination == Combination.ENSEMBLE
                ? names
                : "%s(%s)".formatted(combination.text(), names);
    }
}
