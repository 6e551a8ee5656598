package org.quirkwatch.audit;

/// Writes down what people did to the service itself. Nothing is ever changed or removed but by
/// age. Thread-safe.
public interface Audit {

    /// Writes one act down, in the transaction of its thread where there is one. Called when the
    /// act is done, or with it in one transaction.
    ///
    /// @param by who did it, as [org.quirkwatch.web.Identity]'s name has it, or whose job did
    /// @param act what was done
    /// @param subject to what: an id or a digest, at most 200 characters; longer ones are cut
    /// @param detail what else matters, in a few words, at most 1000 characters; longer ones are
    ///   cut. No texts of signals, no secrets.
    /// @throws org.quirkwatch.problem.Problem `log-unavailable` when the database is away
    void record(String by, Act act, String subject, String detail);
}
