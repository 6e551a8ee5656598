package org.quirkwatch.detector;

import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// An isolation forest (Liu, Ting, Zhou 2008): how few random cuts set a row apart from the trusted
/// ones.
///
/// Each tree is grown from ψ = min(`subsample`, n) kept rows drawn without replacement. A node
/// draws a feature among those that vary in it and a threshold evenly between their smallest and
/// largest value; the tree ends at height ⌈log₂ ψ⌉, at single rows and at equal ones. With h(x) the
/// depth of the leaf that x falls into plus c(m) for the m rows that ended there,
///
/// ```text
/// s(x) = 2^(−E[h(x)] / c(ψ)) − 0.5,   E over the trees
/// c(m) = 2 (ln(m − 1) + 0.5772156649) − 2 (m − 1)/m for m > 2,   c(2) = 1,   c(1) = 0
/// ```
///
/// It lies in (−0.5, 0.5] and is 0 for a row that is set apart as slowly as the average one. The
/// code of Johnston, Chakraborty and Belrose (arXiv 2504.08812) has 20 trees; 100 are the standard
/// here and of scikit-learn.
///
/// Memory: the kept rows while fitting, `trees` times 2ψ nodes afterwards.
///
/// @param trees their number
/// @param subsample rows of each tree
/// @param kept the trusted rows and the seed of all draws
record IsolationForest(int trees, int subsample, SampleOptions kept) implements LayerDetector {

    static final LayerRule RULE =
            new LayerRule(
                    "isolation-forest",
                    false,
                    SampleOptions.with(
                            new RuleOption("trees", "100", "from 1 to 2000; the original has 20"),
                            new RuleOption(
                                    "subsample", "256", "rows of each tree, from 2 to 4096")),
                    settings ->
                            new IsolationForest(
                                    settings.count("trees", 1, 2000),
                                    settings.count("subsample", 2, 4096),
                                    SampleOptions.of(settings)),
                    Fitted::of);

    private static final int FEWEST_ROWS = 2;
    private static final int MOST_FEATURES = 16_384;
    private static final double EULER = 0.5772156649;

    private static final String N_FIT = "n_fit";
    private static final String N_FEATURES = "n_features";
    private static final String SUBSAMPLE = "subsample";
    private static final String TREES = "trees";
    private static final String NODES = "nodes";
    private static final String ROOTS = "roots";
    private static final String FEATURES = "features";
    private static final String THRESHOLDS = "thresholds";
    private static final String LEFT = "left";
    private static final String RIGHT = "right";
    private static final String PATHS = "paths";

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
                return IsolationForest.this.fit(reservoir.varied(FEWEST_ROWS), reservoir.seen());
            }
        };
    }

    private FittedDetector fit(Matrix rows, long seen) {
        IsolationTrees grown =
                IsolationTrees.grow(rows, trees, subsample, new SplittableRandom(kept.seed()));
        int nodes = grown.nodes();
        return Fitted.of(
                new FittedState(
                        Map.of(
                                N_FIT, (double) seen,
                                N_FEATURES, (double) rows.columns(),
                                SUBSAMPLE, (double) Math.min(subsample, rows.rows()),
                                TREES, (double) trees,
                                NODES, (double) nodes),
                        Map.of(
                                ROOTS, Matrix.wrap(1, trees, grown.roots()),
                                FEATURES, Matrix.wrap(1, nodes, grown.features()),
                                THRESHOLDS, Matrix.wrap(1, nodes, grown.thresholds()),
                                LEFT, Matrix.wrap(1, nodes, grown.left()),
                                RIGHT, Matrix.wrap(1, nodes, grown.right()),
                                PATHS, Matrix.wrap(1, nodes, grown.paths()))));
    }

    /// The mean number of cuts that set a row of m apart, c(m).
    static double meanPath(int m) {
        if (m <= 2) {
            return m - 1.0;
        }
        return 2 * (Math.log(m - 1.0) + EULER) - 2 * (m - 1.0) / m;
    }

    private record Fitted(
            FittedState state,
            int nFeatures,
            double meanPath,
            int[] roots,
            int[] features,
            double[] thresholds,
            int[] left,
            int[] right,
            double[] paths)
            implements FittedDetector {

        static Fitted of(FittedState state) {
            state.requireNames(
                    Set.of(N_FIT, N_FEATURES, SUBSAMPLE, TREES, NODES),
                    Set.of(ROOTS, FEATURES, THRESHOLDS, LEFT, RIGHT, PATHS));
            state.count(N_FIT, FEWEST_ROWS);
            int nFeatures = state.count(N_FEATURES, 1);
            int subsample = state.count(SUBSAMPLE, 2);
            int trees = state.count(TREES, 1);
            int nodes = state.count(NODES, 1);
            int[] roots = whole(state, ROOTS, trees, 0, nodes - 1);
            int[] features = whole(state, FEATURES, nodes, IsolationTrees.LEAF, nFeatures - 1);
            int[] left = whole(state, LEFT, nodes, IsolationTrees.LEAF, nodes - 1);
            int[] right = whole(state, RIGHT, nodes, IsolationTrees.LEAF, nodes - 1);
            double[] paths = state.tensor(PATHS, 1, nodes).row(0);
            for (int node = 0; node < nodes; node++) {
                if (!(paths[node] >= 0)) {
                    throw new IllegalArgumentException(
                            "tensor paths must be 0 or more, value %d is %s"
                                    .formatted(node, paths[node]));
                }
                requireChild(LEFT, left, features, node);
                requireChild(RIGHT, right, features, node);
            }
            return new Fitted(
                    state,
                    nFeatures,
                    IsolationForest.meanPath(subsample),
                    roots,
                    features,
                    state.tensor(THRESHOLDS, 1, nodes).row(0),
                    left,
                    right,
                    paths);
        }

        @Override
        public double[] score(Matrix rows) {
            Overflow.requireWidth(rows, nFeatures);
            double[] scores = new double[rows.rows()];
            for (int i = 0; i < scores.length; i++) {
                double[] row = rows.row(i);
                double sum = 0;
                for (int root : roots) {
                    int node = root;
                    while (features[node] != IsolationTrees.LEAF) {
                        boolean below = row[features[node]] <= thresholds[node];
                        node = below ? left[node] : right[node];
                    }
                    sum += paths[node];
                }
                scores[i] = Math.pow(2, -sum / roots.length / meanPath) - 0.5;
            }
            return Overflow.settled(rows, scores);
        }

        /// Children come after their parents, so that every way down ends.
        private static void requireChild(String name, int[] children, int[] features, int node) {
            boolean leaf = features[node] == IsolationTrees.LEAF;
            boolean fits = leaf ? children[node] == IsolationTrees.LEAF : children[node] > node;
            if (!fits) {
                throw new IllegalArgumentException(
                        "tensor %s must point behind an inner node and be -1 at a leaf, value %d is %d"
                                .formatted(name, node, children[node]));
            }
        }

        private static int[] whole(FittedState state, String name, int count, int least, int most) {
            double[] values = state.tensor(name, 1, count).row(0);
            int[] result = new int[count];
            for (int i = 0; i < count; i++) {
                if (!(values[i] >= least
                        && values[i] <= most
                        && values[i] == Math.rint(values[i]))) {
                    throw new IllegalArgumentException(
                            "tensor %s must hold whole numbers from %d to %d, value %d is %s"
                                    .formatted(name, least, most, i, values[i]));
                }
                result[i] = (int) values[i];
            }
            return result;
        }
    }
}
