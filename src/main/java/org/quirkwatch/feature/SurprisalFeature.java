package org.quirkwatch.feature;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.Tap;

/// How little the model expects the label: −log p(label | prompt) in nats, one column. It looks at
/// no activation.
record SurprisalFeature() implements Feature, FeatureExtractor {

    static final FeatureKind KIND = new Kind();

    private static final class Kind implements FeatureKind {
        @Override
        public String name() {
            return "surprisal";
        }

        @Override
        public String summary() {
            return "how little the model expects the label";
        }

        @Override
        public Feature of(FeatureView view) {
            if (!view.hookPoints().isEmpty() || !view.layers().isEmpty()) {
                throw FeatureView.invalid("surprisal looks at the label, not at layers");
            }
            return new SurprisalFeature();
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            state.requireNames(Set.of(), Set.of());
            if (!taps.isEmpty()) {
                throw new IllegalArgumentException("surprisal reads no taps, got " + taps.size());
            }
            return new SurprisalFeature();
        }
    }

    @Override
    public FeatureKind kind() {
        return KIND;
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public FeatureFitter fitter() {
        return new NothingToLearn(this);
    }

    @Override
    public String name() {
        return KIND.name();
    }

    @Override
    public List<Tap> taps() {
        return List.of();
    }

    @Override
    public List<FeatureLayer> layers() {
        return List.of(FeatureLayer.plain(name(), -1));
    }

    @Override
    public Features extract(Capture capture) {
        double[] values = capture.labelLogProb().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = -values[i];
        }
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        byLayer.put(name(), Matrix.wrap(values.length, 1, values));
        return new Features(byLayer);
    }

    @Override
    public FittedState state() {
        return new FittedState(Map.of(), Map.of());
    }
}
