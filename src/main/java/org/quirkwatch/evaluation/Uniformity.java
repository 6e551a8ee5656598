package org.quirkwatch.evaluation;

import java.util.Arrays;

/// How far p-values are from the uniform law, F being their empirical distribution function.
///
/// @param distance sup |F(t) − t| over t in [0, 1], that of Kolmogorov and Smirnov; in [0, 1]
/// @param excess sup max(0, F(t) − t): how much more often than allowed p-values are small; 0 where
///   every level holds; in [0, 1]
public record Uniformity(double distance, double excess) {

    /// Measures p-values.
    ///
    /// @param pValues `[n]` in [0, 1], at least one
    static Uniformity of(double[] pValues) {
        if (!(pValues.length >= 1 && Arrays.stream(pValues).allMatch(p -> p >= 0 && p <= 1))) {
            throw new IllegalArgumentException(
                    "p-values must be one or more numbers in [0, 1], got " + pValues.length);
        }
        double[] ascending = pValues.clone();
        Arrays.sort(ascending);
        double n = ascending.length;
        double above = 0;
        double below = 0;
        for (int i = 0; i < ascending.length; i++) {
            above = Math.max(above, (i + 1) / n - ascending[i]);
            below = Math.max(below, ascending[i] - i / n);
        }
        return new Uniformity(Math.max(above, below), above);
    }
}
