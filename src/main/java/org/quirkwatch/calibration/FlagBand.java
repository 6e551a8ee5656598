package org.quirkwatch.calibration;

/// How many of n rows are flagged at a level when all of them are exchangeable with the calibration
/// rows: what a trusted stream looks like.
///
/// With m calibration scores a row is flagged when fewer than a of them are at or above its own, a
/// being the largest whole number with a/(m + 1) < alpha. Given the calibration, the probability of
/// that is a draw from Beta(a, m + 1 − a), ties aside (Vovk, *Conditional validity of inductive
/// conformal predictors*, ACML 2012); so the number of flags K is beta-binomial,
///
/// ```text
/// P(K = 0) = Π_{i<a} (b + i)/(n + b + i)          b = m + 1 − a
/// P(K = k + 1)/P(K = k) = (n − k)(a + k) / ((k + 1)(n − k − 1 + b))
/// ```
///
/// which allows for both samples: a binomial band around alpha would call a stream abnormal for the
/// luck of its calibration. It tends to that one as m grows. Ties among scores make flags rarer.
///
/// @param expected share of flags, a/(m + 1): alpha or a little below
/// @param low the least share that is not unusual, in [0, `high`]
/// @param high the largest one, up to 1
public record FlagBand(double expected, double low, double high) {

    /// Where the sum of up to n terms gives way to the normal approximation.
    private static final long MOST_SUMMED = 100_000;

    /// The band of a stream.
    ///
    /// @param nCalibration calibration scores, 1 or more
    /// @param alpha significance level, in (0, 1)
    /// @param n rows of the stream, 1 or more
    /// @param confidence of the band, in (0, 1): at most half of what is missing of it lies on
    ///   either side
    public static FlagBand of(int nCalibration, double alpha, long n, double confidence) {
        if (!(nCalibration >= 1 && n >= 1)) {
            throw new IllegalArgumentException(
                    "calibration rows and rows must be 1 or more, got %d and %d"
                            .formatted(nCalibration, n));
        }
        if (!(alpha > 0 && alpha < 1 && confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException(
                    "alpha and confidence must be in (0, 1), got %s and %s"
                            .formatted(alpha, confidence));
        }
        int a = flaggedRanks(nCalibration, alpha);
        double expected = a / (nCalibration + 1.0);
        if (a == 0) {
            // Such a level is never reached.
            return new FlagBand(0, 0, 0);
        }
        double tail = (1 - confidence) / 2;
        return n > MOST_SUMMED
                ? normal(expected, nCalibration + 1.0, n, tail)
                : summed(a, nCalibration + 1 - a, n, expected, tail);
    }

    /// In the very expression of the p-value, so that both round alike.
    private static int flaggedRanks(int m, double alpha) {
        int a = (int) Math.min(m, Math.ceil(alpha * (m + 1.0)) + 1);
        while (a > 0 && !(a / (m + 1.0) < alpha)) {
            a--;
        }
        return a;
    }

    private static FlagBand summed(int a, int b, long n, double expected, double tail) {
        double logTerm = 0;
        for (int i = 0; i < a; i++) {
            logTerm += Math.log((double) b + i) - Math.log((double) n + b + i);
        }
        double below = 0;
        long low = -1;
        long high = n;
        for (long k = 0; k <= n; k++) {
            below += Math.exp(logTerm);
            if (low < 0 && below > tail) {
                low = k;
            }
            if (below >= 1 - tail) {
                high = k;
                break;
            }
            logTerm +=
                    Math.log((double) (n - k))
                            + Math.log((double) a + k)
                            - Math.log((double) (k + 1))
                            - Math.log((double) (n - k - 1) + b);
        }
        return new FlagBand(expected, Math.max(0, low) / (double) n, high / (double) n);
    }

    private static FlagBand normal(double expected, double all, long n, double tail) {
        double variance = expected * (1 - expected) * (1.0 / n + 1 / all) * (all / (all + 1));
        double reach = quantile(1 - tail) * Math.sqrt(variance);
        return new FlagBand(expected, Math.max(0, expected - reach), Math.min(1, expected + reach));
    }

    /// The standard normal quantile, by bisection of its distribution function (Abramowitz and
    /// Stegun 26.2.17, to 1e-7).
    private static double quantile(double p) {
        double low = -10;
        double high = 10;
        for (int i = 0; i < 60; i++) {
            double middle = (low + high) / 2;
            if (distribution(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private static double distribution(double x) {
        double t = 1 / (1 + 0.2316419 * Math.abs(x));
        double series =
                t
                        * (0.319381530
                                + t
                                        * (-0.356563782
                                                + t
                                                        * (1.781477937
                                                                + t
                                                                        * (-1.821255978
                                                                                + t
                                                                                        * 1.330274429))));
        double above = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * series;
        return x >= 0 ? 1 - above : above;
    }
}
