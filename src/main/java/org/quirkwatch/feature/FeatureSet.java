package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.Patch;
import org.quirkwatch.model.Tap;

/// All that a detector looks at: fitted features, and how their layers are put together. However
/// many there are, they read one pass of the model. Immutable and thread-safe.
///
/// @param parts at least one, each kind once
/// @param combination of their layers
public record FeatureSet(List<FeatureExtractor> parts, Combination combination) {

    private static final String ALL = "all";

    /// Copies and checks.
    ///
    /// @throws IllegalArgumentException when there is none, one is there twice, or two of them read
    ///   the same block out in different ways, which one pass cannot do
    public FeatureSet {
        parts = List.copyOf(parts);
        long different = parts.stream().map(FeatureExtractor::name).distinct().count();
        if (parts.isEmpty() || different != parts.size()) {
            throw new IllegalArgumentException(
                    "features must be named, each once, got "
                            + parts.stream().map(FeatureExtractor::name).toList());
        }
        readouts(parts);
    }

    /// The features' names with `+`, and the combination where it is not the plain one.
    public String name() {
        String names = parts.stream().map(FeatureExtractor::name).collect(Collectors.joining("+"));
        return combination == Combination.ENSEMBLE
                ? names
                : "%s(%s)".formatted(combination.text(), names);
    }

    /// What all of them read of the model, each once.
    public List<Tap> taps() {
        return parts.stream().flatMap(part -> part.taps().stream()).distinct().toList();
    }

    /// The patches that any of them looks at, each once.
    private List<Patch> patches() {
        return parts.stream().flatMap(part -> part.patches().stream()).distinct().toList();
    }

    /// One pass for all of them.
    ///
    /// @param labels whether the label's probability is wanted in any case
    public CaptureSpec spec(boolean labels) {
        boolean needed = labels || parts.stream().anyMatch(FeatureExtractor::needsLabels);
        return new CaptureSpec(
                taps(), needed ? Outputs.LABELS : Outputs.NONE, patches(), readouts(parts));
    }

    private static Map<Integer, Matrix> readouts(List<FeatureExtractor> parts) {
        Map<Integer, Matrix> all = new HashMap<>();
        for (FeatureExtractor part : parts) {
            part.readouts()
                    .forEach((block, weights) -> {
                        Matrix before = all.put(block, weights);
                        if (before != null && !before.equals(weights)) {
                            throw new IllegalArgumentException(
                                    "%s reads block %d out in another way than a feature before it"
                                            .formatted(part.name(), block));
                        }
                    });
        }
        return all;
    }

    /// The layers that they make, in order.
    public List<FeatureLayer> layers() {
        List<FeatureLayer> all = parts.stream().flatMap(part -> part.layers().stream()).toList();
        return switch (combination) {
            case ENSEMBLE -> all;
            case MERGE ->
                    groups(all).entrySet().stream()
                            .map(group -> merged(group.getKey(), group.getValue()))
                            .toList();
            case CONCAT -> List.of(FeatureLayer.plain(ALL, -1));
        };
    }

    /// The features of a batch.
    ///
    /// @param capture with all of [#spec]
    public Features extract(Capture capture) {
        SequencedMap<String, Matrix> all = new LinkedHashMap<>();
        parts.forEach(part -> all.putAll(part.extract(capture).byLayer()));
        return combined(
                combination, parts.stream().flatMap(part -> part.layers().stream()).toList(), all);
    }

    /// Layers that are there already, put together.
    ///
    /// @param layers of all features, in order
    /// @param all by the layer's name, `[batch, width]`
    public static Features combined(
            Combination combination, List<FeatureLayer> layers, SequencedMap<String, Matrix> all) {
        return switch (combination) {
            case ENSEMBLE -> new Features(all);
            case MERGE -> {
                SequencedMap<String, Matrix> byBlock = new LinkedHashMap<>();
                groups(layers)
                        .forEach((name, group) ->
                                byBlock.put(
                                        name,
                                        Matrix.besideEachOther(
                                                group.stream()
                                                        .map(layer -> get(all, layer.name()))
                                                        .toList())));
                yield new Features(byBlock);
            }
            case CONCAT -> {
                SequencedMap<String, Matrix> one = new LinkedHashMap<>();
                one.put(ALL, Matrix.besideEachOther(List.copyOf(all.values())));
                yield new Features(one);
            }
        };
    }

    private static Matrix get(Map<String, Matrix> all, String layer) {
        Matrix matrix = all.get(layer);
        if (matrix == null) {
            throw new IllegalStateException("a feature did not make its layer " + layer);
        }
        return matrix;
    }

    /// The layers of each block, in the order of the blocks' first ones.
    private static SequencedMap<String, List<FeatureLayer>> groups(List<FeatureLayer> layers) {
        SequencedMap<String, List<FeatureLayer>> groups = new LinkedHashMap<>();
        for (FeatureLayer layer : layers) {
            String name = layer.block() < 0 ? layer.name() : "blocks." + layer.block();
            groups.computeIfAbsent(name, ignored -> new ArrayList<>()).add(layer);
        }
        return groups;
    }

    private static FeatureLayer merged(String name, List<FeatureLayer> group) {
        return group.size() == 1
                ? new FeatureLayer(
                        name,
                        group.getFirst().block(),
                        group.getFirst().heads(),
                        group.getFirst().run())
                : FeatureLayer.plain(name, group.getFirst().block());
    }
}
