package org.quirkwatch.scoring;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.UUID;
import org.quirkwatch.signal.Signal;

/// A verdict as it is written down before it is answered.
///
/// @param id made by the service, in the order of time
/// @param at when it was given
/// @param key under which the signal came; empty for a signal that nobody named
/// @param signal what was judged
/// @param source what brought it
/// @param reason the code of the problem of an unscored verdict; empty for a scored one
/// @param disposition what is answered
/// @param ruling what the policy says, whether or not it is answered
/// @param score higher is more anomalous; empty where there is none
/// @param pValue in (0, 1]; empty where there is no score
/// @param layers the raw score of each layer by its name; empty where there is no score
/// @param judges which detector and model gave it
/// @param policy by which it was judged
/// @param answer the JSON that the caller gets
public record VerdictRecord(
        UUID id,
        Instant at,
        Optional<IdempotencyKey> key,
        Signal signal,
        String source,
        Optional<String> reason,
        Disposition disposition,
        Disposition ruling,
        OptionalDouble score,
        OptionalDouble pValue,
        SequencedMap<String, Double> layers,
        JudgedBy judges,
        Policy policy,
        String answer) {

    /// Copies the map.
    public VerdictRecord {
        layers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(layers));
    }

    /// Whether there is a score.
    public boolean scored() {
        return reason.isEmpty();
    }

    /// Whether anything but `accept` is answered.
    public boolean flagged() {
        return disposition != Disposition.ACCEPT;
    }

    /// Which detector and model.
    ///
    /// @param detector the detector's id
    /// @param detectorDigest digest of the artifact
    /// @param model the model's id
    /// @param modelDigest digest over configuration, weights and adapter
    public record JudgedBy(
            String detector, String detectorDigest, String model, String modelDigest) {}
}
