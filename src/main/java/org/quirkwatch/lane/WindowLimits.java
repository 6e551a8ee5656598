package org.quirkwatch.lane;

import java.time.Duration;

/// The bounds of a rolling window.
///
/// @param size rows that it holds at most, 2 or more
/// @param least rows from which a rule is fitted with it, 2 to `size`
/// @param every rows that come between two fits at most, 1 or more
/// @param after the longest time between two fits while rows come, more than 0
public record WindowLimits(int size, int least, int every, Duration after) {

    /// Checks.
    ///
    /// @throws IllegalArgumentException for a number outside its range
    public WindowLimits {
        if (!(least >= 2 && least <= size && every >= 1 && after.isPositive())) {
            throw new IllegalArgumentException(
                    ("a window needs 2 to size rows, a fit every 1 or more rows and a positive"
                                    + " time, got least %d, size %d, every %d, after %s")
                            .formatted(least, size, every, after));
        }
    }
}
