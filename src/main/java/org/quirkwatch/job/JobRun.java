package org.quirkwatch.job;

import java.io.InputStream;
import java.util.Optional;
import java.util.UUID;

/// One run of a job, as its kind sees it. Used by one thread; what is written here is durable and
/// seen by callers of any replica. While the database is away each call waits for it, as long as
/// the run [goes on][#goesOn()].
public interface JobRun {

    /// The job's.
    UUID id();

    /// The parameters, JSON as they were submitted.
    String parameters();

    /// What was submitted under a name, from its start: a copy that nobody changes.
    ///
    /// @throws org.quirkwatch.problem.Problem `not-found` when nothing was; reading throws
    ///   `shutting-down` when the run ends meanwhile
    InputStream input(String name);

    /// The latest that was given to [#append] by this run or an earlier one; empty at first.
    Optional<String> checkpoint();

    /// The progress that came with it; nothing done at first.
    JobProgress progress();

    /// Whether to go on: false when the job was cancelled, was taken over by another replica, or
    /// when the service stops. To be asked about every 100 milliseconds.
    boolean goesOn();

    /// Says how far the work is, without writing a checkpoint: shown within a second or two.
    void tell(JobProgress progress);

    /// Adds to the result and writes the checkpoint, both or none.
    ///
    /// @param result bytes that follow those before; may be empty
    /// @param checkpoint from where a later run can go on, text of the kind's own
    /// @param progress of which the checkpoint knows
    /// @throws org.quirkwatch.problem.Problem `shutting-down` when the run does not go on;
    ///   `storage-full`, `payload-too-large` when there is no room for the result
    void append(byte[] result, String checkpoint, JobProgress progress);
}
