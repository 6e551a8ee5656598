package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Patch;
import org.quirkwatch.model.Tap;

/// [ExactAttributionFeature] with what it learned.
final class ExactAttributionExtractor implements FeatureExtractor {

    static final String HEADS = "heads";
    static final String WIDTH = "width";
    static final String N_FIT = "n_fit";

    /// More than any model has: bounds what a state can ask for.
    private static final int MOST_WIDTH = 1 << 17;

    private final ExactAttributionFeature feature;
    private final FittedState state;

    /// Per point one for each head.
    private final List<List<Patch>> patches = new ArrayList<>();

    /// @throws IllegalArgumentException when a tensor or number is missing, superfluous, of another
    ///   shape or outside its range
    ExactAttributionExtractor(ExactAttributionFeature feature, FittedState state) {
        this.feature = feature;
        this.state = state;
        boolean learned = feature.ablation().needsMean();
        Set<String> tensors = new TreeSet<>();
        for (int i = 0; learned && i < feature.points().size(); i++) {
            tensors.add(mean(i));
        }
        state.requireNames(learned ? Set.of(HEADS, N_FIT) : Set.of(HEADS, WIDTH), tensors);
        if (learned) {
            state.count(N_FIT, 1);
        }
        for (int i = 0; i < feature.points().size(); i++) {
            patches.add(ofHeads(feature.points().get(i), values(i)));
        }
    }

    /// The name of the mean of a layer.
    static String mean(int layer) {
        return "mean/" + layer;
    }

    /// What stands in the place of a layer's heads.
    private double[] values(int layer) {
        boolean learned = feature.ablation().needsMean();
        String name = learned ? mean(layer) : WIDTH;
        int width = learned ? state.width(name) : state.count(WIDTH, 1);
        if (!(width >= 1 && width <= MOST_WIDTH && width % feature.heads() == 0)) {
            throw new IllegalArgumentException(
                    "%s must be a multiple of %d heads and at most %d wide, got %d"
                            .formatted(name, feature.heads(), MOST_WIDTH, width));
        }
        return learned ? state.tensor(name, 1, width).row(0) : new double[width];
    }

    private List<Patch> ofHeads(HookPoint point, double[] values) {
        int dHead = values.length / feature.heads();
        List<Patch> ofHeads = new ArrayList<>();
        for (int head = 0; head < feature.heads(); head++) {
            double[] own = new double[dHead];
            System.arraycopy(values, head * dHead, own, 0, dHead);
            ofHeads.add(new Patch(point, head * dHead, Matrix.wrap(1, dHead, own)));
        }
        return ofHeads;
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
    public List<Patch> patches() {
        return patches.stream().flatMap(List::stream).toList();
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public List<FeatureLayer> layers() {
        return feature.points().stream()
                .map(point -> new FeatureLayer(layer(point), point.layer(), feature.heads(), 1))
                .toList();
    }

    private String layer(HookPoint point) {
        return name() + ":" + point;
    }

    @Override
    public Features extract(Capture capture) {
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        for (int i = 0; i < feature.points().size(); i++) {
            double[][] changes =
                    patches.get(i).stream().map(capture::change).toArray(double[][]::new);
            byLayer.put(layer(feature.points().get(i)), Matrix.ofRows(changes).transposed());
        }
        return new Features(byLayer);
    }

    @Override
    public FittedState state() {
        return state;
    }
}
