package org.quirkwatch.detector;

import java.util.Map;
import org.quirkwatch.linalg.Matrix;

/// Fitted layers and how their scores become one. Immutable and thread-safe.
///
/// @param layers fitted
/// @param aggregation how the layers' scores become one
/// @param scale the scores of trusted rows that fitted no layer
public record LayeredDetector(FittedLayers layers, Aggregation aggregation, LayerScale scale) {

    /// Checks.
    ///
    /// @throws IllegalArgumentException when the scale has another number of layers
    public LayeredDetector {
        if (scale.means().length != layers.widths().size()) {
            throw new IllegalArgumentException(
                    "expected a scale of %d layer(s), got %d"
                            .formatted(layers.widths().size(), scale.means().length));
        }
    }

    /// The rule of every layer.
    public String rule() {
        return layers.rule();
    }

    /// Scores a batch.
    ///
    /// @param features per layer `[batch, width]`; others are not looked at
    /// @return finite for a finite row unless a score overflows, else NaN or infinite
    public Scores score(Map<String, Matrix> features) {
        double[][] perLayer = layers.score(features);
        double[] aggregated = new double[perLayer.length];
        for (int row = 0; row < perLayer.length; row++) {
            aggregated[row] = aggregation.apply(perLayer[row], scale);
        }
        return new Scores(perLayer, aggregated);
    }
}
