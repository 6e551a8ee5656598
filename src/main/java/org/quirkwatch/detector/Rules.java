package org.quirkwatch.detector;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The scoring rules. A new one is a file of its own and a line here.
public final class Rules {

    private static final List<Rule> ALL =
            List.of(
                    Mahalanobis.RULE,
                    PcaMahalanobis.RULE,
                    Diagonal.RULE,
                    L0.RULE,
                    Laplace.RULE,
                    QuantumEntropy.RULE,
                    LikelihoodRatio.RULE,
                    GaussianMixture.RULE,
                    Spectral.RULE,
                    Lof.RULE,
                    IsolationForest.RULE,
                    Beatrix.RULE,
                    Ted.RULE,
                    Vae.RULE,
                    FlowLikelihood.RULE,
                    Value.RULE);

    private Rules() {}

    /// All of them, in the order in which they are shown.
    public static List<Rule> all() {
        return ALL;
    }

    /// The rule of a name.
    ///
    /// @throws Problem `invalid-fit` for an unknown one: lists those that there are
    public static Rule named(String name) {
        return ALL.stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_FIT,
                                "there is no rule \"%s\": expected one of %s"
                                        .formatted(name, names())));
    }

    /// A detector of a rule.
    ///
    /// @param name the rule's
    /// @param set of the rule's options, by name
    /// @throws Problem `invalid-fit` for an unknown rule or option, or a value outside its range
    public static Detector detector(String name, Map<String, String> set) {
        Rule rule = named(name);
        return rule.detector(RuleSettings.of(rule, set));
    }

    private static String names() {
        return ALL.stream().map(Rule::name).collect(Collectors.joining(", "));
    }
}
