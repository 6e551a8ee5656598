package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What was set of a rule's [RuleOption]s, as texts, and what holds where nothing was. Immutable.
public final class RuleSettings {

    private final String rule;
    private final Map<String, String> values;

    private RuleSettings(String rule, Map<String, String> values) {
        this.rule = rule;
        this.values = values;
    }

    /// The settings of a rule.
    ///
    /// @param set by the option's name
    /// @throws Problem `invalid-fit` for an option that the rule does not have: names those it has
    static RuleSettings of(Rule rule, Map<String, String> set) {
        Map<String, String> values = new TreeMap<>();
        rule.options().forEach(option -> values.put(option.name(), option.standard()));
        set.forEach((name, value) -> {
            if (!values.containsKey(name)) {
                throw invalid(
                        "the rule %s has no option \"%s\": it has %s"
                                .formatted(rule.name(), name, values.keySet()));
            }
            values.put(name, value);
        });
        return new RuleSettings(rule.name(), values);
    }

    /// The text of an option.
    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "the rule %s has no option %s".formatted(rule, name));
        }
        return value;
    }

    /// A number.
    ///
    /// @param least inclusive
    /// @param most inclusive
    /// @throws Problem `invalid-fit` for no number, or one outside the range
    double number(String name, double least, double most) {
        String text = text(name);
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        if (!(value >= least && value <= most)) {
            throw invalid(
                    "%s of the rule %s must be a number from %s to %s, got \"%s\""
                            .formatted(name, rule, least, most, text));
        }
        return value;
    }

    /// A whole number.
    ///
    /// @throws Problem `invalid-fit` for no whole number, or one outside the range
    int count(String name, int least, int most) {
        double value = number(name, least, most);
        if (value != Math.rint(value)) {
            throw invalid(
                    "%s of the rule %s must be a whole number, got \"%s\""
                            .formatted(name, rule, text(name)));
        }
        return (int) value;
    }

    /// One of some names.
    ///
    /// @throws Problem `invalid-fit` for another
    String choice(String name, String... names) {
        String text = text(name);
        if (!List.of(names).contains(text)) {
            throw invalid(
                    "%s of the rule %s must be one of %s, got \"%s\""
                            .formatted(name, rule, Arrays.toString(names), text));
        }
        return text;
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
