package org.quirkwatch.detector;

import java.util.List;
import java.util.SequencedMap;
import org.quirkwatch.linalg.FittedState;

/// A kind of scoring rule: what it is called, what may be set, how a detector of it is made, and
/// how a fitted one comes back from data. There is one of each, listed in [Rules].
public interface Rule {

    /// The name in commands, manifests and verdicts.
    String name();

    /// What may be set, and what holds where it is not.
    List<RuleOption> options();

    /// Whether it also learns from untrusted rows.
    default boolean offline() {
        return false;
    }

    /// A detector with its hyperparameters.
    ///
    /// @param settings of [#options], no others
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` for a value outside its range
    Detector detector(RuleSettings settings);

    /// The detector of fitted states.
    ///
    /// @param states by the layer's name, at least one
    /// @throws IllegalArgumentException when a tensor or number is missing, superfluous, of another
    ///   shape or outside its range: the message names the layer and it
    FittedLayers restore(SequencedMap<String, FittedState> states);
}
