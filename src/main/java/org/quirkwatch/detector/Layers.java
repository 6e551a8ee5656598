package org.quirkwatch.detector;

import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.Matrix;

/// Scores a batch layer by layer.
final class Layers {

    private Layers() {}

    static Matrix get(Map<String, Matrix> features, String layer) {
        Matrix matrix = features.get(layer);
        if (matrix == null) {
            throw new IllegalArgumentException(
                    "layer %s is missing among %s".formatted(layer, features.keySet()));
        }
        return matrix;
    }

    /// The raw scores, `[batch][nLayers]`.
    static double[][] score(
            SequencedMap<String, FittedDetector> detectors, Map<String, Matrix> features) {
        int rows = get(features, detectors.firstEntry().getKey()).rows();
        double[][] scores = new double[rows][detectors.size()];
        int index = 0;
        for (Map.Entry<String, FittedDetector> entry : detectors.entrySet()) {
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
}
