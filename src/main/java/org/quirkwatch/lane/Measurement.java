package org.quirkwatch.lane;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.quirkwatch.problem.Problem;

/// What the model and the detector say of one signal, before any policy.
public sealed interface Measurement {

    /// A score, and what came with it. All numbers are finite.
    ///
    /// @param score higher is more anomalous
    /// @param pValue in (0, 1]
    /// @param layers the raw score of each layer by its name, in the detector's order
    /// @param logProb `log p(label | prompt)`, nats
    /// @param logOdds log-odds of the label against the other choices, nats; NaN without choices
    /// @param tapsFired taps that gave finite values: all of them
    record Measured(
            double score,
            double pValue,
            SequencedMap<String, Double> layers,
            double logProb,
            double logOdds,
            int tapsFired)
            implements Measurement {

        /// Copies the map.
        public Measured {
            layers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(layers));
        }
    }

    /// No score.
    ///
    /// @param reason why
    record Failed(Problem reason) implements Measurement {}
}
