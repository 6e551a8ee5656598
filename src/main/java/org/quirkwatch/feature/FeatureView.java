package org.quirkwatch.feature;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Site;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Where a feature looks.
///
/// @param nLayers blocks of the model
/// @param nHeads heads of a block's attention
/// @param layers the blocks to look at, ascending without repetition; empty for those that the
///   feature looks at by itself
/// @param hookPoints the points to look at instead; empty for those that the feature looks at by
///   itself
/// @param positions where in the text, at least one
/// @param sae the folder of a sparse autoencoder, for the feature that needs one
public record FeatureView(
        int nLayers,
        int nHeads,
        List<Integer> layers,
        List<HookPoint> hookPoints,
        List<Position> positions,
        Optional<Path> sae) {

    private static final int MOST_TAPS = 1024;

    /// Copies and checks.
    ///
    /// @throws Problem `invalid-fit` for a block that the model does not have, both layers and hook
    ///   points, no position, or too many taps
    public FeatureView {
        layers = layers.stream().sorted().distinct().toList();
        hookPoints = List.copyOf(hookPoints);
        positions = List.copyOf(positions);
        if (!layers.isEmpty() && !hookPoints.isEmpty()) {
            throw invalid("layers and hook points exclude each other");
        }
        for (int layer : layers) {
            if (!(layer >= 0 && layer < nLayers)) {
                throw invalid(
                        "layer %d does not exist: the model has layers 0 to %d"
                                .formatted(layer, nLayers - 1));
            }
        }
        for (HookPoint point : hookPoints) {
            if (!(point.layer() < nLayers)) {
                throw invalid(
                        "%s does not exist: the model has layers 0 to %d"
                                .formatted(point, nLayers - 1));
            }
        }
        if (positions.isEmpty()) {
            throw invalid("at least one position is needed");
        }
        if (!((long) Math.max(hookPoints.size(), nLayers) * positions.size() <= MOST_TAPS)) {
            throw invalid(
                    "%d hook points at %d positions are more than %d taps"
                            .formatted(
                                    Math.max(hookPoints.size(), nLayers),
                                    positions.size(),
                                    MOST_TAPS));
        }
    }

    /// The points to look at.
    ///
    /// @param site of each block, where no points were named
    List<HookPoint> points(Site site) {
        if (!hookPoints.isEmpty()) {
            return hookPoints;
        }
        List<Integer> blocks =
                layers.isEmpty() ? IntStream.range(0, nLayers).boxed().toList() : layers;
        return blocks.stream().map(layer -> new HookPoint(layer, site)).toList();
    }

    static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }
}
