package org.quirkwatch.rollout;

import java.time.Instant;

/// Levels of a policy that were applied on request.
///
/// @param policy the policy's id
/// @param version of the policy with these levels, above every one before
/// @param alphaReview significance level below which a signal is not accepted
/// @param alphaDiscard significance level below which it is discarded
/// @param at when they were applied
/// @param actor who asked for it
/// @param overVersion the configured version in whose place they are: another one takes theirs
/// @param reason what they rest on
record PolicyLevel(
        String policy,
        int version,
        double alphaReview,
        double alphaDiscard,
        Instant at,
        String actor,
        int overVersion,
        String reason) {}
