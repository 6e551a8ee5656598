package org.quirkwatch.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;

/// Runs jobs: takes those that wait, the oldest first, and those whose runner is silent; a thread
/// for each, and one that looks after all. When the service stops, runs end at their next
/// checkpoint or soon after, and whoever starts next goes on with the jobs. Thread-safe.
final class JobRunner implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    private static final int LOOKED_AT = 8;
    // Of a lease, so that one beat may fail.
    private static final int BEATS = 3;
    private static final long MOST_STOPPING_SECONDS = 10;

    private final Map<String, JobKind> kinds;
    private final RunningJob.Tables tables;
    private final JobMetrics metrics;
    private final Map<RunningJob, Thread> running = new ConcurrentHashMap<>();
    private final Semaphore news = new Semaphore(0);
    private final Thread thread = Thread.ofPlatform().name("jobs").daemon().unstarted(this::look);
    private volatile boolean stopping;
    private volatile boolean started;
    private boolean away;
    private long beatNanos = System.nanoTime();

    JobRunner(List<JobKind> kinds, RunningJob.Tables tables, JobMetrics metrics) {
        this.kinds = kinds.stream().collect(Collectors.toMap(JobKind::name, Function.identity()));
        this.tables = tables;
        this.metrics = metrics;
    }

    /// Looks for jobs now.
    void wake() {
        news.release();
    }

    /// Jobs that run here.
    int runs() {
        return running.size();
    }

    /// Whether it takes no job any more.
    boolean isStopping() {
        return stopping;
    }

    /// With those that stop first: what jobs have on its way ends beside what callers wait for.
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public boolean isRunning() {
        return started && !stopping;
    }

    @Override
    public void start() {
        started = true;
        thread.start();
    }

    @Override
    public void stop() {
        stopping = true;
        running.keySet().forEach(RunningJob::stop);
        wake();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_STOPPING_SECONDS);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(MOST_STOPPING_SECONDS));
            for (Map.Entry<RunningJob, Thread> run : Map.copyOf(running).entrySet()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                run.getValue().join(Math.max(1, left));
                if (run.getValue().isAlive()) {
                    LOG.warn("job {} did not end in time, another run goes on", run.getKey().id());
                    release(run.getKey());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop(Runnable callback) {
        Thread.ofPlatform()
                .name("jobs-end")
                .start(() -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                });
    }

    private void look() {
        while (!stopping) {
            try {
                beat();
                takeWhatIsFree();
                if (away) {
                    away = false;
                    LOG.info("the jobs' database is there again");
                }
            } catch (RuntimeException e) {
                if (!away) {
                    away = true;
                    LOG.warn(
                            "jobs cannot be looked after now: {}",
                            NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                    LOG.debug("jobs cannot be looked after now", e);
                }
            }
            pause();
        }
    }

    private void pause() {
        try {
            if (news.tryAcquire(tables.properties().poll().toMillis(), TimeUnit.MILLISECONDS)) {
                news.drainPermits();
            }
        } catch (InterruptedException e) {
            LOG.debug("this thread is not stopped in this way", e);
        }
    }

    private void beat() {
        long now = System.nanoTime();
        boolean renew = now - beatNanos >= tables.properties().lease().toNanos() / BEATS;
        for (RunningJob run : running.keySet()) {
            run.beat(renew);
        }
        if (renew) {
            beatNanos = now;
        }
    }

    private void takeWhatIsFree() {
        int places = tables.properties().maxRunning() - running.size();
        if (places <= 0) {
            return;
        }
        Instant now = tables.clock().instant();
        for (JobTable.Free free : tables.jobs().free(kinds.keySet(), now, LOOKED_AT)) {
            UUID run = UUID.randomUUID();
            if (places > 0
                    && !stopping
                    // Whose beat came late here: it is alive, and will beat again.
                    && running.keySet().stream().noneMatch(own -> own.id().equals(free.id()))
                    && tables.jobs()
                            .claim(free.id(), run, now, now.plus(tables.properties().lease()))) {
                places--;
                tables.jobs()
                        .find(free.id())
                        .ifPresent(job -> begin(new RunningJob(job, run, tables)));
            }
        }
    }

    private void begin(RunningJob run) {
        Thread worker =
                Thread.ofPlatform().name("job-" + run.id()).daemon().unstarted(() -> work(run));
        running.put(run, worker);
        worker.start();
    }

    private void work(RunningJob run) {
        Job job = run.job();
        try {
            if (job.cancelling()) {
                run.cancel();
            } else if (job.attempts() > tables.properties().maxAttempts()) {
                throw new Problem(
                        ProblemCode.INTERNAL,
                        "%d runs of the job ended without getting any further"
                                .formatted(tables.properties().maxAttempts()));
            } else {
                LOG.info("job {} ({}) runs", job.id(), job.kind());
                kind(job).run(run);
            }
            over(run, null);
        } catch (Problem e) {
            over(run, e);
        } catch (OutOfMemoryError e) {
            LOG.error("job {} needs more of Java's heap than there is", job.id(), e);
            over(
                    run,
                    new Problem(
                            ProblemCode.INTERNAL,
                            "the job needs more memory than Java's heap has, which is %d MiB"
                                    .formatted(Runtime.getRuntime().maxMemory() >> 20),
                            e));
        } catch (Throwable e) {
            // Whatever it was, the job ends and the others go on.
            LOG.error("job {} failed", job.id(), e);
            over(run, new Problem(ProblemCode.INTERNAL, "the job failed, and the log says why", e));
        } finally {
            running.remove(run);
            wake();
        }
    }

    private JobKind kind(Job job) {
        JobKind kind = kinds.get(job.kind());
        if (kind == null) {
            throw new IllegalStateException("a job of no kind was claimed: " + job.kind());
        }
        return kind;
    }

    private void over(RunningJob run, @org.jspecify.annotations.Nullable Problem failure) {
        try {
            if (run.isLost()) {
                LOG.info("job {} was taken over, or is gone", run.id());
            } else if (run.isCancelled()) {
                end(run, JobState.CANCELLED, null);
            } else if (!run.goesOn()
                    || (failure != null && failure.code() == ProblemCode.SHUTTING_DOWN)) {
                release(run);
            } else if (failure != null) {
                end(run, JobState.FAILED, new Job.Failure(failure.code().code(), failure.detail()));
            } else {
                end(run, JobState.COMPLETED, null);
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "job {}: its end could not be written down, it is taken up again", run.id(), e);
        }
    }

    private void end(
            RunningJob run,
            JobState state,
            Job.@org.jspecify.annotations.Nullable Failure failure) {
        run.end(state, failure);
        metrics.ended(run.job().kind(), state);
        LOG.info("job {} is {}", run.id(), state.text());
    }

    private static void release(RunningJob run) {
        try {
            run.release();
        } catch (RuntimeException e) {
            LOG.debug("job {} waits for its lease to end", run.id(), e);
        }
    }
}
