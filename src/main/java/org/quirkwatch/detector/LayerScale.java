package org.quirkwatch.detector;

import java.util.Arrays;
import org.quirkwatch.linalg.Matrix;

/// What each layer's scores look like on trusted rows that neither fitted the layers nor calibrate
/// the result, and the common scales that follow.
///
/// **Standardised.** A layer's standardised score is z_l = (s_l − m_l) / σ_l. On the common scale
/// it is t_l = M + S·z_l, with S the harmonic mean of the σ_l and M the mean of the m_l weighted by
/// 1/σ_l: the same positive affine map for every layer, so means, maxima and rankings are those of
/// z. It is taken because the mean of the t_l is then Σ s_l w_l with positive weights w_l ∝ 1/σ_l:
/// a score that is never near 0 by cancellation, so that rounding in the scores stays as small
/// relative to the result as it is in the layers, where the mean of z passes through 0 in the very
/// midst of the trusted rows.
///
/// **p-values.** At the i-th smallest of the n trusted scores p is (n + 1 − i)/(n + 1), the share
/// of scores that are as high, the new one among them. Between them it is interpolated, so that
/// rounding moves it by little; beyond the highest it falls as 1/(1 + d), with d the distance in
/// standard deviations, so that what lies farther out is still told from what lies near.
public final class LayerScale {

    private final Matrix scores;
    private final double[][] sorted;
    private final double[] means;
    private final double[] deviations;

    private LayerScale(Matrix scores) {
        this.scores = scores;
        int layers = scores.columns();
        this.sorted = new double[layers][];
        this.means = new double[layers];
        this.deviations = new double[layers];
        for (int layer = 0; layer < layers; layer++) {
            double[] column = scores.column(layer);
            Arrays.sort(column);
            sorted[layer] = column;
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
    }

    /// The scale of scores.
    ///
    /// @param scores `[n, nLayers]`, n of 2 or more, in any order of the rows
    /// @throws IllegalArgumentException when there are fewer, or a score is not finite
    public static LayerScale of(Matrix scores) {
        if (!(scores.rows() >= 2 && scores.columns() >= 1)) {
            throw new IllegalArgumentException(
                    "2 rows of scores or more are needed, got %d of %d layer(s)"
                            .formatted(scores.rows(), scores.columns()));
        }
        if (!scores.isFinite()) {
            throw new IllegalArgumentException("a score is not finite");
        }
        return new LayerScale(scores);
    }

    /// The scale of layers that are not brought to one.
    static LayerScale none(int nLayers) {
        return new LayerScale(Matrix.wrap(2, nLayers, new double[2 * nLayers]));
    }

    /// The scores that it was made from, `[n, nLayers]`.
    public Matrix scores() {
        return scores;
    }

    /// Mean score of each layer over trusted rows, `[nLayers]`.
    public double[] means() {
        return means.clone();
    }

    /// Standard deviation of each layer's scores (divisor n − 1), `[nLayers]`.
    public double[] deviations() {
        return deviations.clone();
    }

    int nLayers() {
        return means.length;
    }

    /// Checks that scores can be brought to it.
    ///
    /// @throws IllegalArgumentException when all scores of a layer are the same: names it
    void requireSpread() {
        for (int layer = 0; layer < means.length; layer++) {
            if (!(deviations[layer] > 0 && deviations[layer] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "layer %d must have a positive deviation, got %s"
                                .formatted(layer, deviations[layer]));
            }
        }
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

    /// The p-value of a layer's score, in (0, 1); NaN for NaN.
    double pValue(int layer, double score) {
        double[] known = sorted[layer];
        int n = known.length;
        double share = 1.0 / (n + 1);
        if (score > known[n - 1]) {
            return share / (1 + (score - known[n - 1]) / deviations[layer]);
        }
        if (score < known[0]) {
            return 1 - share / (1 + (known[0] - score) / deviations[layer]);
        }
        if (Double.isNaN(score)) {
            return Double.NaN;
        }
        int above = Arrays.binarySearch(known, score);
        if (above >= 0) {
            while (above > 0 && known[above - 1] == score) {
                above--;
            }
            return (n - above) * share;
        }
        int next = -above - 1;
        double part = (score - known[next - 1]) / (known[next] - known[next - 1]);
        return (n - (next - 1) - part) * share;
    }
}
