package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;

/// Beatrix (Ma et al. 2022, arXiv 2209.11715): how far the products of features with each other
/// leave the range that they have over trusted rows.
///
/// With f the row in its leading principal directions (below), the Gram features of a power p are
/// g_ij = root_p(f_i^p f_j^p) for i ≤ j, the root with the sign of its argument. With the median m
/// and the median absolute deviation a of each over the trusted rows, low = m − `multiplier` · a
/// and high = m + `multiplier` · a,
///
/// ```text
/// s = mean over p = 1..4 and i ≤ j of max(low − g, 0)/(|low| + ε) + max(g − high, 0)/(|high| + ε)
/// ```
///
/// with ε = 2⁻¹⁴. It lies in [0, ∞) and is 0 for a row within all ranges. One activation has one
/// position, so nothing is summed under the root: odd powers all give f_i f_j and even ones its
/// absolute value. The two are computed once.
///
/// The number of Gram features is quadratic, so rows wider than `components` are first projected, f
/// = Vᵀx, on that many principal directions of the kept rows: nothing is subtracted and nothing
/// divided by its deviation. Fewer directions are taken where the rows vary along fewer; rows that
/// are not wider are taken as they are. Medians are over all kept rows, where the library cupbearer
/// averages those of batches.
///
/// Memory: the kept rows while fitting, the directions and two bounds per Gram feature afterwards.
///
/// @param components at most, from 1 to 256
/// @param multiplier of the median absolute deviation, 0 or more
/// @param kept the trusted rows
record Beatrix(int components, double multiplier, SampleOptions kept) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "beatrix",
                    false,
                    SampleOptions.with(
                            new RuleOption(
                                    "components",
                                    "32",
                                    "principal directions that wider rows are projected on, from 1"
                                            + " to 256"),
                            new RuleOption(
                                    "multiplier",
                                    "10",
                                    "median absolute deviations that are within the range, from 0"
                                            + " to 1e6")),
                    settings ->
                            new Beatrix(
                                    settings.count("components", 1, 256),
                                    settings.number("multiplier", 0, 1e6),
                                    SampleOptions.of(settings)),
                    Fitted::of);

    private static final int FEWEST_ROWS = 2;
    private static final int MOST_FEATURES = 16_384;

    /// The smallest normal number of float16.
    private static final double EPSILON = Math.pow(2, -14);

    /// Directions of at most this times the largest variance are rounding.
    private static final double NO_VARIANCE = Math.pow(2, -46);

    /// Odd and even powers.
    private static final int KINDS = 2;

    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";
    private static final String COMPONENTS = "components";
    private static final String MULTIPLIER = "multiplier";
    private static final String DIRECTIONS = "directions";
    private static final String MEDIANS = "medians";
    private static final String DEVIATIONS = "deviations";

    @Override
    public LayerRule rule() {
        return RULE;
    }

    @Override
    public Fitter fitter() {
        RowReservoir reservoir = kept.reservoir(MOST_FEATURES);
        return new Fitter() {
            @Override
            public void add(Matrix rows) {
                reservoir.add(rows);
            }

            @Override
            public FittedDetector fit() {
                return Beatrix.this.fit(reservoir.varied(FEWEST_ROWS), reservoir.seen());
            }
        };
    }

    private FittedDetector fit(Matrix rows, long seen) {
        Matrix directions = directions(rows);
        Matrix projected = LinearAlgebra.multiply(rows, directions);
        int r = directions.columns();
        int pairs = pairs(r);
        double[] medians = new double[KINDS * pairs];
        double[] deviations = new double[KINDS * pairs];
        int pair = 0;
        for (int i = 0; i < r; i++) {
            double[] first = projected.column(i);
            for (int j = i; j < r; j++) {
                double[] products = projected.column(j);
                for (int row = 0; row < products.length; row++) {
                    products[row] *= first[row];
                }
                for (int kind = 0; kind < KINDS; kind++) {
                    double[] gram = kind == 0 ? products : absolute(products, 0);
                    double median = median(gram);
                    medians[kind * pairs + pair] = median;
                    deviations[kind * pairs + pair] = median(absolute(gram, median));
                }
                pair++;
            }
        }
        return Fitted.of(
                new FittedState(
                        Map.of(
                                N_FIT, (double) seen,
                                N_FEATURES, (double) rows.columns(),
                                COMPONENTS, (double) r,
                                MULTIPLIER, multiplier),
                        Map.of(
                                DIRECTIONS, directions,
                                MEDIANS, Matrix.wrap(KINDS, pairs, medians),
                                DEVIATIONS, Matrix.wrap(KINDS, pairs, deviations))));
    }

    /// `[d, r]`
    private Matrix directions(Matrix rows) {
        int d = rows.columns();
        if (d <= components) {
            double[] identity = new double[d * d];
            for (int i = 0; i < d; i++) {
                identity[i * d + i] = 1;
            }
            return Matrix.wrap(d, d, identity);
        }
        RunningCovariance covariance = new RunningCovariance(d);
        covariance.add(rows);
        RunningCovariance.Principal principal = covariance.principal();
        double[] variances = principal.variances();
        int r = 0;
        while (r < Math.min(components, variances.length)
                && variances[r] > NO_VARIANCE * variances[0]) {
            r++;
        }
        double[] values = new double[d * r];
        for (int row = 0; row < d; row++) {
            System.arraycopy(principal.directions().row(row), 0, values, row * r, r);
        }
        return Matrix.wrap(d, r, values);
    }

    private static int pairs(int r) {
        return r * (r + 1) / 2;
    }

    private static double[] absolute(double[] values, double centre) {
        return Arrays.stream(values).map(value -> Math.abs(value - centre)).toArray();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1
                ? sorted[middle]
                : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
    }

    private record Fitted(FittedState state, Matrix directions, double[] low, double[] high)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(
                    Set.of(N_FIT, N_FEATURES, COMPONENTS, MULTIPLIER),
                    Set.of(DIRECTIONS, MEDIANS, DEVIATIONS));
            state.count(N_FIT, FEWEST_ROWS);
            int nFeatures = state.count(N_FEATURES, 1);
            int r = state.count(COMPONENTS, 1);
            if (!(r <= Math.min(nFeatures, 256))) {
                throw new IllegalArgumentException(
                        "components must be at most 256 and n_features = %d, got %d"
                                .formatted(nFeatures, r));
            }
            double multiplier = state.number(MULTIPLIER);
            if (!(multiplier >= 0)) {
                throw new IllegalArgumentException(
                        "multiplier must be 0 or more, got " + multiplier);
            }
            double[] low = state.tensor(MEDIANS, KINDS, pairs(r)).toArray();
            double[] deviations = state.tensor(DEVIATIONS, KINDS, pairs(r)).toArray();
            double[] high = low.clone();
            for (int i = 0; i < low.length; i++) {
                if (!(deviations[i] >= 0)) {
                    throw new IllegalArgumentException(
                            "tensor deviations must be 0 or more, value %d is %s"
                                    .formatted(i, deviations[i]));
                }
                low[i] -= multiplier * deviations[i];
                high[i] += multiplier * deviations[i];
            }
            return new Fitted(state, state.tensor(DIRECTIONS, nFeatures, r), low, high);
        }

        @Override
        public int nFeatures() {
            return directions.rows();
        }

        @Override
        public double[] score(Matrix rows) {
            Overflow.requireWidth(rows, nFeatures());
            Matrix projected = LinearAlgebra.multiply(rows, directions);
            double[] scores = new double[rows.rows()];
            for (int row = 0; row < scores.length; row++) {
                scores[row] = score(projected.row(row));
            }
            return Overflow.settled(rows, scores);
        }

        private double score(double[] f) {
            int pairs = pairs(f.length);
            double sum = 0;
            int pair = 0;
            for (int i = 0; i < f.length; i++) {
                for (int j = i; j < f.length; j++) {
                    double product = f[i] * f[j];
                    sum += beyond(product, pair) + beyond(Math.abs(product), pairs + pair);
                    pair++;
                }
            }
            return sum / (KINDS * pairs);
        }

        private double beyond(double gram, int at) {
            return Math.max(low[at] - gram, 0) / (Math.abs(low[at]) + EPSILON)
                    + Math.max(gram - high[at], 0) / (Math.abs(high[at]) + EPSILON);
        }
    }
}
