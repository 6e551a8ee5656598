package org.quirkwatch.rollout;

import java.util.Optional;
import org.quirkwatch.audit.Act;
import org.quirkwatch.audit.Audit;

/// What people did to detectors and policies, told to whoever writes it down. Thread-safe.
///
/// @param audit empty where nobody does
record Trail(Optional<Audit> audit) {

    /// An act that is done.
    ///
    /// @param by who did it
    /// @param subject digest of a detector, or id of a policy
    /// @param detail what else matters, in a few words
    void tell(String by, Act act, String subject, String detail) {
        audit.ifPresent(known -> known.record(by, act, subject, detail));
    }
}
