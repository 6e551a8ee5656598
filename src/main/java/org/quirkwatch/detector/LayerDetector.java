package org.quirkwatch.detector;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// A [Detector] that is fitted in every layer by itself.
interface LayerDetector extends Detector {

    @Override
    LayerRule rule();

    /// A fitter of one layer that has seen nothing yet.
    Fitter fitter();

    @Override
    default JointFitter fitter(List<String> layers) {
        SequencedMap<String, Fitter> fitters = new LinkedHashMap<>();
        layers.forEach(layer -> fitters.put(layer, fitter()));
        return new EachLayerFitter(rule().name(), fitters);
    }

    /// A fitter per layer.
    record EachLayerFitter(String rule, SequencedMap<String, Fitter> fitters)
            implements JointFitter {

        @Override
        public void add(Map<String, Matrix> trusted) {
            each((layer, fitter) -> fitter.add(EachLayer.get(trusted, layer)));
        }

        @Override
        public void addUntrusted(Map<String, Matrix> untrusted) {
            each((layer, fitter) -> fitter.addUntrusted(EachLayer.get(untrusted, layer)));
        }

        @Override
        public FittedLayers fit() {
            SequencedMap<String, FittedDetector> fitted = new LinkedHashMap<>();
            each((layer, fitter) -> fitted.put(layer, fitter.fit()));
            return new EachLayer(rule, fitted);
        }

        private void each(BiConsumer<String, Fitter> step) {
            fitters.forEach((layer, fitter) -> {
                try {
                    step.accept(layer, fitter);
                } catch (Problem e) {
                    throw new Problem(e.code(), layer + ": " + e.detail(), e);
                }
            });
        }
    }
}
