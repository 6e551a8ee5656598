package org.quirkwatch.signal;

import org.quirkwatch.problem.Problem;

/// One line of a file or stream of signals that was not blank: a signal, or why it is none.
public sealed interface SignalLine {

    /// The line's number, from 1, blank lines counted.
    long number();

    /// A line that holds a signal.
    ///
    /// @param number the line's number, from 1
    /// @param signal what it holds
    record Valid(long number, Signal signal) implements SignalLine {}

    /// A line that does not.
    ///
    /// @param number the line's number, from 1
    /// @param problem `malformed-json`, `invalid-signal` or `payload-too-large`
    record Invalid(long number, Problem problem) implements SignalLine {}
}
