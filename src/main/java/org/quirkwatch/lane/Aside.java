package org.quirkwatch.lane;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.Signal;

/// Features of another detector that are taken from the passes of the one that judges: a second
/// opinion that costs no pass of its own. Thread-safe.
///
/// @param features of the other detector
/// @param width of all its layers together
/// @param wanted of which signals; to be fast
public record Aside(FeatureSet features, int width, Predicate<Signal> wanted) {

    /// Whether passes for some features give these too: nothing else is tapped, patched or read
    /// out, and there is no second pass.
    boolean isGivenBy(FeatureSet passes) {
        CaptureSpec given = passes.spec(true);
        CaptureSpec needed = features.spec(true);
        return new HashSet<>(given.taps()).containsAll(needed.taps())
                && new HashSet<>(given.patches()).containsAll(needed.patches())
                && given.readouts().entrySet().containsAll(needed.readouts().entrySet())
                && features.parts().stream().allMatch(part -> part.followUp().isEmpty());
    }

    /// The features of a batch, by the layer's name `[batch, width]`; nothing where none of its
    /// signals is wanted.
    Map<String, Matrix> of(List<TokenizedSignal> batch, Capture capture) {
        return batch.stream().map(TokenizedSignal::signal).anyMatch(wanted)
                ? features.extract(capture).byLayer()
                : Map.of();
    }
}
