package org.quirkwatch.lane;

import java.time.Instant;
import java.util.Optional;

/// Which untrusted rows a rule has learned from.
///
/// @param number 0 for those of the fit; else how often the rule was fitted anew since the service
///   started
/// @param rows of them
/// @param from when the first of them came; empty for those of the fit
/// @param to when the last of them came; empty for those of the fit
public record Window(long number, int rows, Optional<Instant> from, Optional<Instant> to) {

    /// The rows of the fit.
    static Window ofFit(int rows) {
        return new Window(0, rows, Optional.empty(), Optional.empty());
    }
}
