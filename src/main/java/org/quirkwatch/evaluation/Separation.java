package org.quirkwatch.evaluation;

import java.util.List;
import org.quirkwatch.linalg.Matrix;

/// How far apart normal and anomalous rows lie in a layer: S = ‖μ_n − μ_a‖² / tr(Σ), Σ being the
/// covariance of all rows together. 0 or more; 4 where nothing but the class varies and the classes
/// are of one size.
final class Separation {

    private static final double MOST = 1e4;

    private Separation() {}

    /// The separation in a layer.
    ///
    /// @param normal `[n, width]`, finite, n of 1 or more
    /// @param anomalous `[m, width]`, finite, m of 1 or more
    /// @return NaN where nothing varies
    static double of(Matrix normal, Matrix anomalous) {
        double total = (double) normal.rows() + anomalous.rows();
        double between = 0;
        double variance = 0;
        for (int column = 0; column < normal.columns(); column++) {
            double[] a = normal.column(column);
            double[] b = anomalous.column(column);
            double shift = mean(a) - mean(b);
            between += shift * shift;
            double mean = (mean(a) * a.length + mean(b) * b.length) / total;
            variance += (squares(a, mean) + squares(b, mean)) / (total - 1);
        }
        return between / variance;
    }

    /// The geometric mean over layers, each clipped to [0, 10⁴]; layers where nothing varies do not
    /// count.
    ///
    /// @return NaN where no layer counts
    static double overLayers(List<Double> separations) {
        double[] known =
                separations.stream()
                        .mapToDouble(Double::doubleValue)
                        .filter(value -> !Double.isNaN(value))
                        .map(value -> Math.clamp(value, 0, MOST))
                        .toArray();
        double sum = 0;
        for (double value : known) {
            sum += Math.log(value);
        }
        return known.length == 0 ? Double.NaN : Math.exp(sum / known.length);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double squares(double[] values, double mean) {
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return sum;
    }
}
