package org.quirkwatch.model;

import java.util.List;
import java.util.Map;
import org.quirkwatch.linalg.Matrix;

/// What one pass over a batch takes out of the model.
///
/// @param taps the vectors, without repetition
/// @param outputs which of the model's outputs are computed too
/// @param patches of each by itself, what it changes is computed too; without repetition
/// @param readouts by the block, what reads the stream that enters it, `[1, dModel]`: one for each
///   block that a [Quantity.ReadoutGradient] names
public record CaptureSpec(
        List<Tap> taps, Outputs outputs, List<Patch> patches, Map<Integer, Matrix> readouts) {

    /// How many patches a pass may be asked for: more than the heads of the largest models that fit
    /// on one device.
    public static final int MOST_PATCHES = 8192;

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

    /// Copies, and checks that no tap and no patch repeats, the number of patches, and that each
    /// read-out has its vector.
    public CaptureSpec {
        taps = List.copyOf(taps);
        patches = List.copyOf(patches);
        if (!(patches.size() <= MOST_PATCHES)) {
            throw new IllegalArgumentException(
                    "at most %d patches, got %d".formatted(MOST_PATCHES, patches.size()));
        }
        if (patches.stream().distinct().count() != patches.size()) {
            throw new IllegalArgumentException("a patch is asked for twice");
        }
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
        if (taps.isEmpty() && patches.isEmpty() && outputs instanceof Outputs.None) {
            throw new IllegalArgumentException("nothing is asked for");
        }
    }

    /// Without patches and read-outs.
    public CaptureSpec(List<Tap> taps, Outputs outputs) {
        this(taps, outputs, List.of(), Map.of());
    }

    /// Without read-outs.
    public CaptureSpec(List<Tap> taps, Outputs outputs, List<Patch> patches) {
        this(taps, outputs, patches, Map.of());
    }

    /// Without patches.
    public CaptureSpec(List<Tap> taps, Outputs outputs, Map<Integer, Matrix> readouts) {
        this(taps, outputs, List.of(), readouts);
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
        return feedsLabels()
                || takesGradients()
                || !patches.isEmpty()
                || outputs instanceof Outputs.Labels;
    }

    /// Whether the probabilities of labels and choices are needed.
    boolean scoresLabels() {
        return takesGradients() || !patches.isEmpty() || !(outputs instanceof Outputs.None);
    }
}
