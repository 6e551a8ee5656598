package org.quirkwatch.detector;

import java.util.Random;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;

/// Rows like activations: correlated, away from the origin, with standard deviations that fall over
/// orders of magnitude from one direction to the last. One width has one distribution; the seed
/// draws from it.
final class TrustedRows {

    private TrustedRows() {}

    static Matrix draw(int rows, int features, long seed) {
        return draw(rows, features, 1e-2, seed);
    }

    /// @param smallest standard deviation of the last direction; of the first it is 1
    static Matrix draw(int rows, int features, double smallest, long seed) {
        Random random = new Random(seed);
        double[] values = new double[rows * features];
        for (int i = 0; i < values.length; i++) {
            double share = (i % features) / Math.max(1.0, features - 1.0);
            values[i] = random.nextGaussian() * Math.pow(smallest, share);
        }
        Matrix directions = LinearAlgebra.svd(gaussian(features, 42)).vectors();
        double[] mixed =
                LinearAlgebra.multiply(Matrix.wrap(rows, features, values), directions).toArray();
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] += 1 + i % features % 3;
        }
        return Matrix.wrap(rows, features, mixed);
    }

    private static Matrix gaussian(int size, long seed) {
        Random random = new Random(seed);
        double[] values = new double[size * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Matrix.wrap(size, size, values);
    }
}
