package org.quirkwatch.scoring;

import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;

/// Judges a signal that was judged before, with the detector that is loaded now.
public interface Rejudging {

    /// The verdict of now; it is not written down.
    ///
    /// @param deadlineNanos of [System#nanoTime]: when its caller stops waiting
    /// @throws Problem `unknown-policy`, `prompt-too-long`, `overloaded`, `deadline-exceeded`,
    ///   `shutting-down`
    VerdictRecord rejudge(Signal signal, long deadlineNanos);
}
