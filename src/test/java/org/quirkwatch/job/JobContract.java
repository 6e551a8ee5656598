package org.quirkwatch.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.verdictlog.Store;

/// What jobs promise, on any database.
@Timeout(120)
abstract class JobContract {

    private final List<JobRunner> runners = new ArrayList<>();
    // Read by leases, and moved by tests.
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-01T00:00:00Z"));

    abstract Store store();

    @BeforeEach
    void empty() {
        store().clear();
    }

    @AfterEach
    void stop() {
        runners.forEach(JobRunner::stop);
    }

    /// Answers each line with itself in upper case, a checkpoint each.
    private static class Shouting implements JobKind {

        final List<String> shouted = new CopyOnWriteArrayList<>();

        @Override
        public String name() {
            return "shouting";
        }

        // What a test adds.
        @SuppressWarnings("UnusedVariable")
        void before(JobRun run, String line) {}

        @Override
        public void run(JobRun run) throws IOException {
            List<String> lines =
                    new String(run.input(JobSubmission.LINES).readAllBytes(), UTF_8)
                            .lines()
                            .toList();
            int from = run.checkpoint().map(Integer::parseInt).orElse(0);
            for (int i = from; i < lines.size() && run.goesOn(); i++) {
                before(run, lines.get(i));
                String loud = lines.get(i).toUpperCase(java.util.Locale.ROOT);
                SequencedMap<String, Long> counts = new LinkedHashMap<>(run.progress().counts());
                counts.put("chars", counts.getOrDefault("chars", 0L) + loud.length());
                run.append(
                        (loud + "\n").getBytes(UTF_8),
                        String.valueOf(i + 1),
                        new JobProgress(i + 1, run.progress().total(), counts, List.of()));
                shouted.add(loud);
            }
        }
    }

    @Test
    void aJobRunsToItsEndAndItsResultIsInOrder() {
        Jobs jobs = jobs(settings(Map.of()));
        Job submitted = jobs.submit(submission("a\n\nb\nc"));
        assertThat(submitted.state()).isEqualTo(JobState.QUEUED);
        assertThat(submitted.progress().total()).hasValue(3);
        runner(settings(Map.of()), new Shouting());

        Job job = awaitOver(jobs, submitted.id());

        assertThat(job.state()).isEqualTo(JobState.COMPLETED);
        assertThat(job.progress().done()).isEqualTo(4);
        assertThat(job.problem()).isEmpty();
        assertThat(job.endedAt()).isPresent();
        assertThat(result(jobs, job)).isEqualTo("A\n\nB\nC\n");
        assertThat(job.resultBytes()).isEqualTo(7);
        assertThat(text(jobs.result(job.id(), 3))).isEqualTo("B\nC\n");
        assertThat(text(jobs.result(job.id(), 7))).isEmpty();
    }

