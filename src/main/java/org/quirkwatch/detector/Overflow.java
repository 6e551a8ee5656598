package org.quirkwatch.detector;

import org.quirkwatch.linalg.Matrix;

/// What a score is where arithmetic gives none.
final class Overflow {

    private Overflow() {}

    /// Checks the width of rows to score.
    ///
    /// @throws IllegalArgumentException for another
    static void requireWidth(Matrix rows, int nFeatures) {
        if (rows.columns() != nFeatures) {
            throw new IllegalArgumentException(
                    "expected rows of %d features, got %s".formatted(nFeatures, rows));
        }
    }

    /// The scores, but NaN for a row that is not finite, and infinite for a finite one whose score
    /// is NaN: only an intermediate value that overflowed makes it so.
    ///
    /// @param scores `[n]`, changed in place
    static double[] settled(Matrix rows, double[] scores) {
        boolean allFinite = rows.isFinite();
        for (int row = 0; row < scores.length; row++) {
            if (!allFinite && !rows.slice(row, row + 1).isFinite()) {
                scores[row] = Double.NaN;
            } else if (Double.isNaN(scores[row])) {
                scores[row] = Double.POSITIVE_INFINITY;
            }
        }
        return scores;
    }
}
