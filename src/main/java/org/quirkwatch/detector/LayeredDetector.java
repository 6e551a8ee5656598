package org.quirkwatch.detector;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.Matrix;

/// A fitted detector per layer and how their scores become one. Immutable and thread-safe.
///
/// @param layers by the layer's name, in the order of the scores; at least one, all of one rule
/// @param aggregation how the layers' scores become one
/// @param scale the scores of trusted rows that fitted no layer
public record LayeredDetector(
        SequencedMap<String, FittedDetector> layers, Aggregation aggregation, LayerScale scale) {

    /// Copies and checks.
    ///
    /// @throws IllegalArgumentException when there is no layer, the rules differ, or the scale has
    ///   another number of layers
    public LayeredDetector {
        layers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(layers));
        if (layers.isEmpty() || scale.means().length != layers.size()) {
            throw new IllegalArgumentException(
                    "expected a scale of %d layer(s), got %d"
                            .formatted(layers.size(), scale.means().length));
        }
        if (layers.values().stream().map(FittedDetector::rule).distinct().count() != 1) {
            throw new IllegalArgumentException("the layers have different rules");
        }
    }

    /// The rule of every layer.
    public String rule() {
        return layers.firstEntry().getValue().rule();
    }

    /// Scores a batch.
    ///
    /// @param features per layer `[batch, width]`; others are not looked at
    /// @return finite for a finite row unless a score overflows, else NaN or infinite
    public Scores score(Map<String, Matrix> features) {
        double[][] perLayer = Layers.score(layers, features);
        double[] aggregated = new double[perLayer.length];
        for (int row = 0; row < perLayer.length; row++) {
            aggregated[row] = aggregation.apply(perLayer[row], scale);
        }
        return new Scores(perLayer, aggregated);
    }
}
