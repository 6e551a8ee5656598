package org.quirkwatch.detector;

/// Chooses how many principal directions a whitening score may rely on, from the number of rows and
/// from the rounding noise of the activations. Two limits hold, the tighter decides:
///
/// **Noise.** The same prompt gives slightly other float32 activations in a batch of another shape:
/// each coordinate is off by about σ = 1e-6 times the root mean square of the activations. Along a
/// direction of standard deviation √λ that shifts the whitened coordinate z by σ/√λ. The score is
/// Σz²/d, and of all rows with a typical Σz² = k the worst has all of it in the smallest kept
/// direction; its score moves by the relative amount 2σ/√(k·λ_k), in standard deviations. Four of
/// those must stay within 1e-4, what the service promises:
///
/// ```text
/// 4 · 2σ / √(k · λ_k) ≤ 1e-4,    that is    k · λ_k ≥ (0.08 · rms)²
/// ```
///
/// **Rows.** With k directions estimated from n rows, the expected score of a fresh trusted row is
/// n/(n − k) times that of a fitting row (the mean of an inverse Wishart matrix), and the excess is
/// estimation error that lies mostly in the smallest directions. It is held to a factor of 2: k ≤
/// n/2.
///
/// For 128 features and 2000 rows the first limit decides and gives an rcond of the order 1e-6 to
/// 1e-5; for 4096 features and 2000 rows the second.
final class DirectionCut {

    private static final double NOISE = 1e-6;
    private static final double TOLERANCE = 1e-4;
    private static final double DEVIATIONS = 4;
    private static final int ROWS_PER_DIRECTION = 2;

    private DirectionCut() {}

    /// The relative cut-off.
    ///
    /// @param variances λ, `[k]`, descending, the first positive
    /// @param nRows the rows that they were estimated from
    /// @param meanSquare the mean of the squared, uncentred activations
    /// @return in [0, 1]; 1 when no direction stands above the noise
    static double rcond(double[] variances, long nRows, double meanSquare) {
        double factor = 2 * DEVIATIONS * NOISE / TOLERANCE;
        double noise = factor * factor * meanSquare;
        int most = (int) Math.min(variances.length, nRows / ROWS_PER_DIRECTION);
        int kept = 0;
        for (int k = 1; k <= most; k++) {
            if (k * variances[k - 1] >= noise) {
                kept = k;
            }
        }
        if (kept == 0) {
            return 1;
        }
        // Halfway, on a logarithmic scale, between the last direction kept and the first dropped.
        double next = kept < variances.length ? variances[kept] : noise / kept;
        return Math.sqrt(variances[kept - 1] * next) / variances[0];
    }
}
