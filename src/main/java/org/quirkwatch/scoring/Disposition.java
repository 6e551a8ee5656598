package org.quirkwatch.scoring;

import java.util.Locale;

/// What is to happen to a signal.
public enum Disposition {
    /// It may be trained on.
    ACCEPT,
    /// A person should look at it.
    REVIEW,
    /// It should not be trained on.
    DISCARD;

    /// The name in documents and metrics: `accept`, `review` or `discard`.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
