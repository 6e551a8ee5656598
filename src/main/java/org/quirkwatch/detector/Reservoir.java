package org.quirkwatch.detector;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.quirkwatch.linalg.Matrix;

/// A uniform sample of the rows that come, of bounded size (algorithm R; Waterman; Vitter 1985):
/// every row is kept with the same probability, however many come, and all of them while they fit.
/// Which rows are kept depends on their number and on the seed alone, not on how they are split
/// into batches: reservoirs of one seed and size keep the same samples of every layer. Mutable, for
/// one thread.
final class Reservoir {

    private final int capacity;
    private final RandomGenerator random;
    private final List<double[]> rows = new ArrayList<>();
    private long count;
    private int columns = -1;

    /// @param capacity rows to keep at most; 0 only counts
    Reservoir(int capacity, long seed) {
        this.capacity = capacity;
        this.random = new SplittableRandom(seed);
    }

    /// Adds rows.
    ///
    /// @param batch `[m, d]`, as wide in each call
    void add(Matrix batch) {
        if (columns >= 0 && batch.columns() != columns) {
            throw new IllegalArgumentException(
                    "expected %d columns, got %d".formatted(columns, batch.columns()));
        }
        columns = batch.columns();
        for (int row = 0; row < batch.rows(); row++) {
            count++;
            if (rows.size() < capacity) {
                rows.add(batch.row(row));
            } else {
                long place = random.nextLong(count);
                if (place < capacity) {
                    rows.set((int) place, batch.row(row));
                }
            }
        }
    }

    /// The number of rows that came.
    long count() {
        return count;
    }

    /// The width of the rows; -1 before the first batch.
    int columns() {
        return columns;
    }

    /// The rows that are kept, `[min(count, capacity), d]`.
    Matrix rows() {
        return Matrix.ofRows(rows.toArray(double[][]::new));
    }
}
