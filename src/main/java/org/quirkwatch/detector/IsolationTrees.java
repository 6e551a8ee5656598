package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.quirkwatch.linalg.Matrix;

/// Grows the trees of an [IsolationForest] as one table of nodes, parents before children.
final class IsolationTrees {

    /// The feature and the children of a node that has none.
    static final int LEAF = -1;

    private final Matrix rows;
    private final RandomGenerator random;
    private final int mostDepth;

    /// The features in some order; a node draws from it without putting back.
    private final int[] drawn;

    private final double[] roots;
    private int nodes;
    private double[] features = new double[256];
    private double[] thresholds = new double[256];
    private double[] left = new double[256];
    private double[] right = new double[256];
    private double[] paths = new double[256];

    private IsolationTrees(Matrix rows, int trees, int mostDepth, RandomGenerator random) {
        this.rows = rows;
        this.random = random;
        this.mostDepth = mostDepth;
        this.roots = new double[trees];
        this.drawn = upTo(rows.columns());
    }

    /// @param rows `[n, nFeatures]`, n of 2 or more
    /// @param subsample rows of each tree, fewer where there are not as many
    static IsolationTrees grow(Matrix rows, int trees, int subsample, RandomGenerator random) {
        int size = Math.min(subsample, rows.rows());
        int mostDepth = Integer.SIZE - Integer.numberOfLeadingZeros(size - 1);
        IsolationTrees forest = new IsolationTrees(rows, trees, mostDepth, random);
        int[] order = upTo(rows.rows());
        for (int tree = 0; tree < trees; tree++) {
            for (int i = 0; i < size; i++) {
                swap(order, i, i + random.nextInt(order.length - i));
            }
            forest.roots[tree] = forest.grow(Arrays.copyOf(order, size), 0);
        }
        return forest;
    }

    /// Grows the node of some rows and what is below it.
    ///
    /// @return its number
    private int grow(int[] members, int depth) {
        int node = add();
        int feature = depth < mostDepth && members.length > 1 ? varying(members) : LEAF;
        features[node] = feature;
        if (feature == LEAF) {
            left[node] = LEAF;
            right[node] = LEAF;
            paths[node] = depth + IsolationForest.meanPath(members.length);
            return node;
        }
        double least = least(members, feature);
        double most = most(members, feature);
        double share = random.nextDouble();
        double threshold = (1 - share) * least + share * most;
        // Rounding may bring it up to the largest, and then there were no rows above it.
        double cut = threshold >= least && threshold < most ? threshold : least;
        thresholds[node] = cut;
        int[] below = Arrays.stream(members).filter(row -> rows.get(row, feature) <= cut).toArray();
        int[] above = Arrays.stream(members).filter(row -> rows.get(row, feature) > cut).toArray();
        // Growing may replace the arrays, so it comes before they are looked up.
        int leftChild = grow(below, depth + 1);
        int rightChild = grow(above, depth + 1);
        left[node] = leftChild;
        right[node] = rightChild;
        return node;
    }

    /// A feature that is not the same in all rows, each such feature with the same probability.
    private int varying(int[] members) {
        for (int i = 0; i < drawn.length; i++) {
            swap(drawn, i, i + random.nextInt(drawn.length - i));
            if (least(members, drawn[i]) < most(members, drawn[i])) {
                return drawn[i];
            }
        }
        return LEAF;
    }

    private double least(int[] members, int feature) {
        double least = Double.POSITIVE_INFINITY;
        for (int row : members) {
            least = Math.min(least, rows.get(row, feature));
        }
        return least;
    }

    private double most(int[] members, int feature) {
        double most = Double.NEGATIVE_INFINITY;
        for (int row : members) {
            most = Math.max(most, rows.get(row, feature));
        }
        return most;
    }

    private int add() {
        if (nodes == features.length) {
            int length = 2 * nodes;
            features = Arrays.copyOf(features, length);
            thresholds = Arrays.copyOf(thresholds, length);
            left = Arrays.copyOf(left, length);
            right = Arrays.copyOf(right, length);
            paths = Arrays.copyOf(paths, length);
        }
        return nodes++;
    }

    private static int[] upTo(int length) {
        int[] numbers = new int[length];
        Arrays.setAll(numbers, i -> i);
        return numbers;
    }

    private static void swap(int[] values, int i, int j) {
        int value = values[i];
        values[i] = values[j];
        values[j] = value;
    }

    /// The number of nodes of all trees.
    int nodes() {
        return nodes;
    }

    /// The first node of each tree, `[trees]`.
    double[] roots() {
        return roots.clone();
    }

    /// The feature that a node looks at, `[nodes]`; [#LEAF] at a leaf.
    double[] features() {
        return Arrays.copyOf(features, nodes);
    }

    /// Rows of at most this go left, `[nodes]`; 0 at a leaf.
    double[] thresholds() {
        return Arrays.copyOf(thresholds, nodes);
    }

    /// The node to the left, `[nodes]`; [#LEAF] at a leaf.
    double[] left() {
        return Arrays.copyOf(left, nodes);
    }

    /// The node to the right, `[nodes]`; [#LEAF] at a leaf.
    double[] right() {
        return Arrays.copyOf(right, nodes);
    }

    /// The length of the path that ends at a leaf, `[nodes]`; 0 elsewhere.
    double[] paths() {
        return Arrays.copyOf(paths, nodes);
    }
}
