package org.quirkwatch.evaluation;

/// An interval, both ends included.
///
/// @param low its lower end
/// @param high its upper end, not below the lower
public record Interval(double low, double high) {

    /// Checks the order.
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException(
                    "an interval needs low <= high, got %s and %s".formatted(low, high));
        }
    }

    /// Whether it holds a value.
    public boolean contains(double value) {
        return value >= low && value <= high;
    }
}
