package org.quirkwatch.scoring;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Tells others what was answered for the first time. Thread-safe.
public final class Answers {

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    /// Hears what was answered. Called by threads that others wait for: to be fast, and to throw
    /// nothing.
    public interface Listener {

        /// A verdict was written down, or where nothing is written down it was made.
        ///
        /// @param record as it is answered
        /// @param verdict of which it is
        void answered(VerdictRecord record, Verdict verdict);
    }

    /// Tells this one too from now on.
    public void tell(Listener listener) {
        listeners.add(listener);
    }

    void answered(VerdictRecord record, Verdict verdict) {
        listeners.forEach(listener -> listener.answered(record, verdict));
    }
}
