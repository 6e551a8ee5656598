package org.quirkwatch.evaluation;

import java.util.Optional;
import org.quirkwatch.signal.Signal;

/// A signal of an evaluation.
///
/// @param signal what a detector sees
/// @param agreement whether normal and anomalous behaviour give the same label here: then only how
///   the model comes to it tells them apart; empty where that is not known
public record EvaluationRow(Signal signal, Optional<Boolean> agreement) {

    /// The name under which a signal's metadata say so.
    static final String AGREEMENT = "agreement";

    /// A row whose agreement stands in the signal's metadata, as a boolean, if anywhere.
    public static EvaluationRow of(Signal signal) {
        return new EvaluationRow(
                signal,
                signal.metadata().get(AGREEMENT) instanceof Boolean agreement
                        ? Optional.of(agreement)
                        : Optional.empty());
    }
}
