package org.quirkwatch.linalg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Squared distances of queries to some rows in single precision, and how far off they may be.
///
/// Rows and queries are taken from the rows' mean c and scaled by a power of two s, so that no
/// coordinate of a row is above 1: x' = s(x − c), rounded to float32. With u = 2⁻²⁴, d columns and
/// l = |x'|² + |y'|², the estimate e of s²|x − y|² is off by at most
///
/// ```text
/// (d + 8)u·e + 8u·l    as the sum of squared differences, for few queries
/// (2d + 24)u·l         as l − 2x'·y' by one product, for many
/// ```
///
/// 8u·l is what rounding the coordinates did; it also covers squares that are too small for
/// float32, as some coordinate of a row is above ½.
///
/// Immutable and thread-safe.
final class DistanceEstimates {

    /// Queries from which one product for all of them is faster.
    private static final int PRODUCT_FROM = 8;

    private static final double ROUNDING = Math.ulp(0.5f);

    /// Squares of longer queries might leave float32.
    private static final double LONGEST_QUERY = 0x1p40;

    /// Scales beyond might leave float64 when squared.
    private static final int LARGEST_EXPONENT = 400;

    /// Numbers that are also kept for products: half a gigabyte.
    private static final long MOST_SINGLE = 1L << 27;

    private final int n;
    private final double[] centre;
    private final double scale;
    private final boolean usable;
    // [d][n], so that the sums of many rows are made at once
    private final float[][] columns;
    // [n, d], and their squared lengths
    private final @Nullable SingleRows products;
    private final float[] squares;
    private final double longest;

    /// @param rows `[n, d]`, whose squares are finite
    DistanceEstimates(Matrix rows) {
        this.n = rows.rows();
        int d = rows.columns();
        double[] values = rows.values();
        this.centre = new double[d];
        for (int i = 0; i < values.length; i++) {
            centre[i % d] += values[i] / n;
        }
        double largest = 0;
        for (int i = 0; i < values.length; i++) {
            largest = Math.max(largest, Math.abs(values[i] - centre[i % d]));
        }
        // All rows being one, there is nothing to order; nor can what is not finite be ordered.
        int exponent = largest > 0 ? -Math.getExponent(largest) - 1 : LARGEST_EXPONENT + 1;
        this.usable = Math.abs(exponent) <= LARGEST_EXPONENT;
        this.scale = usable ? Math.scalb(1.0, exponent) : 1;
        this.columns = new float[usable ? d : 0][n];
        this.squares = new float[n];
        this.products = usable && (long) n * d <= MOST_SINGLE ? new SingleRows(n, d) : null;
        double most = 0;
        for (int row = 0; row < n && usable; row++) {
            double square = 0;
            for (int i = 0; i < d; i++) {
                double value = (values[row * d + i] - centre[i]) * scale;
                columns[i][row] = (float) value;
                square += value * value;
                if (products != null) {
                    products.set(row, i, (float) value);
                }
            }
            squares[row] = (float) square;
            most = Math.max(most, square);
        }
        this.longest = most;
    }

    /// The estimates of some queries.
    ///
    /// @param queries `[m, d]`
    Batch of(Matrix queries, int from, int to) {
        int d = centre.length;
        int count = to - from;
        double[] lengths = new double[count];
        float[] scaled = new float[count * d];
        double[] values = queries.values();
        for (int i = 0; i < scaled.length; i++) {
            double value = (values[from * d + i] - centre[i % d]) * scale;
            scaled[i] = (float) value;
            lengths[i / d] += value * value;
        }
        SingleRows own = count >= PRODUCT_FROM ? products : null;
        float[] all = own == null ? new float[0] : LinearAlgebra.products(scaled, own);
        boolean byProduct = own != null;
        float[][] estimates = new float[count][];
        for (int query = 0; query < count; query++) {
            if (!(usable && Math.sqrt(lengths[query]) <= LONGEST_QUERY)) {
                estimates[query] = new float[0];
            } else if (byProduct) {
                estimates[query] = fromProducts(all, query, (float) lengths[query]);
            } else {
                estimates[query] = sums(Arrays.copyOfRange(scaled, query * d, (query + 1) * d));
            }
        }
        double units = byProduct ? 2 * d + 24 : 8;
        double relative = byProduct ? 0 : (d + 8) * ROUNDING;
        return new Batch(estimates, lengths, relative, units * ROUNDING);
    }

    private float[] fromProducts(float[] products, int query, float length) {
        float[] estimates = Arrays.copyOfRange(products, query * n, (query + 1) * n);
        for (int row = 0; row < n; row++) {
            estimates[row] = length + squares[row] - 2 * estimates[row];
        }
        return estimates;
    }

    private float[] sums(float[] query) {
        float[] sums = new float[n];
        int i = 0;
        for (; i + 3 < query.length; i += 4) {
            addFour(query, i, sums);
        }
        for (; i < query.length; i++) {
            addOne(query[i], columns[i], sums);
        }
        return sums;
    }

    // One index for all arrays, from 0 to the end: so the compiler makes vectors of the loop.
    private void addFour(float[] query, int i, float[] sums) {
        float a = query[i];
        float b = query[i + 1];
        float c = query[i + 2];
        float d = query[i + 3];
        float[] as = columns[i];
        float[] bs = columns[i + 1];
        float[] cs = columns[i + 2];
        float[] ds = columns[i + 3];
        for (int row = 0; row < sums.length; row++) {
            float first = as[row] - a;
            float second = bs[row] - b;
            float third = cs[row] - c;
            float fourth = ds[row] - d;
            sums[row] += first * first + second * second + (third * third + fourth * fourth);
        }
    }

    private static void addOne(float value, float[] column, float[] sums) {
        for (int row = 0; row < sums.length; row++) {
            float difference = column[row] - value;
            sums[row] += difference * difference;
        }
    }

    /// The estimates of a batch of queries, in the scale of the rows.
    final class Batch {
        private final float[][] estimates;
        private final double[] lengths;

        private final double relative;
        private final double absolute;

        private Batch(float[][] estimates, double[] lengths, double relative, double absolute) {
            this.estimates = estimates;
            this.lengths = lengths;
            this.relative = relative;
            this.absolute = absolute;
        }

        /// Of a query to every row, scaled, `[n]`; empty where nothing can be said.
        float[] of(int query) {
            return estimates[query];
        }

        /// How far an estimate of a query may be off, scaled.
        double margin(int query, double estimate) {
            return relative * Math.max(0, estimate) + absolute(query);
        }

        /// An estimate above which no row is as near as one that has an estimate.
        double limit(int query, double estimate) {
            return (estimate + margin(query, estimate) + absolute(query)) / (1 - relative);
        }

        private double absolute(int query) {
            return absolute * (lengths[query] + longest);
        }
    }

    /// What a squared distance is in the scale of the estimates.
    double scaled(double squaredDistance) {
        return squaredDistance * scale * scale;
    }
}