    @Test
    void aRunThatWentSilentIsTakenOverAndCanWriteNoMore() throws Exception {
        JobProperties settings = settings(Map.of("lease", "60m"));
        Jobs jobs = jobs(settings);
        Semaphore reached = new Semaphore(0);
        Semaphore let = new Semaphore(0);
        Shouting stuck =
                new Shouting() {
                    @Override
                    void before(JobRun run, String line) {
                        if (line.equals("b")) {
                            reached.release();
                            let.acquireUninterruptibly();
                        }
                    }
                };
        Job submitted = jobs.submit(submission("a\nb\nc"));
        runner(settings, stuck);
        reached.acquire();
        // For the others its lease has ended; it has not beaten since, and does not know.
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(61)));
        Shouting other = new Shouting();
        runner(settings, other);

        Job job = awaitOver(jobs, submitted.id());
        let.release(10);

        assertThat(job.state()).isEqualTo(JobState.COMPLETED);
        assertThat(result(jobs, job)).isEqualTo("A\nB\nC\n");
        assertThat(other.shouted).containsExactly("B", "C");
        Awaitility.await().until(() -> runners.getFirst().runs() == 0);
        assertThat(stuck.shouted).containsExactly("A");
        assertThat(result(jobs, jobs.find(job.id()).orElseThrow())).isEqualTo("A\nB\nC\n");
    }

    @Test
    void whatARunDidIsThereForTheNextOneWhenTheServiceStops() throws Exception {
        Jobs jobs = jobs(settings(Map.of()));
        Semaphore reached = new Semaphore(0);
        Shouting first =
                new Shouting() {
                    @Override
                    void before(JobRun run, String line) {
                        if (line.equals("c")) {
                            reached.release();
                            Awaitility.await().until(() -> !run.goesOn());
                            throw new Problem(ProblemCode.SHUTTING_DOWN, "the lanes are closed");
                        }
                    }
                };
        Job submitted = jobs.submit(submission("a\nb\nc"));
        JobRunner runner = runner(settings(Map.of()), first);
        reached.acquire();
        runner.stop();
        Job waiting = jobs.find(submitted.id()).orElseThrow();
        assertThat(waiting.state()).isEqualTo(JobState.QUEUED);
        assertThat(waiting.progress().done()).isEqualTo(2);

        Shouting second = new Shouting();
        runner(settings(Map.of()), second);
        Job job = awaitOver(jobs, submitted.id());
        assertThat(second.shouted).containsExactly("C");
        assertThat(job.progress().counts()).containsEntry("chars", 3L);
        assertThat(result(jobs, job)).isEqualTo("A\nB\nC\n");
    }

    @Test
    void aJobThatNeverGetsFartherFailsAfterSomeRuns() {
        JobProperties settings = settings(Map.of("max-attempts", "2", "lease", "60s"));
        Jobs jobs = jobs(settings);
        Job submitted = jobs.submit(submission("a"));
        JobTable table = new JobTable(store().jdbc());
        for (int attempt = 0; attempt < 2; attempt++) {
            // A process that was claimed by, and died.
            assertThat(table.claim(submitted.id(), UUID.randomUUID(), now.get(), now.get()))
                    .isTrue();
            now.updateAndGet(time -> time.plusSeconds(1));
        }
        Shouting kind = new Shouting();
        runner(settings, kind);

        Job job = awaitOver(jobs, submitted.id());
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.problem().orElseThrow().detail()).startsWith("2 runs of the job ended");
        assertThat(kind.shouted).isEmpty();
    }

    @Test
    void aFailureIsToldAsItsProblemAndAMistakeOfOursWithoutItsText() {
        Jobs jobs = jobs(settings(Map.of()));
        Shouting failing =
                new Shouting() {
                    @Override
                    void before(JobRun run, String line) {
                        switch (line) {
                            case "problem" ->
                                    throw new Problem(ProblemCode.INVALID_FIT, "too few rows: 1");
                            case "mistake" -> throw new IllegalStateException("secret of ours");
                            // 16 GiB.
                            case "large" ->
                                    assertThat(new long[Integer.MAX_VALUE - 8]).isNotEmpty();
                            default -> {}
                        }
                    }
                };
        Job problem = jobs.submit(submission("a\nproblem\nb"));
        Job mistake = jobs.submit(submission("mistake"));
        Job large = jobs.submit(submission("large"));
        runner(settings(Map.of()), failing);

        Job failed = awaitOver(jobs, problem.id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.problem()).contains(new Job.Failure("invalid-fit", "too few rows: 1"));
        assertThat(result(jobs, failed)).isEqualTo("A\n");
        Job broken = awaitOver(jobs, mistake.id());
        assertThat(broken.problem().orElseThrow().code()).isEqualTo("internal");
        assertThat(broken.problem().orElseThrow().detail()).doesNotContain("secret");
        Job unfit = awaitOver(jobs, large.id());
        assertThat(unfit.problem().orElseThrow().detail())
                .startsWith("the job needs more memory than Java's heap has, which is ")
                .endsWith(" MiB");
    }

    @Test
    void aJobIsCancelledWhetherItWaitsOrRunsAndThenForgotten() throws Exception {
        JobProperties settings = settings(Map.of("max-running", "1"));
        Jobs jobs = jobs(settings);
        Semaphore reached = new Semaphore(0);
        Shouting slow =
                new Shouting() {
                    @Override
                    void before(JobRun run, String line) {
                        if (line.equals("b")) {
                            reached.release();
                            Awaitility.await().until(() -> !run.goesOn());
                        }
                    }
                };
        Job running = jobs.submit(submission("a\nb\nc"));
        Job waiting = jobs.submit(submission("a"));
        runner(settings, slow);
        reached.acquire();
        assertThat(jobs.forget(running.id())).isFalse();
        assertThat(jobs.cancel(waiting.id())).isTrue();
        assertThat(jobs.find(waiting.id()).orElseThrow().state()).isEqualTo(JobState.CANCELLED);
        assertThat(jobs.cancel(running.id())).isTrue();

        Job cancelled = awaitOver(jobs, running.id());
        assertThat(cancelled.state()).isEqualTo(JobState.CANCELLED);
        assertThat(result(jobs, cancelled)).startsWith("A\n").doesNotContain("C");
        assertThat(jobs.cancel(running.id())).isFalse();
        assertThat(jobs.forget(running.id())).isTrue();
        assertThat(jobs.find(running.id())).isEmpty();
        assertThat(pages(running.id())).isZero();
    }

    @Test
    void largeInputsAndResultsComeBackByteForByte() {
        JobProperties settings = settings(Map.of());
        Jobs jobs = jobs(settings);
        StringBuilder text = new StringBuilder();
        for (int i = 0; text.length() < 3 * JobPages.PAGE_BYTES + 1_000; i++) {
            text.append("line ").append(Integer.toHexString(i * 0x9e3779b9)).append('\n');
        }
        JobKind copying =
                new JobKind() {
                    @Override
                    public String name() {
                        return "shouting";
                    }

                    @Override
                    public void run(JobRun run) throws IOException {
                        run.append(
                                run.input(JobSubmission.LINES).readAllBytes(),
                                "all",
                                run.progress());
                        assertThatThrownBy(() -> run.input("other")).isInstanceOf(Problem.class);
                    }
                };
        Job submitted = jobs.submit(submission(text.toString()));
        runner(settings, copying);
        Job job = awaitOver(jobs, submitted.id());
        assertThat(job.state()).isEqualTo(JobState.COMPLETED);
        assertThat(result(jobs, job)).isEqualTo(text.toString());
        int from = JobPages.PAGE_BYTES + 17;
        assertThat(text(jobs.result(job.id(), from))).isEqualTo(text.substring(from));
    }

    @Test
    void whatIsBeyondTheBoundsIsRefusedAndNothingIsLeftOfIt() {
        assertRefused(Map.of("max-waiting", "1"), "a", ProblemCode.OVERLOADED, 1);
        assertRefused(Map.of("max-lines", "2"), "a\nb\n\n c", ProblemCode.PAYLOAD_TOO_LARGE, 0);
        assertRefused(Map.of("max-stored-size", "20B"), "a\nb", ProblemCode.STORAGE_FULL, 0);
        if (new Room(new JobTable(store().jdbc()), store().disk(), settings(Map.of()))
                .knowsTheDisk()) {
            assertRefused(Map.of("min-free-size", "9000TB"), "a", ProblemCode.STORAGE_FULL, 0);
        }
        JobProperties settings = settings(Map.of("max-result-size", "3B"));
        Jobs jobs = jobs(settings);
        Job submitted = jobs.submit(submission("a\nb\nc"));
        runner(settings, new Shouting());
        Job job = awaitOver(jobs, submitted.id());
        assertThat(job.problem().orElseThrow().code()).isEqualTo("payload-too-large");
    }

    private void assertRefused(
            Map<String, String> bounds, String lines, ProblemCode code, int before) {
        store().clear();
        Jobs jobs = jobs(settings(bounds));
        for (int i = 0; i < before; i++) {
            assertThat(jobs.submit(submission("a"))).isNotNull();
        }
        assertThatThrownBy(() -> jobs.submit(submission(lines)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
        assertThat(jobs.newest(null, null, null, 10)).hasSize(before);
        assertThat(count("select count(*) from job")).isEqualTo(before);
    }

    @Test
    void jobsArePagedByOwnerAndState() {
        Jobs jobs = jobs(settings(Map.of()));
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Optional<String> owner = Optional.of(i % 2 == 0 ? "anna" : "ben");
            ids.addFirst(jobs.submit(submission("a", owner)).id());
        }
        assertThat(jobs.newest(null, null, null, 2))
                .extracting(Job::id)
                .isEqualTo(ids.subList(0, 2));
        assertThat(jobs.newest(null, null, ids.get(1), 9))
                .extracting(Job::id)
                .isEqualTo(ids.subList(2, 5));
        assertThat(jobs.newest("ben", JobState.QUEUED, null, 9)).hasSize(2);
        assertThat(jobs.newest("ben", JobState.RUNNING, null, 9)).isEmpty();
    }

    @Test
    void oldJobsAreDeletedAndInputsThatNeverArrivedWhole() {
        JobProperties settings = settings(Map.of());
        Jobs jobs = jobs(settings);
        Job over = jobs.submit(submission("a"));
        Job waiting = jobs.submit(submission("b"));
        assertThat(jobs.cancel(over.id())).isTrue();
        new JobTable(store().jdbc()).receive(UUID.randomUUID(), submission("c"), now.get());
        JobRetention retention =
                new JobRetention(
                        jobs,
                        new JobTable(store().jdbc()),
                        Duration.ofDays(1),
                        Duration.ofMinutes(10),
                        now::get);
        retention.delete();
        assertThat(count("select count(*) from job")).isEqualTo(3);
        now.updateAndGet(time -> time.plus(Duration.ofMinutes(21)));
        retention.delete();
        assertThat(count("select count(*) from job")).isEqualTo(2);
        now.updateAndGet(time -> time.plus(Duration.ofDays(1)));
        retention.delete();
        assertThat(jobs.newest(null, null, null, 9))
                .extracting(Job::id)
                .containsExactly(waiting.id());
    }

    private Job awaitOver(Jobs jobs, UUID id) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> jobs.find(id).orElseThrow().state().isOver());
        return jobs.find(id).orElseThrow();
    }

    private static String result(Jobs jobs, Job job) {
        return text(jobs.result(job.id(), 0));
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JobSubmission submission(String lines) {
        return submission(lines, Optional.empty());
    }

    private JobSubmission submission(String lines, Optional<String> owner) {
        // Jobs are in the order of the clock.
        now.updateAndGet(time -> time.plusMillis(1));
        SequencedMap<String, InputStream> inputs = new LinkedHashMap<>();
        inputs.put(JobSubmission.LINES, new ByteArrayInputStream(lines.getBytes(UTF_8)));
        return new JobSubmission("shouting", owner, "{}", inputs);
    }

    private static JobProperties settings(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(Map.of("poll", "20ms"));
        all.putAll(more);
        return JobPropertiesTest.bind(all);
    }

    private Jobs jobs(JobProperties settings) {
        JobTable table = new JobTable(store().jdbc());
        return new Jobs(
                table,
                new JobPages(store().jdbc()),
                store().transaction(),
                new Room(table, store().disk(), settings),
                settings,
                now::get);
    }

    private JobRunner runner(JobProperties settings, JobKind kind) {
        JobTable table = new JobTable(store().jdbc());
        JobRunner runner =
                new JobRunner(
                        List.of(kind),
                        new RunningJob.Tables(
                                table,
                                new JobPages(store().jdbc()),
                                store().transaction(),
                                new Room(table, store().disk(), settings),
                                settings,
                                now::get),
                        new JobMetrics(new SimpleMeterRegistry(), table));
        runners.add(runner);
        runner.start();
        return runner;
    }

    private int pages(UUID job) {
        return count("select count(*) from job_page where job_id = ?", job);
    }

    private int count(String query, Object... values) {
        @Nullable Integer count = store().jdbc().queryForObject(query, Integer.class, values);
        return count == null ? -1 : count;
    }
}
