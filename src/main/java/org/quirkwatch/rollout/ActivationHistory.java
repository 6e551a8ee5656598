package org.quirkwatch.rollout;

import java.util.List;
import java.util.Optional;
import org.quirkwatch.problem.Problem;

/// Which detectors judged, one after another. Thread-safe.
interface ActivationHistory {

    /// Entries that are remembered, the last ones.
    int MOST_ENTRIES = 1_000;

    /// The last entry.
    Optional<Activation> latest();

    /// One entry, where it is still remembered.
    Optional<Activation> find(int entry);

    /// Whether a detector was given at a start before.
    boolean startedWith(String digest);

    /// Writes an entry.
    ///
    /// @throws Problem `detector-conflict` where its number is taken, `log-unavailable`
    void append(Activation activation);

    /// Entries, the last first.
    ///
    /// @param below only entries with a smaller number
    /// @param most how many
    List<Activation> page(int below, int most);
}
