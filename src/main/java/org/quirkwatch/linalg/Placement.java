package org.quirkwatch.linalg;

/// Where many values fall among a few limits: a table of equal steps says near which limit to look,
/// which takes the guesses out of a binary search.
///
/// Immutable and thread-safe.
final class Placement {

    private static final int STEPS_PER_LIMIT = 8;

    private final double[] ascending;
    private final double lowest;
    private final double stepsPerUnit;

    /// For each step the first limit above the step before it: never beyond the one that is sought,
    /// however the place of a value is rounded.
    private final int[] first;

    /// @param ascending limits, finite or infinite, none NaN
    Placement(double[] ascending) {
        this.ascending = ascending;
        int n = ascending.length;
        int steps = STEPS_PER_LIMIT * n;
        this.lowest = n == 0 ? 0 : ascending[0];
        double span = n == 0 ? 0 : ascending[n - 1] - lowest;
        double fine = (steps - 1) / span;
        this.stepsPerUnit = Double.isFinite(fine) ? fine : 0;
        this.first = new int[steps];
        for (int step = 1, limit = 0; step < steps && stepsPerUnit > 0; step++) {
            while (limit < n - 1 && ascending[limit] <= lowest + (step - 1) / stepsPerUnit) {
                limit++;
            }
            first[step] = limit;
        }
    }

    /// The index of the first limit above a value; how many limits there are if none is above, or
    /// the value is NaN.
    int firstAbove(double value) {
        int n = ascending.length;
        if (!(n > 0 && value < ascending[n - 1])) {
            return n;
        }
        double step = (value - lowest) * stepsPerUnit;
        int limit = step > 0 ? first[(int) Math.min(step, first.length - 1)] : 0;
        while (ascending[limit] <= value) {
            limit++;
        }
        return limit;
    }

    /// Whether no limit lies within `(low, high]`.
    boolean same(int firstAboveLow, double high) {
        return firstAboveLow == ascending.length || ascending[firstAboveLow] > high;
    }
}
