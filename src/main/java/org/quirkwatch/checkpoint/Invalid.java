package org.quirkwatch.checkpoint;

import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Words for files that cannot be used: which file, what was wrong, what was expected. Text that
/// comes from a file is shortened and cleaned before it is shown.
final class Invalid {

    private static final int MAX_SHOWN_CHARACTERS = 120;

    private Invalid() {}

    static Problem checkpoint(String detail) {
        return new Problem(ProblemCode.INVALID_CHECKPOINT, detail);
    }

    static Problem checkpoint(String file, String detail) {
        return new Problem(ProblemCode.INVALID_CHECKPOINT, file + ": " + detail);
    }

    static Problem checkpoint(String file, String detail, Throwable cause) {
        return new Problem(ProblemCode.INVALID_CHECKPOINT, file + ": " + detail, cause);
    }

    /// A text from a file in quotes, at most 120 characters of it, without control characters.
    static String quote(String text) {
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints()
                .limit(MAX_SHOWN_CHARACTERS)
                .map(c ->
                        Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE
                                ? '?'
                                : c)
                .forEach(shown::appendCodePoint);
        if (text.codePointCount(0, text.length()) > MAX_SHOWN_CHARACTERS) {
            shown.append("...");
        }
        return shown.append('"').toString();
    }
}
