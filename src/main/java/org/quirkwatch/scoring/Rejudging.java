package org.quirkwatch.scoring;

import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;

/// Judges a signal that was judged before, with the detector that judges now or with another.
public interface Rejudging {

    /// The verdict of now; it is not written down.
    ///
    /// @param detector digest or id of another detector; empty for the one that judges
    /// @param deadlineNanos of [System#nanoTime]: when its caller stops waiting
    /// @throws Problem `unknown-policy`, `prompt-too-long`, `overloaded`, `deadline-exceeded`,
    ///   `shutting-down`, and as [DetectorLookup#load] does
    VerdictRecord rejudge(Signal signal, Optional<String> detector, long deadlineNanos);
}
