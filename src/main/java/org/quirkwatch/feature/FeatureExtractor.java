package org.quirkwatch.feature;

import java.util.List;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.Patch;
import org.quirkwatch.model.Tap;

/// Turns what the model gave into what a detector looks at. Immutable, thread-safe, and plain data.
public interface FeatureExtractor {

    /// The feature's name.
    String name();

    /// The taps that it needs.
    List<Tap> taps();

    /// The patches whose changes of the answer it looks at.
    default List<Patch> patches() {
        return List.of();
    }

    /// Whether it looks at the probability of the label, which then has to be captured too.
    boolean needsLabels();

    /// The layers that it makes, in order.
    List<FeatureLayer> layers();

    /// The features of a batch.
    ///
    /// @param capture with all of [#taps] and [#patches]
    Features extract(Capture capture);

    /// Everything that was learned, as data.
    FittedState state();
}
