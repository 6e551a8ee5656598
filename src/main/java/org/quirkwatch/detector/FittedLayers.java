package org.quirkwatch.detector;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;

/// A rule fitted to all layers of a detector: immutable, thread-safe, and plain data.
public interface FittedLayers {

    /// The rule's name.
    String rule();

    /// The width of each layer's rows by the layer's name, in the order of the scores.
    SequencedMap<String, Integer> widths();

    /// The width of a layer's rows.
    default int width(String layer) {
        Integer width = widths().get(layer);
        if (width == null) {
            throw new IllegalArgumentException(
                    "layer %s is missing among %s".formatted(layer, widths().keySet()));
        }
        return width;
    }

    /// Scores a batch, each sample on its own: higher is more anomalous.
    ///
    /// @param features per layer `[batch, width]`; others are not looked at
    /// @return `[batch][nLayers]`; finite for a finite sample unless the score itself overflows,
    ///   NaN or infinite otherwise
    double[][] score(Map<String, Matrix> features);

    /// Whether a layer's score depends on the rows of that layer alone.
    default boolean scoresEachAlone() {
        return false;
    }

    /// The scores of one layer.
    ///
    /// @param features per layer `[batch, width]`; where [#scoresEachAlone], others than this layer
    ///   need not be there
    /// @return `[batch]`, as [#score] has them
    default double[] score(String layer, Map<String, Matrix> features) {
        int place = List.copyOf(widths().keySet()).indexOf(layer);
        return Arrays.stream(score(features)).mapToDouble(row -> row[place]).toArray();
    }

    /// Everything that it is, as data, by the layer's name in order.
    SequencedMap<String, FittedState> states();

    /// The same as if it had been fitted with these untrusted rows instead. Only of rules that are
    /// [Rule#offline].
    ///
    /// @param untrusted per layer `[m, width]`
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when there are too few rows, or they do
    ///   not vary: names the layer
    FittedLayers withUntrusted(Map<String, Matrix> untrusted);
}
