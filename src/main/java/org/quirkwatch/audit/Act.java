package org.quirkwatch.audit;

import java.util.Locale;

/// What can be done to the service itself. Names are added, never renamed: they stand in tables.
public enum Act {
    /// A key was made; its secret was shown once.
    KEY_CREATED,
    /// A key got another secret; the old one holds for a while.
    KEY_ROTATED,
    /// A key was taken back.
    KEY_REVOKED,
    /// Somebody signed in to the console.
    SIGNED_IN,
    /// Somebody came with a key, a token or a session that is not valid.
    SIGN_IN_FAILED,
    /// The texts of a signal were removed from the log.
    VERDICT_REDACTED,
    /// A logged signal was judged again.
    VERDICT_REPLAYED,
    /// A detector was fitted over HTTP.
    DETECTOR_FITTED,
    /// A detector became the one that judges.
    DETECTOR_ACTIVATED,
    /// The detector before judges again.
    DETECTOR_ROLLED_BACK,
    /// A second detector judges along, or no longer does.
    DETECTOR_SHADOWED,
    /// A detector was removed from the store.
    DETECTOR_DELETED,
    /// Levels that reviews proposed were applied.
    LEVELS_RECALIBRATED,
    /// A job was cancelled, or removed with what it gave.
    JOB_CANCELLED;

    /// As it is written: lower case with hyphens, as in `key-created`.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
