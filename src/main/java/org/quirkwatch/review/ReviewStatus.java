package org.quirkwatch.review;

import java.util.Locale;

/// Where a review is: open → claimed → confirmed or dismissed; a claim that expires, or is given
/// back, leads to open again.
enum ReviewStatus {
    /// Nobody looks at it.
    OPEN,
    /// Somebody looks at it, for a while.
    CLAIMED,
    /// A person holds that the signal is anomalous.
    CONFIRMED,
    /// A person holds that the signal is not.
    DISMISSED;

    /// The name in documents, tables and metrics: `open`, `claimed`, `confirmed` or `dismissed`.
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ReviewStatus of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /// Whether a person has decided.
    boolean isDecided() {
        return this == CONFIRMED || this == DISMISSED;
    }
}
