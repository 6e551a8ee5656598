package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// A [ProbeShiftFeature] with what it learned.
///
/// @param ablated what its heads are replaced by
/// @param probes one per probed block
record ProbeShiftExtractor(
        ProbeShiftFeature feature, FittedState state, AttributionExtractor ablated, Probes probes)
        implements FeatureExtractor {

    /// @throws IllegalArgumentException when a number or tensor is missing, superfluous, of another
    ///   shape or outside its range: names it
    static ProbeShiftExtractor of(ProbeShiftFeature feature, FittedState state) {
        int count = feature.probed().size();
        Map<String, Double> numbers = new HashMap<>(state.numbers());
        numbers.keySet().removeAll(Probes.numberNames(count));
        Map<String, Matrix> tensors = new HashMap<>(state.tensors());
        tensors.keySet().removeAll(Probes.tensorNames(count));
        return new ProbeShiftExtractor(
                feature,
                state,
                AttributionExtractor.of(feature.ablated(), new FittedState(numbers, tensors)),
                Probes.of(state, count));
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
    public Map<Integer, Matrix> readouts() {
        Map<Integer, Matrix> readouts = new HashMap<>();
        for (int i = 0; i < feature.probed().size(); i++) {
            readouts.put(feature.probed().get(i), probes.list().get(i).weights().transposed());
        }
        return readouts;
    }

    @Override
    public boolean needsLabels() {
        return false;
    }

    @Override
    public List<FeatureLayer> layers() {
        return feature.probed().stream()
                .map(block -> new FeatureLayer(layer(block), block, feature.heads(), 1))
                .toList();
    }

    private String layer(int block) {
        return name() + ":" + new HookPoint(block, Site.RESID_PRE);
    }

    @Override
    public Features extract(Capture capture) {
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        List<HookPoint> points = feature.ablated().points();
        for (int block : feature.probed()) {
            List<Matrix> shifts = new ArrayList<>();
            for (int i = 0; i < points.size() && points.get(i).layer() < block; i++) {
                HookPoint point = points.get(i);
                // Effects are linear in the gradient.
                Matrix gradient =
                        difference(
                                capture.get(ProbeShiftFeature.gradient(point, block)),
                                capture.get(AttributionFeature.gradient(point)));
                Matrix z = capture.get(AttributionFeature.activation(point));
                shifts.add(ablated.effects(i, z, gradient));
            }
            byLayer.put(layer(block), Matrix.besideEachOther(shifts));
        }
        return new Features(byLayer);
    }

    private static Matrix difference(Matrix a, Matrix b) {
        double[] values = a.toArray();
        double[] other = b.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] -= other[i];
        }
        return Matrix.wrap(a.rows(), a.columns(), values);
    }
}
