package org.quirkwatch.evaluation;

import java.util.Map;

/// Puts texts into a page: what is given as text is escaped, what is given as markup is not.
final class Html {

    private static final Map<Character, String> ESCAPES =
            Map.of('&', "&amp;", '<', "&lt;", '>', "&gt;", '"', "&quot;", '\'', "&#39;");

    private Html() {}

    /// A text as markup, also within quotes.
    static String escaped(String text) {
        StringBuilder markup = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String escape = ESCAPES.get(c);
            if (escape != null) {
                markup.append(escape);
            } else if (c >= ' ' || c == '\n' || c == '\t') {
                markup.append(c);
            } else {
                markup.append('\uFFFD');
            }
        }
        return markup.toString();
    }

    /// `<name attributes>content</name>`.
    ///
    /// @param open the name and the attributes, such as `td class="number"`
    /// @param content markup
    static String element(String open, String content) {
        int space = open.indexOf(' ');
        String name = space < 0 ? open : open.substring(0, space);
        return "<%s>%s</%s>".formatted(open, content, name);
    }

    /// An element that holds a text.
    static String text(String open, String text) {
        return element(open, escaped(text));
    }

    /// A wide thing that is scrolled sideways where the page is narrow.
    static String scrolled(String label, String content) {
        return element(
                "div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"%s\""
                        .formatted(escaped(label)),
                content);
    }
}
