package org.quirkwatch.job;

import java.util.Locale;

/// Where a job stands.
public enum JobState {
    /// Its input is still arriving; nobody sees it yet.
    RECEIVING,
    /// It waits for its turn, at first or after its runner stopped.
    QUEUED,
    /// Some replica works on it.
    RUNNING,
    /// All was done.
    COMPLETED,
    /// It ended with a problem; what it had done is kept.
    FAILED,
    /// A caller ended it; what it had done is kept.
    CANCELLED;

    /// As callers and the database see it.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether nothing more comes.
    public boolean isOver() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }

    static JobState of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
