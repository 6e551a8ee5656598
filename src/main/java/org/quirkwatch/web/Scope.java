package org.quirkwatch.web;

import java.util.Locale;
import java.util.Optional;

/// What a caller may do. `admin` holds the others.
public enum Scope {
    /// Have signals judged, alone and in jobs, and see with what.
    SCORE,
    /// See what was answered, and decide what is flagged.
    REVIEW,
    /// Everything: detectors, keys, the removal of texts, the audit.
    ADMIN;

    /// As it is written everywhere: `score`, `review`, `admin`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The scope of a text; empty where there is none of the name.
    public static Optional<Scope> of(String text) {
        for (Scope scope : values()) {
            if (scope.text().equals(text)) {
                return Optional.of(scope);
            }
        }
        return Optional.empty();
    }
}
