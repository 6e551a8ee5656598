package org.quirkwatch.linalg;

import java.util.Arrays;
import java.util.stream.IntStream;

/// The nearest of some rows by Euclidean distance, by exhaustive search.
///
/// All squared distances are estimated first ([DistanceEstimates]), and whatever the estimates
/// leave open is decided by the sum of squared differences. What results is therefore that of the
/// sums alone, to the last bit, however the query came in a batch.
///
/// Immutable and thread-safe.
public final class NearestRows {

    /// Queries estimated at once, each to every row.
    private static final int MOST_AT_ONCE = 256;

    private static final int NOT_ONE_OF_THEM = -1;

    private final Matrix rows;
    private final DistanceEstimates estimates;

    /// @param rows `[n, d]`, finite, n and d of 1 or more
    /// @throws IllegalArgumentException when the square of a row overflows
    public NearestRows(Matrix rows) {
        this.rows = rows;
        boolean finite = true;
        for (double squaredLength : squaredLengths(rows)) {
            finite &= Double.isFinite(squaredLength);
        }
        if (!(rows.rows() >= 1 && rows.columns() >= 1 && finite)) {
            throw new IllegalArgumentException(
                    "cannot search %s: empty or too large".formatted(rows));
        }
        this.estimates = new DistanceEstimates(rows);
    }

    /// The nearest rows of a query, nearest first, of equally near ones the first first.
    ///
    /// @param indices `[k]` of the rows; empty for a query whose square is not finite
    /// @param squaredDistances `[k]`
    public record Found(int[] indices, double[] squaredDistances) {}

    /// The k nearest rows of each query.
    ///
    /// @param queries `[m, d]`
    /// @param k from 1 to n
    /// @return `[m]`
    public Found[] nearest(Matrix queries, int k) {
        return nearest(queries, k, false);
    }

    /// The k nearest other rows of each row.
    ///
    /// @param k from 1 to n − 1
    /// @return `[n]`
    public Found[] nearestOthers(int k) {
        return nearest(rows, k, true);
    }

    /// How many rows are nearer to a query than some rows are.
    ///
    /// @param queries `[m, d]`
    /// @param targets `[m][any number]`, indices of rows
    /// @return for each target the number of rows that are nearer, from 0; empty for a query whose
    ///   square is not finite
    public int[][] ranks(Matrix queries, int[][] targets) {
        return ranks(queries, targets, false);
    }

    /// How many other rows are nearer to a row than some rows are.
    ///
    /// @param targets `[n][any number]`, indices of rows, never its own
    /// @return as [#ranks]
    public int[][] ranksAmongOthers(int[][] targets) {
        return ranks(rows, targets, true);
    }

    private Found[] nearest(Matrix queries, int k, boolean others) {
        int most = rows.rows() - (others ? 1 : 0);
        if (!(k >= 1 && k <= most)) {
            throw new IllegalArgumentException("k must be from 1 to %d, got %d".formatted(most, k));
        }
        Found[] found = new Found[queries.rows()];
        eachQuery(queries, others, query -> found[query.index] = query.nearest(k));
        return found;
    }

    private int[][] ranks(Matrix queries, int[][] targets, boolean others) {
        int[][] ranks = new int[queries.rows()][];
        eachQuery(queries, others, query -> ranks[query.index] = query.ranks(targets[query.index]));
        return ranks;
    }

    private void eachQuery(
            Matrix queries, boolean others, java.util.function.Consumer<Query> action) {
        if (queries.columns() != rows.columns()) {
            throw new IllegalArgumentException(
                    "expected queries of %d columns, got %s".formatted(rows.columns(), queries));
        }
        double[] lengths = squaredLengths(queries);
        for (int from = 0; from < queries.rows(); from += MOST_AT_ONCE) {
            int to = Math.min(from + MOST_AT_ONCE, queries.rows());
            DistanceEstimates.Batch estimated = estimates.of(queries, from, to);
            for (int i = from; i < to; i++) {
                int self = others ? i : NOT_ONE_OF_THEM;
                action.accept(new Query(queries, i, self, lengths[i], estimated, i - from));
            }
        }
    }

    /// One query, with what is known of its distances.
    private final class Query {
        private final double[] values;
        private final int index;
        private final int self;
        private final double squaredLength;
        private final DistanceEstimates.Batch estimated;
        private final int place;

        Query(
                Matrix queries,
                int index,
                int self,
                double squaredLength,
                DistanceEstimates.Batch estimated,
                int place) {
            this.values = queries.values();
            this.index = index;
            this.self = self;
            this.squaredLength = squaredLength;
            this.estimated = estimated;
            this.place = place;
        }

