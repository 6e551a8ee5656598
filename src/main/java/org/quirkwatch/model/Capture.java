package org.quirkwatch.model;

import java.util.Map;
import java.util.Optional;
import org.quirkwatch.linalg.Matrix;

/// What one pass over a batch took out of the model, in Java's memory.
///
/// @param taps per tap `[batch, width of its site]`, rows in the order of the signals
/// @param labelLogProb `[batch]`, `log p(label | prompt)` in nats, or empty when not asked for
/// @param labelLogOdds `[batch]`, log-odds of the label against the other choices in nats, NaN for
///   a signal without choices, or empty when not asked for
/// @param logits `[batch, dVocab]` at the position that was asked for, when asked for
/// @param patches per patch `[batch]`: by how much it changes [Quantity.Objective#CONTRAST]
/// @param followUps what further passes gave for the same signals, by the name of who asked for it;
///   NaN for a signal that had no such pass
public record Capture(
        Map<Tap, Matrix> taps,
        double[] labelLogProb,
        double[] labelLogOdds,
        Optional<Matrix> logits,
        Map<Patch, double[]> patches,
        Map<String, Capture> followUps) {

    /// Copies the map of further passes.
    public Capture {
        followUps = Map.copyOf(followUps);
    }

    /// Of one pass alone.
    public Capture(
            Map<Tap, Matrix> taps,
            double[] labelLogProb,
            double[] labelLogOdds,
            Optional<Matrix> logits,
            Map<Patch, double[]> patches) {
        this(taps, labelLogProb, labelLogOdds, logits, patches, Map.of());
    }

    /// Of one pass alone, without patches.
    ///
    /// @param taps as above
    /// @param labelLogProb as above
    /// @param labelLogOdds as above
    /// @param logits as above
    public Capture(
            Map<Tap, Matrix> taps,
            double[] labelLogProb,
            double[] labelLogOdds,
            Optional<Matrix> logits) {
        this(taps, labelLogProb, labelLogOdds, logits, Map.of(), Map.of());
    }

    /// The same with what further passes gave.
    ///
    /// @param further by the name of who asked for it
    public Capture with(Map<String, Capture> further) {
        return new Capture(taps, labelLogProb, labelLogOdds, logits, patches, further);
    }

    /// What a further pass gave.
    ///
    /// @param name of who asked for it
    /// @throws IllegalArgumentException when there was none
    public Capture followUp(String name) {
        Capture capture = followUps.get(name);
        if (capture == null) {
            throw new IllegalArgumentException("there was no further pass for " + name);
        }
        return capture;
    }

    /// The matrix of a tap.
    ///
    /// @throws IllegalArgumentException when the tap was not asked for
    public Matrix get(Tap tap) {
        Matrix matrix = taps.get(tap);
        if (matrix == null) {
            throw new IllegalArgumentException("tap %s was not captured".formatted(tap.key()));
        }
        return matrix;
    }

    /// What a patch changes, `[batch]`.
    ///
    /// @throws IllegalArgumentException when the patch was not asked for
    public double[] change(Patch patch) {
        double[] change = patches.get(patch);
        if (change == null) {
            throw new IllegalArgumentException(
                    "a patch of %s from column %d was not captured"
                            .formatted(patch.point(), patch.from()));
        }
        return change.clone();
    }
}
