package org.quirkwatch.model;

import java.util.List;
import java.util.Map;
import org.quirkwatch.linalg.Matrix;

/// What one pass over a batch takes out of the model.
///
/// @param taps the vectors, without repetition
/// @param outputs which of the model's outputs are computed too
/// @param readouts by the block, what reads the stream that enters it, `[1, dModel]`: one for each
///   block that a [Quantity.ReadoutGradient] names
public record CaptureSpec(List<Tap> taps, Outputs outputs, Map<Integer, Matrix> readouts) {

    /// Outputs beyond the taps; each includes those before it. Without any, only the blocks up to
    /// the last tap run.
    public sealed interface Outputs {
        /// Nothing.
        Outputs NONE = new None();

        /// The log-probability and log-odds of each label.
        Outputs LABELS = new Labels();

        /// The labels, and the logits of the whole vocabulary at a position, their mean where it
        /// has several tokens.
        static Outputs logits(Position position) {
            return new Logits(position);
        }

        /// Nothing.
        record None() implements Outputs {}

        /// The labels.
        record Labels() implements Outputs {}

        /// The labels and the logits.
        ///
        /// @param position where
        record Logits(Position position) implements Outputs {}
    }

    /// Without read-outs.
    ///
    /// @param taps as above
    /// @param outputs as above
    public CaptureSpec(List<Tap> taps, Outputs outputs) {
        this(taps, outputs, Map.of());
    }

    /// Copies, and checks that no tap repeats and each read-out has its vector.
    public CaptureSpec {
        taps = List.copyOf(taps);
        readouts = Map.copyOf(readouts);
        for (Tap tap : taps) {
            if (tap.quantity() instanceof Quantity.ReadoutGradient(int block)) {
                boolean before = tap.point().layer() < block && tap.position() == Position.LAST;
                if (!(before && readouts.containsKey(block))) {
                    throw new IllegalArgumentException(
                            ("the read-out of block %d needs a vector, and is differentiated at the"
                                            + " last prompt token of blocks before it, not at %s")
                                    .formatted(block, tap.key()));
                }
            }
        }
        if (taps.stream().distinct().count() != taps.size()) {
            throw new IllegalArgumentException("a tap is asked for twice in " + taps);
        }
        if (taps.isEmpty() && outputs instanceof Outputs.None) {
            throw new IllegalArgumentException("nothing is asked for");
        }
    }

    /// Whether a backward pass is needed.
    boolean takesGradients() {
        return taps.stream().anyMatch(Tap::isGradient);
    }

    /// Whether gradients of read-outs are taken, for which every choice has to be one token.
    public boolean readsOut() {
        return taps.stream().anyMatch(tap -> tap.quantity() instanceof Quantity.ReadoutGradient);
    }

    /// Whether every gradient is taken at the last tokens of the prompts.
    boolean gradientsAreOfLastTokens() {
        return taps.stream()
                .filter(Tap::isGradient)
                .allMatch(tap -> tap.position() == Position.LAST);
    }

    /// Whether whole labels are fed, as something looks at their tokens.
    boolean feedsLabels() {
        boolean byLogits =
                outputs instanceof Outputs.Logits(Position position) && position.ofLabel();
        return byLogits || taps.stream().anyMatch(tap -> tap.position().ofLabel());
    }

    /// Whether every signal has to have a label.
    boolean needsLabels() {
        return feedsLabels() || takesGradients() || outputs instanceof Outputs.Labels;
    }

    /// Whether the probabilities of labels and choices are needed.
    boolean scoresLabels() {
        return takesGradients() || !(outputs instanceof Outputs.None);
    }
}
