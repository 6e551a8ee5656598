package org.quirkwatch.feature;

import java.util.List;
import org.quirkwatch.model.Tap;
import org.quirkwatch.signal.Signal;

/// Signals that come with a feature and that the model is run on while it is fitted.
///
/// @param signals in the order in which the feature wants their rows back; each differs from the
///   others in its prompt or label
/// @param taps what is read of each; none where there are no signals
public record OwnSignals(List<Signal> signals, List<Tap> taps) {

    /// No signals.
    public static final OwnSignals NONE = new OwnSignals(List.of(), List.of());

    private static final int MOST = 1000;

    /// Copies and checks.
    ///
    /// @throws IllegalArgumentException when there are more than 1000, or signals without taps
    public OwnSignals {
        signals = List.copyOf(signals);
        taps = List.copyOf(taps);
        if (!(signals.size() <= MOST)) {
            throw new IllegalArgumentException(
                    "a feature may have %d signals of its own, got %d"
                            .formatted(MOST, signals.size()));
        }
        if (signals.isEmpty() != taps.isEmpty()) {
            throw new IllegalArgumentException(
                    "%d signals with %d taps".formatted(signals.size(), taps.size()));
        }
    }
}
