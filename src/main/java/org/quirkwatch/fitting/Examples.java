package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import org.quirkwatch.artifact.TrustedExamples;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.signal.Signal;

/// The trusted rows that an artifact keeps as examples: a random sample of those that are fitted.
/// Mutable, for one thread.
final class Examples {

    private final List<TrustedExamples.Text> texts = new ArrayList<>();
    private final Map<Integer, Integer> placeOf = new HashMap<>();
    private final Map<String, double[][]> rows = new HashMap<>();
    // Known when the first batch comes: the widths say how many fit.
    private int most = -1;

    /// @param signals all trusted ones
    /// @param fit numbers of those that are fitted, shuffled
    /// @param wanted how many at most; fewer where texts or features are too large
    Examples(List<Signal> signals, List<Integer> fit, int wanted) {
        int bytes = 0;
        for (int row : fit) {
            if (texts.size() == wanted) {
                break;
            }
            Signal signal = signals.get(row);
            TrustedExamples.Text text =
                    new TrustedExamples.Text(signal.prompt(), signal.label(), signal.choices());
            int more = text.bytes();
            if (more <= TrustedExamples.MOST_TEXT_BYTES
                    && bytes + more <= TrustedExamples.MOST_TEXTS_BYTES) {
                bytes += more;
                placeOf.put(row, texts.size());
                texts.add(text);
            }
        }
    }

    /// @param batch numbers of its rows
    /// @param features per layer `[batch, width]`
    void keep(List<Integer> batch, Map<String, Matrix> features) {
        if (most < 0) {
            long width = features.values().stream().mapToLong(Matrix::columns).sum();
            most = (int) Math.min(texts.size(), TrustedExamples.MOST_VALUES / width);
        }
        for (int i = 0; i < batch.size(); i++) {
            Integer place = placeOf.get(batch.get(i));
            if (place != null && place < most) {
                int row = i;
                features.forEach((layer, matrix) ->
                        rows.computeIfAbsent(layer, ignored -> new double[most][])[place] =
                                single(matrix.row(row)));
            }
        }
    }

    private static double[] single(double[] row) {
        for (int i = 0; i < row.length; i++) {
            // What is beyond the range would be no number any more.
            row[i] = (float) Math.clamp(row[i], -Float.MAX_VALUE, Float.MAX_VALUE);
        }
        return row;
    }

    /// What was kept, when all rows have come.
    ///
    /// @param layers in order
    TrustedExamples kept(List<String> layers) {
        if (most <= 0) {
            return TrustedExamples.NONE;
        }
        SequencedMap<String, Matrix> features = new LinkedHashMap<>();
        for (String layer : layers) {
            features.put(layer, Matrix.ofRows(Objects.requireNonNull(rows.get(layer))));
        }
        return new TrustedExamples(texts.subList(0, most), features);
    }
}
