package org.quirkwatch.rollout;

import java.time.Instant;

/// Which detector judges beside.
///
/// @param detector by its names
/// @param share of the signals, in (0, 1]
/// @param at since when
/// @param actor who asked for it
record ShadowChoice(Activation.Reference detector, double share, Instant at, String actor) {}
