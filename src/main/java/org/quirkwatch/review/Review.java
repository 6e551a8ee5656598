package org.quirkwatch.review;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/// An item of the queue.
///
/// @param verdictId of what was flagged; the item's own id too
/// @param dueAt the queue's order, the least first
/// @param disposition what was answered: `review` or `discard`
/// @param pValue in (0, 1]; empty for an unscored signal
/// @param status as it is now: a claim that has expired is open
/// @param reviewer who claimed or decided
/// @param claimedUntil until when a claim holds
/// @param note what the reviewer wrote
record Review(
        UUID verdictId,
        Instant dueAt,
        Instant openedAt,
        String disposition,
        OptionalDouble pValue,
        String detector,
        String detectorDigest,
        String policy,
        ReviewStatus status,
        Optional<String> reviewer,
        Optional<Instant> claimedUntil,
        Optional<Instant> decidedAt,
        Optional<String> note) {}
