package org.quirkwatch.evaluation;

/// The law of a count of rows, exact: the probability of each number from 0 to n.
final class CountLaw {

    private static final int MOST_ROWS = 1_000_000;

    private final double[] cumulative;

    private CountLaw(double[] logProbability) {
        cumulative = new double[logProbability.length];
        double sum = 0;
        for (int k = 0; k < logProbability.length; k++) {
            sum += Math.exp(logProbability[k]);
            cumulative[k] = Math.min(1, sum);
        }
    }

    /// Of n independent rows each counts with probability p.
    ///
    /// @param n 1 to 1 000 000
    /// @param p in (0, 1)
    static CountLaw binomial(int n, double p) {
        requireRows(n);
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("p must be in (0, 1), got " + p);
        }
        double[] factorials = logFactorials(n);
        double[] log = new double[n + 1];
        for (int k = 0; k <= n; k++) {
            log[k] = choose(factorials, n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p);
        }
        return new CountLaw(log);
    }

    /// How many of n rows a detector flags at alpha that was calibrated on m rows exchangeable with
    /// them, scores without ties. A row is flagged when fewer than k calibration scores are as
    /// high, with k = ⌈alpha (m + 1)⌉ − 1; the share flagged is then Beta(k, m + 1 − k) distributed
    /// over draws of the calibration rows, and the count beta-binomial. Its spread is that of the
    /// binomial law and of the calibration together.
    ///
    /// @param n rows, 1 to 1 000 000
    /// @param m calibration rows
    /// @param alpha in (1/(m + 1), 1)
    static CountLaw flagged(int n, int m, double alpha) {
        requireRows(n);
        requireRows(m);
        int k = (int) Math.ceil(alpha * (m + 1)) - 1;
        if (!(k >= 1 && k <= m)) {
            throw new IllegalArgumentException(
                    "alpha must be above 1/(m + 1) and below 1, got %s with %d calibration rows"
                            .formatted(alpha, m));
        }
        double[] factorials = logFactorials(n + m);
        double[] log = new double[n + 1];
        for (int count = 0; count <= n; count++) {
            log[count] =
                    choose(factorials, n, count)
                            + logBeta(factorials, count + k, n - count + m + 1 - k)
                            - logBeta(factorials, k, m + 1 - k);
        }
        return new CountLaw(log);
    }

    private static void requireRows(int n) {
        if (!(n >= 1 && n <= MOST_ROWS)) {
            throw new IllegalArgumentException(
                    "rows must be 1 to %d, got %d".formatted(MOST_ROWS, n));
        }
    }

    /// The central interval of the share count/n: below it and above it lies at most half of what
    /// is missing of the confidence each.
    ///
    /// @param confidence in (0, 1)
    Interval central(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence must be in (0, 1), got " + confidence);
        }
        double n = cumulative.length - 1;
        double tail = (1 - confidence) / 2;
        return new Interval(quantile(tail) / n, quantile(1 - tail) / n);
    }

    /// The smallest count whose cumulative probability is at least `share`.
    int quantile(double share) {
        int low = 0;
        int high = cumulative.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulative[middle] >= share) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// ln 0! … ln n!, `[n + 1]`.
    private static double[] logFactorials(int n) {
        double[] log = new double[n + 1];
        for (int i = 2; i <= n; i++) {
            log[i] = log[i - 1] + Math.log(i);
        }
        return log;
    }

    private static double choose(double[] factorials, int n, int k) {
        return factorials[n] - factorials[k] - factorials[n - k];
    }

    /// ln of the beta function of whole numbers from 1.
    private static double logBeta(double[] factorials, int a, int b) {
        return factorials[a - 1] + factorials[b - 1] - factorials[a + b - 1];
    }
}
