package org.quirkwatch.review;

/// The exact interval of a share from a count (Clopper and Pearson, *The use of confidence or
/// fiducial limits illustrated in the case of the binomial*, Biometrika 1934): with k of n, the
/// ends are the shares p at which P(X ≥ k) and P(X ≤ k) of a binomial count X are half of what is
/// missing of the confidence. It holds the true share with at least that confidence, whatever the
/// share.
///
/// @param low in [0, 1]
/// @param high in [`low`, 1]
public record ClopperPearson(double low, double high) {

    private static final int HALVINGS = 60;

    /// The interval of k of n.
    ///
    /// @param k 0 to n
    /// @param n 1 or more
    /// @param confidence in (0, 1)
    public static ClopperPearson of(long k, long n, double confidence) {
        if (!(n >= 1 && k >= 0 && k <= n)) {
            throw new IllegalArgumentException(
                    "k of n must be 0 to n of 1 or more, got %d of %d".formatted(k, n));
        }
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence must be in (0, 1), got " + confidence);
        }
        double tail = (1 - confidence) / 2;
        double low = k == 0 ? 0 : root(k, n, tail);
        double high = k == n ? 1 : 1 - root(n - k, n, tail);
        return new ClopperPearson(low, high);
    }

    /// The share at which P(X ≥ k) is `tail`; it rises with the share.
    private static double root(long k, long n, double tail) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (atLeast(k, n, middle) < tail) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /// P(X ≥ k), summed from the logarithm of its first term by the ratio of neighbours.
    private static double atLeast(long k, long n, double p) {
        double logTerm = k * Math.log(p) + (n - k) * Math.log1p(-p);
        for (long i = 1; i <= k; i++) {
            logTerm += Math.log((double) (n - k + i)) - Math.log((double) i);
        }
        double sum = 0;
        double logOdds = Math.log(p) - Math.log1p(-p);
        for (long i = k; i <= n; i++) {
            sum += Math.exp(logTerm);
            logTerm += Math.log((double) (n - i)) - Math.log((double) (i + 1)) + logOdds;
        }
        return Math.min(1, sum);
    }
}
