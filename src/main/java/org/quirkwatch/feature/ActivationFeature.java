package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// The activations themselves: each tap is a layer, named by its key. With named layers what enters
/// those blocks, as in the method; by itself what leaves every block. What enters the first block
/// is left out then: it is the embedding of one token, which says nothing of the rest of the prompt
/// and at the last token is often the same for all.
///
/// @param taps activations at any points and positions, without repetition, at least one
record ActivationFeature(List<Tap> taps) implements Feature, FeatureExtractor {

    static final FeatureKind KIND = new Kind();

    ActivationFeature {
        taps = List.copyOf(taps);
        if (taps.isEmpty()) {
            throw new IllegalArgumentException("the activation feature needs a hook point");
        }
        if (taps.stream().distinct().count() != taps.size()) {
            throw new IllegalArgumentException(
                    "a hook point is asked for twice in " + taps.stream().map(Tap::key).toList());
        }
        for (Tap tap : taps) {
            if (!(tap.quantity() instanceof Quantity.Activation)) {
                throw new IllegalArgumentException(
                        "the activation feature reads activations, %s is a gradient"
                                .formatted(tap.key()));
            }
        }
    }

    private static final class Kind implements FeatureKind {
        @Override
        public String name() {
            return "activation";
        }

        @Override
        public String summary() {
            return "activations at any hook point, by default what leaves every block";
        }

        @Override
        public Feature of(FeatureView view) {
            Site site = view.layers().isEmpty() ? Site.RESID_POST : Site.RESID_PRE;
            List<Tap> taps = new ArrayList<>();
            for (HookPoint point : view.points(site)) {
                for (Position position : view.positions()) {
                    taps.add(Tap.activation(point, position));
                }
            }
            try {
                return new ActivationFeature(taps);
            } catch (IllegalArgumentException e) {
                throw FeatureView.invalid(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            state.requireNames(Set.of(), Set.of());
            return new ActivationFeature(taps);
        }
    }

    @Override
    public FeatureKind kind() {
        return KIND;
    }

    @Override
    public boolean needsLabels() {
        return false;
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
    public List<FeatureLayer> layers() {
        return taps.stream()
                .map(tap -> FeatureLayer.plain(tap.key(), tap.point().layer()))
                .toList();
    }

    @Override
    public Features extract(Capture capture) {
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        for (Tap tap : taps) {
            byLayer.put(tap.key(), capture.get(tap));
        }
        return new Features(byLayer);
    }

    @Override
    public FittedState state() {
        return new FittedState(Map.of(), Map.of());
    }
}
