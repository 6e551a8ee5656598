package org.quirkwatch.model;

import java.util.List;

/// What one pass over a batch takes out of the model.
///
/// @param taps the vectors, without repetition
/// @param outputs which of the model's outputs are computed too
public record CaptureSpec(List<Tap> taps, Outputs outputs) {

    /// Outputs beyond the taps; each includes those before it. Without any, only the blocks up to
    /// the last tap run.
    public enum Outputs {
        /// Nothing.
        NONE,
        /// The log-probability and log-odds of each label.
        LABELS,
        /// The labels, and the logits of the whole vocabulary at the last prompt token.
        LOGITS
    }

    /// Copies the list and checks that no tap repeats.
    public CaptureSpec {
        taps = List.copyOf(taps);
        if (taps.stream().distinct().count() != taps.size()) {
            throw new IllegalArgumentException("a tap is asked for twice in " + taps);
        }
        if (taps.isEmpty() && outputs == Outputs.NONE) {
            throw new IllegalArgumentException("nothing is asked for");
        }
    }

    /// Whether a backward pass is needed.
    boolean takesGradients() {
        return taps.stream().anyMatch(tap -> tap.quantity() instanceof Quantity.Gradient);
    }

    /// Whether whole labels are fed, as something looks at their tokens.
    boolean feedsLabels() {
        return taps.stream().anyMatch(tap -> tap.position().ofLabel());
    }

    /// Whether the probabilities of labels and choices are needed.
    boolean scoresLabels() {
        return takesGradients() || outputs != Outputs.NONE;
    }
}
