package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.quirkwatch.detector.Rule;
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

    /// The detectors of the method and some more: each feature with the rules that the paper scores
    /// it with, and each rule on activations. Features that need a sparse autoencoder are left out.
    public static List<DetectorChoice> standard() {
        SequencedMap<String, List<String>> table = new LinkedHashMap<>();
        table.put(
                "activation",
                Rules.all().stream()
                        .map(Rule::name)
                        // Made for sparse latents, latents of a flow, and single numbers.
                        .filter(rule -> !List.of("l0", "laplace", "value").contains(rule))
                        .toList());
        table.put("layer-difference", List.of("mahalanobis", "diagonal", "lof"));
        List<String> effects = List.of("mahalanobis", "lof", "isolation-forest", "quantum-entropy");
        table.put("attribution-mean", effects);
        table.put("attribution-pcs", effects);
        table.put("probe-shift-mean", List.of("mahalanobis", "lof", "quantum-entropy"));
        table.put("surprisal", List.of("value"));
        table.put("misconception-contrast", List.of("value"));
        table.put("iterative-rephrase", List.of("value"));
        table.put("concat(attribution-mean)", List.of("mahalanobis", "lof", "quantum-entropy"));
        table.put("merge(activation+attribution-mean)", List.of("mahalanobis", "lof"));
        table.put("activation+attribution-mean", List.of("mahalanobis", "lof"));
        table.put("activation+probe-shift-mean", List.of("mahalanobis", "lof"));
        List<DetectorChoice> all = new ArrayList<>();
        table.forEach((feature, rules) -> rules.forEach(rule -> all.add(of(feature, rule))));
        return List.copyOf(all);
    }
}
