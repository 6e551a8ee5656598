package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Tap;

/// [AttributionFeature] with what it learned.
final class AttributionExtractor implements FeatureExtractor {

    static final String HEADS = "heads";
    static final String N_FIT = "n_fit";

    private static final Matrix NONE = Matrix.wrap(0, 0, new double[0]);

    private final AttributionFeature feature;
    private final FittedState state;
    private final List<double[]> means = new ArrayList<>();
    private final List<Matrix> directions = new ArrayList<>();

    private AttributionExtractor(AttributionFeature feature, FittedState state) {
        this.feature = feature;
        this.state = state;
        int heads = feature.heads();
        for (int i = 0; i < feature.points().size(); i++) {
            if (!feature.ablation().needsMean()) {
                means.add(new double[0]);
                directions.add(NONE);
                continue;
            }
            int width = state.width(mean(i));
            if (width % heads != 0) {
                throw new IllegalArgumentException(
                        "tensor %s must have a multiple of %d columns, got %d"
                                .formatted(mean(i), heads, width));
            }
            means.add(state.tensor(mean(i), 1, width).row(0));
            directions.add(
                    feature.ablation().needsDirections()
                            ? state.tensor(directions(i), width, state.width(directions(i)))
                            : NONE);
        }
    }

    /// The name of the mean of a layer.
    static String mean(int layer) {
        return "mean/" + layer;
    }

    /// The name of the principal directions of a layer.
    static String directions(int layer) {
        return "directions/" + layer;
    }

    static AttributionExtractor withoutMean(AttributionFeature feature) {
        return new AttributionExtractor(
                feature, new FittedState(Map.of(HEADS, (double) feature.heads()), Map.of()));
    }

    static AttributionExtractor of(AttributionFeature feature, FittedState state) {
        Set<String> tensors = new HashSet<>();
        for (int i = 0; i < feature.points().size(); i++) {
            if (feature.ablation().needsMean()) {
                tensors.add(mean(i));
            }
            if (feature.ablation().needsDirections()) {
                tensors.add(directions(i));
            }
        }
        boolean learned = feature.ablation().needsMean();
        state.requireNames(learned ? Set.of(HEADS, N_FIT) : Set.of(HEADS), tensors);
        if (learned) {
            state.count(N_FIT, 1);
        }
        return new AttributionExtractor(feature, state);
    }

    @Override
    public String name() {
        return feature.kind().name();
    }

    @Override
    public List<Tap> taps() {
        return feature.taps();
    }

    @Override
    public boolean needsLabels() {
        return false;
    }

    @Override
    public List<FeatureLayer> layers() {
        boolean raw = feature.ablation() == Ablation.RAW;
        return feature.points().stream()
                .map(point ->
                        new FeatureLayer(layer(point), point.layer(), raw ? 0 : feature.heads(), 1))
                .toList();
    }

    private String layer(HookPoint point) {
        return name() + ":" + point;
    }

    @Override
    public Features extract(Capture capture) {
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        for (int i = 0; i < feature.points().size(); i++) {
            HookPoint point = feature.points().get(i);
            Matrix gradient = capture.get(AttributionFeature.gradient(point));
            Matrix z =
                    feature.ablation().needsActivation()
                            ? capture.get(AttributionFeature.activation(point))
                            : gradient;
            byLayer.put(layer(point), effects(i, z, gradient));
        }
        return new Features(byLayer);
    }

    /// The effects of a layer on what a gradient is of.
    ///
    /// @param layer place of its point
    /// @param z `[n, width]`
    /// @param gradient `[n, width]`
    Matrix effects(int layer, Matrix z, Matrix gradient) {
        return feature.ablation()
                .effects(z, gradient, means.get(layer), directions.get(layer), feature.heads());
    }

    @Override
    public FittedState state() {
        return state;
    }
}
