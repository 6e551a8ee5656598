package org.quirkwatch.evaluation;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A detector to evaluate: what it looks at and how it scores.
///
/// @param feature such as `activation` or `merge(activation+attribution-mean)`
/// @param rule the rule's name
/// @param settings of the rule's options by name; others hold as the rule says
public record DetectorChoice(String feature, String rule, Map<String, String> settings) {

    /// Copies and checks.
    ///
    /// @throws Problem `invalid-fit` or `invalid-request` for an unknown feature, rule or option,
    ///   or a value outside its range
    public DetectorChoice {
        feature = FeatureText.parse(feature).text();
        settings = java.util.Collections.unmodifiableMap(new TreeMap<>(settings));
        Rules.detector(rule, settings);
    }

    /// The detector of a text `FEATURE/RULE` with options as `:NAME=VALUE` behind the rule.
    ///
    /// @throws Problem as the constructor; `invalid-request` for another form
    public static DetectorChoice parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw invalid(text);
        }
        return of(text.substring(0, slash), text.substring(slash + 1));
    }

    /// The detector of a feature and a rule with its options.
    ///
    /// @param rule such as `lof` or `lof:k=10`
    /// @throws Problem as the constructor; `invalid-request` for another form
    public static DetectorChoice of(String feature, String rule) {
        String[] parts = rule.split(":", -1);
        Map<String, String> settings = new TreeMap<>();
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 1 || settings.put(parts[i].substring(0, equals), "") != null) {
                throw invalid(rule);
            }
            settings.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
        }
        return new DetectorChoice(feature, parts[0], settings);
    }

    private static Problem invalid(String text) {
        return new Problem(
                ProblemCode.INVALID_REQUEST,
                "expected FEATURE/RULE or FEATURE/RULE:OPTION=VALUE, got \"%s\"".formatted(text));
    }

    /// The rule with its settings, such as `lof:k=10`.
    String ruleText() {
        return settings.entrySet().stream()
                .map(entry -> ":%s=%s".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("", rule, ""));
    }

    /// Whether it learns from untrusted rows too.
    boolean offline() {
        return Rules.named(rule).offline();
    }
}
