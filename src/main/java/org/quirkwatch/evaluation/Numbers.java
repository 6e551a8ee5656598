package org.quirkwatch.evaluation;

import java.util.Locale;
import java.util.Optional;

/// Numbers as reports write them.
final class Numbers {

    private Numbers() {}

    /// A share with three digits: `.953`, `1.000`; `–` for none.
    static String share(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        String text = String.format(Locale.ROOT, "%.3f", value);
        return text.startsWith("0.") ? text.substring(1) : text;
    }

    /// A number with two digits behind the point; `–` for none.
    static String two(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }

    /// A share in percent with one digit behind the point; `–` for none.
    static String percent(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.1f %%", 100 * value);
    }

    /// An interval of shares in brackets, with a blank before it; nothing for none.
    static String interval(Optional<Interval> interval) {
        return interval.map(i -> " [%s, %s]".formatted(share(i.low()), share(i.high()))).orElse("");
    }

    /// A coordinate of a picture.
    static String place(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
