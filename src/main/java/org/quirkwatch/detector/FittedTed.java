package org.quirkwatch.detector;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.NearestRows;

/// [Ted] fitted: per layer the trusted rows, divided by their lengths, and the outlier score of
/// ranks for which it is the reference.
///
/// @param states by the layer's name
/// @param rows `[nLayers]`
/// @param outliers `[nLayers]`
/// @param k neighbours
/// @param max whether the largest outlier score counts
record FittedTed(
        SequencedMap<String, FittedState> states,
        List<NearestRows> rows,
        List<RankOutliers> outliers,
        int k,
        boolean max)
        implements FittedLayers {

    static FittedTed of(SequencedMap<String, FittedState> states) {
        if (!(states.size() >= Ted.FEWEST_LAYERS)) {
            throw new IllegalArgumentException(
                    "the rule ted compares layers: %d or more are needed, got %s"
                            .formatted(Ted.FEWEST_LAYERS, states.keySet()));
        }
        FittedState first = states.firstEntry().getValue();
        List<NearestRows> rows = new ArrayList<>();
        List<RankOutliers> outliers = new ArrayList<>();
        states.forEach((layer, state) -> {
            try {
                outliers.add(RankOutliers.of(state, states.size() - 1));
                rows.add(rows(state, first));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "layer %s: %s".formatted(layer, e.getMessage()), e);
            }
        });
        return new FittedTed(
                Collections.unmodifiableSequencedMap(new LinkedHashMap<>(states)),
                List.copyOf(rows),
                List.copyOf(outliers),
                first.count(RankOutliers.K, 1),
                first.count(RankOutliers.MAX, 0) == 1);
    }

    private static NearestRows rows(FittedState state, FittedState first) {
        state.count(RankOutliers.N_FIT, Ted.FEWEST_ROWS);
        int n = state.count(RankOutliers.N_ROWS, Ted.FEWEST_ROWS);
        int k = state.count(RankOutliers.K, 1);
        if (!(k < n)) {
            throw new IllegalArgumentException(
                    "k must be less than n_rows = %d, got %d".formatted(n, k));
        }
        int max = state.count(RankOutliers.MAX, 0);
        if (!(max <= 1)) {
            throw new IllegalArgumentException("max must be 0 or 1, got " + max);
        }
        for (String name : List.of(RankOutliers.N_ROWS, RankOutliers.K, RankOutliers.MAX)) {
            if (state.number(name) != first.number(name)) {
                throw new IllegalArgumentException(
                        "%s must be %s as in the first layer, got %s"
                                .formatted(name, first.number(name), state.number(name)));
            }
        }
        int nFeatures = state.count(RankOutliers.N_FEATURES, 1);
        return new NearestRows(state.tensor(RankOutliers.ROWS, n, nFeatures));
    }

    @Override
    public String rule() {
        return Ted.RULE.name();
    }

    @Override
    public SequencedMap<String, Integer> widths() {
        SequencedMap<String, Integer> widths = new LinkedHashMap<>();
        states.forEach(
                (layer, state) -> widths.put(layer, state.count(RankOutliers.N_FEATURES, 1)));
        return widths;
    }

    @Override
    public double[][] score(Map<String, Matrix> features) {
        List<Matrix> batch = new ArrayList<>();
        widths().forEach((layer, width) -> {
            Matrix matrix = EachLayer.get(features, layer);
            Overflow.requireWidth(matrix, width);
            if (!batch.isEmpty() && matrix.rows() != batch.getFirst().rows()) {
                throw new IllegalArgumentException(
                        "layer %s has %d rows, the first has %d"
                                .formatted(layer, matrix.rows(), batch.getFirst().rows()));
            }
            batch.add(TedRanks.normalised(matrix));
        });
        int[][][][] ranks = TedRanks.of(rows, batch, k);
        double[][] scores = new double[batch.getFirst().rows()][rows.size()];
        for (int row = 0; row < scores.length; row++) {
            for (int layer = 0; layer < rows.size(); layer++) {
                scores[row][layer] = reduced(outliers.get(layer), ranks[layer][row]);
            }
        }
        return scores;
    }

    /// @param vectors `[k][nLayers - 1]`, or none
    private double reduced(RankOutliers outlier, int[][] vectors) {
        double sum = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (int[] vector : vectors) {
            double score = outlier.score(vector);
            sum += score;
            largest = Math.max(largest, score);
        }
        if (vectors.length == 0) {
            return Double.NaN;
        }
        return max ? largest : sum / vectors.length;
    }

    @Override
    public FittedLayers withUntrusted(Map<String, Matrix> untrusted) {
        throw new UnsupportedOperationException("the rule learns from trusted rows only");
    }
}
