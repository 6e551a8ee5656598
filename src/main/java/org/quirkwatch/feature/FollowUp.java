package org.quirkwatch.feature;

import org.quirkwatch.model.Capture;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;

/// A second pass over a signal, whose prompt follows from what the first one gave. It gives the
/// log-probability and log-odds of the label.
public interface FollowUp {

    /// What goes through the model in the second pass.
    ///
    /// @param signal of the first pass
    /// @param first what the first pass gave, with the labels
    /// @param row of the signal there
    /// @throws Problem when there can be no second pass: says why
    Signal next(Signal signal, Capture first, int row);
}
