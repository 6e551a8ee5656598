package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.quirkwatch.flow.Flow;
import org.quirkwatch.flow.FlowPrior;
import org.quirkwatch.flow.FlowTraining;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;

/// The latents of activations under a normalising flow, a [Flow] of its own for each tap, trained
/// on the trusted signals' activations at that tap; a layer each, at most 32 columns wide. What
/// lies beside the leading 32 principal directions of the activations is not in them. The taps are
/// those of [ActivationFeature].
///
/// Where the idea was used, a flow was trained on the whole text's activations of another model;
/// this one has seen nothing but the position that it looks at.
///
/// @param taps activations at any points and positions, without repetition, at least one
record FlowFeature(List<Tap> taps) implements Feature {

    static final FeatureKind KIND = new Kind();

    /// As many rows of each tap, the first.
    private static final int MOST_ROWS = 1200;

    FlowFeature {
        taps = List.copyOf(taps);
        if (taps.isEmpty() || taps.stream().distinct().count() != taps.size()) {
            throw new IllegalArgumentException(
                    "flow needs hook points, each once, got "
                            + taps.stream().map(Tap::key).toList());
        }
        for (Tap tap : taps) {
            if (!(tap.quantity() instanceof Quantity.Activation)) {
                throw new IllegalArgumentException(
                        "flow reads activations, %s is a gradient".formatted(tap.key()));
            }
        }
    }

    private static final class Kind implements FeatureKind {
        @Override
        public String name() {
            return "flow";
        }

        @Override
        public String summary() {
            return "latents of activations under a normalising flow, by default of what leaves every"
                    + " block";
        }

        @Override
        public Feature of(FeatureView view) {
            return new FlowFeature(ActivationFeature.KIND.of(view).taps());
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            return Extractor.of(new FlowFeature(taps), state);
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
        return new Fitter();
    }

    /// What a tap's numbers and tensors begin with.
    private static String prefix(int index) {
        return index + "/";
    }

    private static String layer(Tap tap) {
        return KIND.name() + ":" + tap.key();
    }

    private final class Fitter implements FeatureFitter {

        private final List<List<double[]>> kept = new ArrayList<>();

        Fitter() {
            taps.forEach(tap -> kept.add(new ArrayList<>()));
        }

        @Override
        public boolean learns() {
            return true;
        }

        @Override
        public void add(Capture capture) {
            for (int i = 0; i < taps.size(); i++) {
                Matrix rows = capture.get(taps.get(i));
                List<double[]> some = kept.get(i);
                for (int row = 0; row < rows.rows() && some.size() < MOST_ROWS; row++) {
                    some.add(rows.row(row));
                }
            }
        }

        @Override
        public FeatureExtractor fit() {
            List<Flow> flows = new ArrayList<>();
            FlowTraining training = FlowTraining.standard(FlowPrior.NORMAL);
            for (int i = 0; i < taps.size(); i++) {
                try {
                    flows.add(training.train(Matrix.ofRows(kept.get(i).toArray(double[][]::new))));
                } catch (Problem e) {
                    throw new Problem(e.code(), layer(taps.get(i)) + ": " + e.detail(), e);
                }
            }
            return new Extractor(FlowFeature.this, flows);
        }
    }

    private record Extractor(FlowFeature feature, List<Flow> flows) implements FeatureExtractor {

        Extractor {
            flows = List.copyOf(flows);
        }

        static Extractor of(FlowFeature feature, FittedState state) {
            Map<String, Double> numbers = new HashMap<>(state.numbers());
            Map<String, Matrix> tensors = new HashMap<>(state.tensors());
            List<Flow> flows = new ArrayList<>();
            for (int i = 0; i < feature.taps.size(); i++) {
                String prefix = prefix(i);
                FittedState own = new FittedState(taken(prefix, numbers), taken(prefix, tensors));
                try {
                    flows.add(Flow.of(own));
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            "flow %d: %s".formatted(i, e.getMessage()), e);
                }
            }
            if (!(numbers.isEmpty() && tensors.isEmpty())) {
                throw new IllegalArgumentException(
                        "%s and %s belong to none of %d flows"
                                .formatted(numbers.keySet(), tensors.keySet(), flows.size()));
            }
            return new Extractor(feature, flows);
        }

        /// Takes what has the prefix out of all, without it.
        private static <T> Map<String, T> taken(String prefix, Map<String, T> all) {
            Map<String, T> taken = new HashMap<>();
            all.forEach((name, value) -> {
                if (name.startsWith(prefix)) {
                    taken.put(name.substring(prefix.length()), value);
                }
            });
            taken.keySet().forEach(name -> all.remove(prefix + name));
            return taken;
        }

        @Override
        public String name() {
            return KIND.name();
        }

        @Override
        public List<Tap> taps() {
            return feature.taps;
        }

        @Override
        public boolean needsLabels() {
            return false;
        }

        @Override
        public List<FeatureLayer> layers() {
            return feature.taps.stream()
                    .map(tap -> FeatureLayer.plain(layer(tap), tap.point().layer()))
                    .toList();
        }

        @Override
        public Features extract(Capture capture) {
            SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
            for (int i = 0; i < flows.size(); i++) {
                Tap tap = feature.taps.get(i);
                byLayer.put(layer(tap), flows.get(i).latents(capture.get(tap)));
            }
            return new Features(byLayer);
        }

        @Override
        public FittedState state() {
            Map<String, Double> numbers = new HashMap<>();
            Map<String, Matrix> tensors = new HashMap<>();
            for (int i = 0; i < flows.size(); i++) {
                String prefix = prefix(i);
                FittedState own = flows.get(i).state();
                own.numbers().forEach((name, value) -> numbers.put(prefix + name, value));
                own.tensors().forEach((name, value) -> tensors.put(prefix + name, value));
            }
            return new FittedState(numbers, tensors);
        }
    }
}
