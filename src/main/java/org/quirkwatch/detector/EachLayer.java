package org.quirkwatch.detector;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// A fitted detector for each layer.
///
/// @param rule the rule's name
/// @param layers by the layer's name, at least one
record EachLayer(String rule, SequencedMap<String, FittedDetector> layers) implements FittedLayers {

    EachLayer {
        layers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(layers));
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("a detector needs a layer, got none");
        }
    }

    /// The features of a layer.
    static Matrix get(Map<String, Matrix> features, String layer) {
        Matrix matrix = features.get(layer);
        if (matrix == null) {
            throw new IllegalArgumentException(
                    "layer %s is missing among %s".formatted(layer, features.keySet()));
        }
        return matrix;
    }

    @Override
    public SequencedMap<String, Integer> widths() {
        SequencedMap<String, Integer> widths = new LinkedHashMap<>();
        layers.forEach((layer, fitted) -> widths.put(layer, fitted.nFeatures()));
        return widths;
    }

    @Override
    public double[][] score(Map<String, Matrix> features) {
        int rows = get(features, layers.firstEntry().getKey()).rows();
        double[][] scores = new double[rows][layers.size()];
        int index = 0;
        for (Map.Entry<String, FittedDetector> entry : layers.entrySet()) {
            Matrix matrix = get(features, entry.getKey());
            if (matrix.rows() != rows) {
                throw new IllegalArgumentException(
                        "layer %s has %d rows, the first has %d"
                                .formatted(entry.getKey(), matrix.rows(), rows));
            }
            double[] column = entry.getValue().score(matrix);
            for (int row = 0; row < rows; row++) {
                scores[row][index] = column[row];
            }
            index++;
        }
        return scores;
    }

    @Override
    public boolean scoresEachAlone() {
        return true;
    }

    @Override
    public double[] score(String layer, Map<String, Matrix> features) {
        FittedDetector fitted = layers.get(layer);
        if (fitted == null) {
            throw new IllegalArgumentException(
                    "layer %s is missing among %s".formatted(layer, layers.keySet()));
        }
        return fitted.score(get(features, layer));
    }

    @Override
    public SequencedMap<String, FittedState> states() {
        SequencedMap<String, FittedState> states = new LinkedHashMap<>();
        layers.forEach((layer, fitted) -> states.put(layer, fitted.state()));
        return states;
    }

    @Override
    public FittedLayers withUntrusted(Map<String, Matrix> untrusted) {
        SequencedMap<String, FittedDetector> refitted = new LinkedHashMap<>();
        layers.forEach((layer, fitted) -> {
            try {
                refitted.put(layer, fitted.withUntrusted(get(untrusted, layer)));
            } catch (Problem e) {
                throw new Problem(e.code(), layer + ": " + e.detail(), e);
            }
        });
        return new EachLayer(rule, refitted);
    }
}
