package org.quirkwatch.job;

import java.io.IOException;

/// What jobs of one kind do. Each kind is a bean; a job names its kind. Thread-safe: several jobs
/// of a kind may run at once.
public interface JobKind {

    /// Lower case with hyphens, 1 to 40 characters; it is kept with each job, so it is never
    /// changed.
    String name();

    /// Does the work, or goes on with it: on a thread of the pool of jobs, at first and again after
    /// a restart, by any replica. What counts is what [JobRun#checkpoint()] says was done; who
    /// never writes a checkpoint starts anew.
    ///
    /// Returns when all is done, or soon after [JobRun#goesOn()] has become false: then the return
    /// means nothing. The thread is never interrupted (an embedded database would lose its file).
    ///
    /// @throws org.quirkwatch.problem.Problem the job has failed, and callers are told so;
    ///   `shutting-down`: it is taken up again later
    /// @throws IOException the job has failed, with `internal`
    void run(JobRun run) throws IOException;
}
