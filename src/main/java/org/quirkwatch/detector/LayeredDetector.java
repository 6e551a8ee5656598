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
    /// @throws IllegalArgumentException when the scale has another number of layers, or is needed
    ///   and a layer has none
    public LayeredDetector {
        if (scale.nLayers() != layers.widths().size()) {
            throw new IllegalArgumentException(
                    "expected a scale of %d layer(s), got %d"
                            .formatted(layers.widths().size(), scale.nLayers()));
        }
        if (aggregation.needsScale()) {
            scale.requireSpread();
        }
    }

    /// Layers whose scores are taken as they are.
    ///
    /// @throws IllegalArgumentException for an aggregation that needs a scale
    public static LayeredDetector withoutScale(FittedLayers layers, Aggregation aggregation) {
        if (aggregation.needsScale()) {
            throw new IllegalArgumentException(aggregation.text() + " needs a scale");
        }
        return new LayeredDetector(layers, aggregation, LayerScale.none(layers.widths().size()));
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
        return new Scores(perLayer, aggregate(perLayer));
    }

    /// The scores of layers that are known already, as one.
    ///
    /// @param perLayer `[batch][nLayers]`, raw, as [#score] gives them
    /// @return `[batch]`
    public double[] aggregate(double[][] perLayer) {
        double[] aggregated = new double[perLayer.length];
        for (int row = 0; row < perLayer.length; row++) {
            aggregated[row] = aggregation.apply(perLayer[row], scale);
        }
        return aggregated;
    }

    /// The same layers and scale with another aggregation.
    ///
    /// @throws IllegalArgumentException when it needs a scale and a layer has none
    public LayeredDetector with(Aggregation other) {
        return new LayeredDetector(layers, other, scale);
    }
}
