package org.quirkwatch.job;

import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.verdictlog.Database;
import org.springframework.transaction.support.TransactionTemplate;

/// A job that this replica runs: what its kind sees of it, and what the runner does with it. What
/// another run has taken over it can no longer write. Used by the job's thread and the runner's.
final class RunningJob implements JobRun {

    private static final long LEAST_PAUSE_MILLIS = 50;
    private static final long MOST_PAUSE_MILLIS = 1_000;

    private final Job job;
    private final UUID run;
    private final Tables tables;
    private final Rate rate;
    private volatile boolean stopping;
    private volatile boolean lost;
    private volatile boolean cancelled;
    // Guarded by this.
    private @Nullable JobProgress told;
    private Optional<String> checkpoint;
    private JobProgress progress;
    private long resultBytes;
    private int resultPages;

    /// What it works on.
    record Tables(
            JobTable jobs,
            JobPages pages,
            TransactionTemplate transaction,
            Room room,
            JobProperties properties,
            InstantSource clock) {}

    /// @param job as it was claimed
    /// @param run the claim
    RunningJob(Job job, UUID run, Tables tables) {
        this.job = job;
        this.run = run;
        this.tables = tables;
        Optional<JobJson.Checkpoint> begun = job.checkpoint().map(JobJson::checkpoint);
        this.checkpoint = begun.map(JobJson.Checkpoint::text);
        this.progress =
                begun.map(JobJson.Checkpoint::progress)
                        .orElseGet(() ->
                                new JobProgress(
                                        0,
                                        job.progress().total(),
                                        JobProgress.NONE.counts(),
                                        List.of()));
        this.resultBytes = job.resultBytes();
        this.resultPages = job.resultPages();
        this.rate = new Rate(progress.done(), System.nanoTime());
    }

    Job job() {
        return job;
    }

    @Override
    public UUID id() {
        return job.id();
    }

    @Override
    public String parameters() {
        return job.parameters();
    }

    @Override
    public InputStream input(String name) {
        if (!patiently(() -> tables.pages().has(job.id(), name))) {
            throw new Problem(ProblemCode.NOT_FOUND, "the job has no input \"%s\"".formatted(name));
        }
        return new PageInput(
                number -> patiently(() -> tables.pages().read(job.id(), name, number)));
    }

    @Override
    public synchronized Optional<String> checkpoint() {
        return checkpoint;
    }

    @Override
    public synchronized JobProgress progress() {
        return progress;
    }

    @Override
    public boolean goesOn() {
        return !stopping && !lost && !cancelled;
    }

    @Override
    public synchronized void tell(JobProgress reached) {
        told = reached;
    }

    @Override
    public synchronized void append(byte[] result, String text, JobProgress reached) {
        tables.room().requireDisk(result.length);
        List<JobPages.Page> pages = JobPages.cut(result, result.length, resultPages, resultBytes);
        long more = pages.stream().mapToLong(page -> page.bytes().length).sum();
        long most = tables.properties().maxResultSize().toBytes();
        if (!(resultBytes + result.length <= most)) {
            throw new Problem(
                    ProblemCode.PAYLOAD_TOO_LARGE,
                    "the result has %d bytes, at most %d"
                            .formatted(resultBytes + result.length, most));
        }
        JobTable.Written written =
                new JobTable.Written(
                        reached,
                        rate.at(reached.done(), System.nanoTime()),
                        JobJson.checkpoint(text, reached),
                        resultBytes + result.length,
                        resultPages + pages.size(),
                        more);
        boolean[] tried = {false};
        boolean own =
                patiently(() -> {
                    // The end of a transaction that was not heard may have been a good one.
                    boolean there = tried[0] && isWritten(written);
                    tried[0] = true;
                    return there || write(written, pages);
                });
        if (!own) {
            lost = true;
            throw ended();
        }
        told = null;
        checkpoint = Optional.of(text);
        progress = reached;
        resultBytes = written.resultBytes();
        resultPages = written.resultPages();
    }

    private boolean write(JobTable.Written written, List<JobPages.Page> pages) {
        return Boolean.TRUE.equals(
                tables.transaction()
                        .execute(status -> {
                            boolean own = tables.jobs().append(job.id(), run, written);
                            if (own) {
                                tables.pages().insert(job.id(), JobPages.RESULT, pages);
                            }
                            return own;
                        }));
    }

    private boolean isWritten(JobTable.Written written) {
        return tables.jobs()
                .find(job.id())
                .filter(now -> now.resultPages() == written.resultPages())
                .flatMap(Job::checkpoint)
                .filter(written.checkpoint()::equals)
                .isPresent();
    }

    /// Says that it is alive, and how far it is; hears whether it is to end.
    void beat(boolean renew) {
        if (renew
                && !tables.jobs()
                        .beat(
                                job.id(),
                                run,
                                tables.clock().instant().plus(tables.properties().lease()))) {
            lost = true;
        }
        publish();
        if (tables.jobs().find(job.id()).filter(Job::cancelling).isPresent()) {
            cancelled = true;
        }
    }

    private synchronized void publish() {
        JobProgress reached = told;
        if (reached != null && goesOn()) {
            OptionalDouble lately = rate.at(reached.done(), System.nanoTime());
            lost = !tables.jobs().tell(job.id(), run, reached, lately);
            told = null;
        }
    }

    void stop() {
        stopping = true;
    }

    void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean isLost() {
        return lost;
    }

    /// Ends the job, as soon as the database is there; gives up when the service stops.
    void end(JobState state, Job.@Nullable Failure problem) {
        long pause = LEAST_PAUSE_MILLIS;
        while (true) {
            try {
                boolean _ =
                        Database.call(() ->
                                tables.jobs()
                                        .end(
                                                job.id(),
                                                run,
                                                state,
                                                problem,
                                                tables.clock().instant()));
                return;
            } catch (Problem e) {
                if (stopping) {
                    throw e;
                }
            }
            sleep(pause);
            pause = Math.min(2 * pause, MOST_PAUSE_MILLIS);
        }
    }

    /// Gives the job to whoever runs it next.
    void release() {
        boolean _ = Database.call(() -> tables.jobs().release(job.id(), run));
    }

    private <T> T patiently(Supplier<T> call) {
        long pause = LEAST_PAUSE_MILLIS;
        while (true) {
            try {
                return Database.call(call);
            } catch (Problem e) {
                if (e.code() != ProblemCode.LOG_UNAVAILABLE) {
                    throw e;
                }
            }
            if (!goesOn()) {
                throw ended();
            }
            sleep(pause);
            pause = Math.min(2 * pause, MOST_PAUSE_MILLIS);
        }
    }

    private static Problem ended() {
        return Problem.retryAfter(
                ProblemCode.SHUTTING_DOWN, "this run of the job ended", Duration.ofSeconds(1));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
