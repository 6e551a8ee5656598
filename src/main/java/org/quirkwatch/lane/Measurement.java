package org.quirkwatch.lane;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.problem.Problem;

/// What the model and the detector say of one signal, before any policy.
public sealed interface Measurement {

    /// A score, and what came with it. All numbers are finite.
    ///
    /// @param basis what the score rests on
    /// @param score higher is more anomalous
    /// @param pValue in (0, 1]
    /// @param layers the raw score of each layer by its name, in the detector's order
    /// @param logProb `log p(label | prompt)`, nats
    /// @param logOdds log-odds of the label against the other choices, nats; NaN without choices
    /// @param tapsFired taps that gave finite values: all of them
    /// @param headRows the features of the layers whose columns belong to attention heads,
    ///   `[width]` by the layer's name, for whoever asks what a head contributes
    /// @param aside the features of an [Aside], `[width]` by the layer's name; empty where there is
    ///   none, or it did not want this signal
    record Measured(
            Basis basis,
            double score,
            double pValue,
            SequencedMap<String, Double> layers,
            double logProb,
            double logOdds,
            int tapsFired,
            Map<String, double[]> headRows,
            Map<String, double[]> aside)
            implements Measurement {

        /// Copies the maps.
        public Measured {
            layers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(layers));
            headRows = Map.copyOf(headRows);
            aside = Map.copyOf(aside);
        }
    }

    /// What a score and its p-value rest on.
    ///
    /// @param judges of the detector that gave it
    /// @param calibration of the score
    /// @param window which untrusted rows the rule had learned from; empty where it learns from
    ///   none
    record Basis(Judges judges, Calibration calibration, Optional<Window> window) {}

    /// No score.
    ///
    /// @param reason why
    record Failed(Problem reason) implements Measurement {}
}
