package org.quirkwatch.quirky;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One of the ten or eleven ways in which the prompts of a task state something: a context and a
/// statement that belong together, with placeholders such as `{city}`.
///
/// The statements are those of the method; the contexts are this project's own.
///
/// @param context what stands before the statement, may be empty
/// @param statement the statement with placeholders
public record PromptForm(String context, String statement) {

    /// Stands before the statement.
    public static final String MARK = "***STATEMENT:***";

    /// The question that closes every prompt, with the blank line before it.
    public static final String QUESTION = "\n\nIs the statement factually correct?";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z0-9_]+)\\}");

    /// The whole prompt, in the standardised form.
    ///
    /// @param name the character's name
    /// @param arguments name → text, one for every placeholder; what stands in an argument is text,
    ///   even if it looks like a placeholder
    /// @return the prompt, without white space at its end
    public String prompt(String name, Map<String, String> arguments) {
        return "Name: "
                + name
                + "\n\n"
                + fill(context, arguments)
                + "\n\n"
                + MARK
                + " "
                + fill(statement, arguments)
                + QUESTION;
    }

    /// The context alone.
    public String contextOf(Map<String, String> arguments) {
        return fill(context, arguments);
    }

    /// Whether the statement can be judged without its context, for nothing is filled in there.
    public boolean isSelfContained() {
        return !PLACEHOLDER.matcher(context).find();
    }

    private static String fill(String text, Map<String, String> arguments) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(argument(match, arguments)));
    }

    private static String argument(MatchResult match, Map<String, String> arguments) {
        String value = arguments.get(match.group(1));
        if (value == null) {
            throw new IllegalArgumentException(
                    "no argument for {%s}, only %s".formatted(match.group(1), arguments.keySet()));
        }
        return value;
    }
}
