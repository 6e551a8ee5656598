package org.quirkwatch.verdictlog;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/// A row of the log.
///
/// @param id the verdict's
/// @param at when it was given
/// @param signalId of the signal
/// @param source what brought it
/// @param reason the code of the problem of an unscored verdict
/// @param disposition what was answered: `accept`, `review` or `discard`
/// @param ruling what the policy said
/// @param score higher is more anomalous
/// @param pValue in (0, 1]
/// @param detector the detector's id
/// @param detectorDigest digest of the artifact
/// @param model the model's id
/// @param modelDigest digest over configuration, weights and adapter
/// @param policy by which it was judged
/// @param policyVersion its version
/// @param layers JSON: the raw score of each layer by its name
/// @param answer JSON, as the caller got it
/// @param signal JSON of its texts; empty where they are not kept
/// @param redactedAt when its texts were removed on request
public record LoggedVerdict(
        UUID id,
        Instant at,
        String signalId,
        String source,
        Optional<String> reason,
        String disposition,
        String ruling,
        OptionalDouble score,
        OptionalDouble pValue,
        String detector,
        String detectorDigest,
        String model,
        String modelDigest,
        String policy,
        int policyVersion,
        String layers,
        String answer,
        Optional<String> signal,
        Optional<Instant> redactedAt) {}
