package org.quirkwatch.rollout;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// A detector was put in place of another.
///
/// @param entry from 1, without gaps
/// @param at when
/// @param actor who asked for it
/// @param cause why
/// @param from the one that judged before; empty for the first
/// @param to the one that judges since
/// @param before the entry whose detector a rollback puts back; empty where there is none
record Activation(
        int entry,
        Instant at,
        String actor,
        Cause cause,
        Optional<Reference> from,
        Reference to,
        Optional<Integer> before) {

    /// A detector by its names.
    record Reference(String id, String digest) {}

    /// Why a detector judges.
    enum Cause {
        /// `quirkwatch.detector` gives it, and it was not given before.
        START,
        /// Somebody asked for it.
        REQUEST,
        /// Somebody asked for the one before.
        ROLLBACK;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Cause of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }
    }
}
