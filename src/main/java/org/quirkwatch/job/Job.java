package org.quirkwatch.job;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;

/// A job as it was at a moment.
///
/// @param id made by the service, in the order of time
/// @param kind the [JobKind]'s name
/// @param owner who submitted it; empty where nobody had to say so
/// @param state where it stands
/// @param submittedAt when it was taken in
/// @param startedAt when it first ran
/// @param endedAt when it was over
/// @param parameters JSON, as submitted
/// @param progress how far it is
/// @param rate units of work a second, lately; empty while unknown
/// @param checkpoint the kind's own; empty before the first
/// @param problem why it failed
/// @param resultBytes of what [Jobs#result] gives
/// @param resultPages pages of which that is made
/// @param attempts runs since the last checkpoint
/// @param cancelling whether a caller wants it to end
/// @param revision grows with every change
public record Job(
        UUID id,
        String kind,
        Optional<String> owner,
        JobState state,
        Instant submittedAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        String parameters,
        JobProgress progress,
        OptionalDouble rate,
        Optional<String> checkpoint,
        Optional<Failure> problem,
        long resultBytes,
        int resultPages,
        int attempts,
        boolean cancelling,
        long revision) {

    /// Why a job failed.
    ///
    /// @param code of the problem, as [org.quirkwatch.problem.ProblemCode#code()]
    /// @param detail what was wrong
    public record Failure(String code, String detail) {}
}
