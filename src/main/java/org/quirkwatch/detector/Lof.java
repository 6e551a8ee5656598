package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.NearestRows;

/// The local outlier factor (Breunig, Kriegel, Ng, Sander 2000): how much sparser the trusted rows
/// lie around a row than around its neighbours. Every row is scored by itself against the trusted
/// rows alone, not against the rest of its batch.
///
/// With N(p) the k nearest trusted rows of p, d the Euclidean distance and kd(p) that of the k-th,
/// the score is
///
/// ```text
/// s(p) = mean of lrd(o) / lrd(p) over the o in N(p)
/// breunig:    1 / lrd(p) = mean of max(kd(o), d(p, o)) over the o in N(p)
/// simplified: 1 / lrd(p) = kd(p), with 1e-4 added to every distance
/// ```
///
/// The simplified form is what the code of Johnston, Chakraborty and Belrose (arXiv 2504.08812)
/// computes, s(p) = (1/k) Σ kd(p)/kd(o), offset included; Breunig's has no offset. The score lies
/// in [0, ∞) and is near 1 where p lies as densely as its neighbours.
///
/// Where a trusted row has k or more copies, Breunig's mean reachability is 0 and its density
/// infinite: it is taken as at least 1e-10 of the root mean square deviation of the trusted rows,
/// so that a score by such neighbours is large, not infinite. A trusted row is not its own
/// neighbour; a scored row that equals a trusted one has it for a neighbour.
///
/// Memory: the kept rows, while scoring as while fitting, and as much in the artifact.
///
/// @param k neighbours, fewer where there are not k + 1 trusted rows
/// @param simplified whether the form is the simplified one
/// @param kept the trusted rows
record Lof(int k, boolean simplified, SampleOptions kept) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "lof",
                    false,
                    SampleOptions.with(
                            new RuleOption(
                                    "k", "20", "nearest trusted rows looked at, from 1 to 1000"),
                            new RuleOption(
                                    "form",
                                    "breunig",
                                    "breunig, or simplified: without reachability")),
                    settings ->
                            new Lof(
                                    settings.count("k", 1, 1000),
                                    settings.choice("form", "breunig", "simplified")
                                            .equals("simplified"),
                                    SampleOptions.of(settings)),
                    Fitted::of);

    private static final int FEWEST_ROWS = 2;
    private static final int MOST_FEATURES = 16_384;
    private static final double OFFSET = 1e-4;
    private static final double LEAST_SHARE = 1e-10;

    private static final String N_FIT = "n_fit";
    private static final String N_ROWS = "n_rows";
    private static final String N_FEATURES = "n_features";
    private static final String K = "k";
    private static final String SIMPLIFIED = "simplified";
    private static final String LEAST_REACHABILITY = "least_reachability";
    private static final String ROWS = "rows";
    private static final String K_DISTANCES = "k_distances";
    private static final String DENSITIES = "densities";

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
                return Lof.this.fit(reservoir.varied(FEWEST_ROWS), reservoir.seen());
            }
        };
    }

    private FittedDetector fit(Matrix rows, long seen) {
        int n = rows.rows();
        int used = Math.min(k, n - 1);
        NearestRows.Found[] found = new NearestRows(rows).nearestOthers(used);
        double[] kDistances =
                Arrays.stream(found).mapToDouble(each -> kDistance(each, simplified)).toArray();
        double least = LEAST_SHARE * RowReservoir.rootMeanSquareDeviation(rows);
        double[] densities =
                Arrays.stream(found)
                        .mapToDouble(each -> 1 / sparsity(each, simplified, kDistances, least))
                        .toArray();
        return Fitted.of(
                new FittedState(
                        Map.of(
                                N_FIT, (double) seen,
                                N_ROWS, (double) n,
                                N_FEATURES, (double) rows.columns(),
                                K, (double) used,
                                SIMPLIFIED, simplified ? 1.0 : 0.0,
                                LEAST_REACHABILITY, least),
                        Map.of(
                                ROWS, rows,
                                K_DISTANCES, Matrix.wrap(1, n, kDistances),
                                DENSITIES, Matrix.wrap(1, n, densities))));
    }

    private static double kDistance(NearestRows.Found found, boolean simplified) {
        double[] squared = found.squaredDistances();
        return Math.sqrt(squared[squared.length - 1]) + (simplified ? OFFSET : 0);
    }

    /// 1/lrd of a row.
    private static double sparsity(
            NearestRows.Found found, boolean simplified, double[] kDistances, double least) {
        if (simplified) {
            return kDistance(found, true);
        }
        int k = found.indices().length;
        double sum = 0;
        for (int i = 0; i < k; i++) {
            double distance = Math.sqrt(found.squaredDistances()[i]);
            sum += Math.max(kDistances[found.indices()[i]], distance);
        }
        return Math.max(sum / k, least);
    }

    private record Fitted(
            FittedState state,
            NearestRows rows,
            int nFeatures,
            int k,
            boolean simplified,
            double least,
            double[] kDistances,
            double[] densities)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(
                    Set.of(N_FIT, N_ROWS, N_FEATURES, K, SIMPLIFIED, LEAST_REACHABILITY),
                    Set.of(ROWS, K_DISTANCES, DENSITIES));
            state.count(N_FIT, FEWEST_ROWS);
            int n = state.count(N_ROWS, FEWEST_ROWS);
            int nFeatures = state.count(N_FEATURES, 1);
            int k = state.count(K, 1);
            if (!(k < n)) {
                throw new IllegalArgumentException(
                        "k must be less than n_rows = %d, got %d".formatted(n, k));
            }
            int simplified = state.count(SIMPLIFIED, 0);
            if (!(simplified <= 1)) {
                throw new IllegalArgumentException("simplified must be 0 or 1, got " + simplified);
            }
            double[] kDistances = state.tensor(K_DISTANCES, 1, n).row(0);
            requireAtLeast(K_DISTANCES, kDistances, 0);
            double[] densities = state.tensor(DENSITIES, 1, n).row(0);
            requireAtLeast(DENSITIES, densities, Double.MIN_VALUE);
            double least = state.number(LEAST_REACHABILITY);
            requireAtLeast(LEAST_REACHABILITY, new double[] {least}, Double.MIN_VALUE);
            return new Fitted(
                    state,
                    new NearestRows(state.tensor(ROWS, n, nFeatures)),
                    nFeatures,
                    k,
                    simplified == 1,
                    least,
                    kDistances,
                    densities);
        }

        @Override
        public double[] score(Matrix batch) {
            Overflow.requireWidth(batch, nFeatures);
            NearestRows.Found[] found = rows.nearest(batch, k);
            double[] scores = new double[found.length];
            for (int row = 0; row < scores.length; row++) {
                if (found[row].indices().length == 0) {
                    scores[row] = Double.NaN;
                    continue;
                }
                double sum = 0;
                for (int neighbour : found[row].indices()) {
                    sum += densities[neighbour];
                }
                scores[row] = sum / k * sparsity(found[row], simplified, kDistances, least);
            }
            return Overflow.settled(batch, scores);
        }

        private static void requireAtLeast(String name, double[] values, double least) {
            for (double value : values) {
                if (!(value >= least)) {
                    throw new IllegalArgumentException(
                            "%s must be %s or more, got %s".formatted(name, least, value));
                }
            }
        }
    }
}
