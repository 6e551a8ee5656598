package org.quirkwatch.detector;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.quirkwatch.linalg.FittedState;

/// A [Rule] that scores every layer by itself.
///
/// @param name as [Rule#name]
/// @param offline as [Rule#offline]
/// @param options as [Rule#options]
/// @param detectors as [Rule#detector]
/// @param fitted the fitted detector of one layer's state; throws as [Rule#restore] does, without
///   the layer
record LayerRule(
        String name,
        boolean offline,
        List<RuleOption> options,
        Function<RuleSettings, LayerDetector> detectors,
        Function<FittedState, FittedDetector> fitted)
        implements Rule {

    LayerRule {
        options = List.copyOf(options);
    }

    @Override
    public LayerDetector detector(RuleSettings settings) {
        return detectors.apply(settings);
    }

    @Override
    public FittedLayers restore(SequencedMap<String, FittedState> states) {
        SequencedMap<String, FittedDetector> layers = new LinkedHashMap<>();
        states.forEach((layer, state) -> {
            try {
                layers.put(layer, fitted.apply(state));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "layer %s: %s".formatted(layer, e.getMessage()), e);
            }
        });
        return new EachLayer(name, layers);
    }
}
