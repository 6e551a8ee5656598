package org.quirkwatch.detector;

import org.quirkwatch.linalg.Matrix;

/// What each layer's scores look like on trusted rows that neither fitted the layers nor calibrate
/// the result, and the common scale that follows.
///
/// A layer's standardised score is z_l = (s_l − m_l) / σ_l. On the common scale it is t_l = M +
/// S·z_l, with S the harmonic mean of the σ_l and M the mean of the m_l weighted by 1/σ_l: the same
/// positive affine map for every layer, so means, maxima and rankings are those of z. It is taken
/// because the mean of the t_l is then Σ s_l w_l with positive weights w_l ∝ 1/σ_l: a score that is
/// never near 0 by cancellation, so that rounding in the scores stays as small relative to the
/// result as it is in the layers, where the mean of z passes through 0 in the very midst of the
/// trusted rows.
///
/// @param means `[nLayers]`, m, mean score over trusted rows, finite
/// @param deviations `[nLayers]`, σ, standard deviation (divisor n − 1), positive and finite
public record LayerScale(double[] means, double[] deviations) {

    /// Copies and checks.
    ///
    /// @throws IllegalArgumentException when the lengths differ or a value is out of its range
    public LayerScale {
        means = means.clone();
        deviations = deviations.clone();
        if (!(means.length >= 1 && means.length == deviations.length)) {
            throw new IllegalArgumentException(
                    "expected as many means as deviations, got %d and %d"
                            .formatted(means.length, deviations.length));
        }
        for (int i = 0; i < means.length; i++) {
            if (!(Double.isFinite(means[i])
                    && deviations[i] > 0
                    && deviations[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "layer %d must have a finite mean and a positive deviation, got %s and %s"
                                .formatted(i, means[i], deviations[i]));
            }
        }
    }

    /// Mean and deviation of scores.
    ///
    /// @param scores `[n, nLayers]`, n of 2 or more
    /// @throws IllegalArgumentException when a layer's scores are all the same or not finite
    static LayerScale of(Matrix scores) {
        int layers = scores.columns();
        double[] means = new double[layers];
        double[] deviations = new double[layers];
        for (int layer = 0; layer < layers; layer++) {
            double[] column = scores.column(layer);
            double mean = 0;
            for (double score : column) {
                mean += score / column.length;
            }
            double squares = 0;
            for (double score : column) {
                squares += (score - mean) * (score - mean);
            }
            means[layer] = mean;
            deviations[layer] = Math.sqrt(squares / (column.length - 1));
        }
        return new LayerScale(means, deviations);
    }

    /// The scores on the common scale.
    ///
    /// @param scores raw, `[nLayers]`
    /// @return `[nLayers]`
    double[] common(double[] scores) {
        double weights = 0;
        double centre = 0;
        for (int i = 0; i < means.length; i++) {
            weights += 1 / deviations[i];
            centre += means[i] / deviations[i];
        }
        centre /= weights;
        double spread = means.length / weights;
        double[] result = new double[means.length];
        for (int i = 0; i < means.length; i++) {
            result[i] = centre + spread * (scores[i] - means[i]) / deviations[i];
        }
        return result;
    }

    /// A copy of the means.
    @Override
    public double[] means() {
        return means.clone();
    }

    /// A copy of the deviations.
    @Override
    public double[] deviations() {
        return deviations.clone();
    }
}
