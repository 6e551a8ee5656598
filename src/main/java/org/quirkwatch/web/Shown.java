package org.quirkwatch.web;

import org.jspecify.annotations.Nullable;

/// A caller's text as it may stand in a message: short and printable.
final class Shown {

    private static final int MAX_CHARS = 80;

    private Shown() {}

    /// The start of a value in double quotes, or `nothing`.
    static String quoted(@Nullable Object value) {
        if (value == null) {
            return "nothing";
        }
        String text = value.toString();
        String start = text.substring(0, Math.min(text.length(), MAX_CHARS));
        return '"'
                + start.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?")
                + (text.length() > MAX_CHARS ? "…" : "")
                + '"';
    }
}
