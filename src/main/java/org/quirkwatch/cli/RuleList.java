package org.quirkwatch.cli;

import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.RuleOption;
import org.quirkwatch.detector.Rules;

/// The rules and their options for people.
final class RuleList {

    private RuleList() {}

    /// A line per rule, and below it one per option with what holds unless it is set.
    static String text() {
        StringBuilder text = new StringBuilder();
        for (Rule rule : Rules.all()) {
            text.append(rule.name())
                    .append(rule.offline() ? " (learns from untrusted rows too)\n" : "\n");
            int width =
                    rule.options().stream()
                            .mapToInt(option -> shown(option).length())
                            .max()
                            .orElse(0);
            for (RuleOption option : rule.options()) {
                String shown = shown(option);
                text.append("  ")
                        .append(shown)
                        .repeat(' ', width - shown.length() + 2)
                        .append(option.meaning())
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static String shown(RuleOption option) {
        return option.name() + "=" + option.standard();
    }
}
