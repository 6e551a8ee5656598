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
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// What each block adds to the residual stream, x_{l+1} − x_l: the fingerprint of how the layers
/// converge (Min, Pham and Sun, arXiv 2604.24542, who score it by a diagonal Mahalanobis distance).
///
/// @param blocks to look at, at least one
/// @param positions where, at least one
record LayerDifferenceFeature(List<Integer> blocks, List<Position> positions)
        implements Feature, FeatureExtractor {

    static final FeatureKind KIND = new Kind();

    LayerDifferenceFeature {
        blocks = List.copyOf(blocks);
        positions = List.copyOf(positions);
    }

    private static final class Kind implements FeatureKind {
        @Override
        public String name() {
            return "layer-difference";
        }

        @Override
        public String summary() {
            return "what each block adds to the residual stream";
        }

        @Override
        public Feature of(FeatureView view) {
            if (!view.hookPoints().isEmpty()) {
                throw FeatureView.invalid(
                        "layer-difference looks at whole blocks: name layers, not hook points");
            }
            return new LayerDifferenceFeature(
                    view.points(Site.RESID_PRE).stream().map(HookPoint::layer).toList(),
                    view.positions());
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            state.requireNames(Set.of(), Set.of());
            LayerDifferenceFeature feature =
                    new LayerDifferenceFeature(
                            taps.stream().map(tap -> tap.point().layer()).distinct().toList(),
                            taps.stream().map(Tap::position).distinct().toList());
            if (!feature.taps().equals(taps)) {
                throw new IllegalArgumentException(
                        "layer-difference reads what enters and what leaves each block");
            }
            return feature;
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
    public List<Tap> taps() {
        List<Tap> taps = new ArrayList<>();
        for (int block : blocks) {
            for (Position position : positions) {
                taps.add(Tap.activation(new HookPoint(block, Site.RESID_PRE), position));
                taps.add(Tap.activation(new HookPoint(block, Site.RESID_POST), position));
            }
        }
        return taps;
    }

    @Override
    public List<FeatureLayer> layers() {
        List<Tap> taps = taps();
        List<FeatureLayer> layers = new ArrayList<>();
        for (int i = 1; i < taps.size(); i += 2) {
            layers.add(FeatureLayer.plain(layer(taps.get(i)), taps.get(i).point().layer()));
        }
        return layers;
    }

    private String layer(Tap after) {
        return name() + ":" + after.key();
    }

    @Override
    public Features extract(Capture capture) {
        List<Tap> taps = taps();
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        for (int i = 0; i < taps.size(); i += 2) {
            Tap after = taps.get(i + 1);
            double[] difference = capture.get(after).toArray();
            Matrix before = capture.get(taps.get(i));
            double[] values = before.toArray();
            for (int k = 0; k < difference.length; k++) {
                difference[k] -= values[k];
            }
            byLayer.put(layer(after), Matrix.wrap(before.rows(), before.columns(), difference));
        }
        return new Features(byLayer);
    }

    @Override
    public FittedState state() {
        return new FittedState(Map.of(), Map.of());
    }
}