        Found nearest(int k) {
            if (!Double.isFinite(squaredLength)) {
                return new Found(new int[0], new double[0]);
            }
            double[] distances = new double[k];
            int[] indices = new int[k];
            Arrays.fill(distances, Double.POSITIVE_INFINITY);
            for (int row : candidates(k)) {
                if (row == self) {
                    continue;
                }
                double distance = distance(row);
                if (distance < distances[k - 1]) {
                    int at = insert(distances, distance);
                    System.arraycopy(indices, at, indices, at + 1, k - 1 - at);
                    indices[at] = row;
                }
            }
            return new Found(indices, distances);
        }

        /// The rows that may be among the k nearest, ascending.
        private int[] candidates(int k) {
            float[] near = estimated.of(place);
            if (near.length == 0) {
                return IntStream.range(0, rows.rows()).toArray();
            }
            float[] smallest = new float[k];
            Arrays.fill(smallest, Float.POSITIVE_INFINITY);
            int[] found = new int[near.length];
            int count = 0;
            double limit = Double.POSITIVE_INFINITY;
            for (int row = 0; row < near.length; row++) {
                float estimate = near[row];
                if (estimate <= limit && row != self) {
                    found[count++] = row;
                    if (estimate < smallest[k - 1]) {
                        insert(smallest, estimate);
                        float kth = smallest[k - 1];
                        limit = kth < Float.POSITIVE_INFINITY ? estimated.limit(place, kth) : kth;
                    }
                }
            }
            // The limit has fallen since the first ones.
            double last = limit;
            return Arrays.stream(found, 0, count).filter(row -> near[row] <= last).toArray();
        }

        int[] ranks(int[] targets) {
            if (!Double.isFinite(squaredLength)) {
                return new int[0];
            }
            double[] limits = new double[targets.length];
            for (int i = 0; i < targets.length; i++) {
                limits[i] = distance(targets[i]);
            }
            double[] sorted = limits.clone();
            Arrays.sort(sorted);
            Placement exact = new Placement(sorted);
            Placement scaled =
                    new Placement(Arrays.stream(sorted).map(estimates::scaled).toArray());
            float[] near = estimated.of(place);
            int[] nearer = new int[targets.length + 1];
            for (int row = 0; row < rows.rows(); row++) {
                if (row == self) {
                    continue;
                }
                nearer[firstAbove(row, near, exact, scaled)]++;
            }
            for (int i = 1; i < nearer.length; i++) {
                nearer[i] += nearer[i - 1];
            }
            int[] ranks = new int[targets.length];
            for (int i = 0; i < targets.length; i++) {
                ranks[i] = nearer[Arrays.binarySearch(sorted, limits[i])];
            }
            return ranks;
        }

        /// The first limit that a row is nearer than.
        private int firstAbove(int row, float[] near, Placement exact, Placement scaled) {
            if (near.length > 0) {
                double margin = estimated.margin(place, near[row]);
                int first = scaled.firstAbove(near[row] - margin);
                if (scaled.same(first, near[row] + margin)) {
                    return first;
                }
            }
            return exact.firstAbove(distance(row));
        }

        private double distance(int row) {
            int d = rows.columns();
            double[] others = rows.values();
            int query = index * d;
            int other = row * d;
            // Two sums, for the next term need not wait for the last.
            double even = 0;
            double odd = 0;
            int i = 0;
            for (; i + 1 < d; i += 2) {
                double first = values[query + i] - others[other + i];
                double second = values[query + i + 1] - others[other + i + 1];
                even += first * first;
                odd += second * second;
            }
            if (i < d) {
                double last = values[query + i] - others[other + i];
                even += last * last;
            }
            return even + odd;
        }
    }

    /// Inserts into ascending values after those that are equal, and drops the last.
    ///
    /// @return where
    private static int insert(double[] ascending, double value) {
        int place = ascending.length - 1;
        while (place > 0 && ascending[place - 1] > value) {
            ascending[place] = ascending[place - 1];
            place--;
        }
        ascending[place] = value;
        return place;
    }

    private static void insert(float[] ascending, float value) {
        int place = ascending.length - 1;
        while (place > 0 && ascending[place - 1] > value) {
            ascending[place] = ascending[place - 1];
            place--;
        }
        ascending[place] = value;
    }

    private static double[] squaredLengths(Matrix matrix) {
        double[] lengths = new double[matrix.rows()];
        double[] values = matrix.values();
        for (int i = 0; i < values.length; i++) {
            lengths[i / matrix.columns()] += values[i] * values[i];
        }
        return lengths;
    }
}
