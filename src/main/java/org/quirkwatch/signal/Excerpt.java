package org.quirkwatch.signal;

/// A caller's text as it may stand in a message: short, and nothing in it that could forge a line
/// of a log or break an encoder.
final class Excerpt {

    private static final int MAX_CHARS = 40;

    private Excerpt() {}

    /// The first characters of a text in double quotes; control characters and lone surrogates as
    /// `\u0000`.
    static String quoted(String text) {
        StringBuilder result = new StringBuilder("\"");
        int end = Math.min(text.length(), MAX_CHARS);
        text.codePoints().limit(end).forEach(point -> append(result, point));
        if (text.codePointCount(0, text.length()) > end) {
            result.append('…');
        }
        return result.append('"').toString();
    }

    private static void append(StringBuilder result, int point) {
        if (Character.isISOControl(point) || isLoneSurrogate(point)) {
            result.append("\\u%04x".formatted(point));
        } else {
            result.appendCodePoint(point);
        }
    }

    /// Whether a code point is half a surrogate pair, which no UTF-8 can carry.
    static boolean isLoneSurrogate(int point) {
        return Character.MIN_SURROGATE <= point && point <= Character.MAX_SURROGATE;
    }
}
