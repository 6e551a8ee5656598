package org.quirkwatch.job;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/// The table of jobs. Every change names the state, or the run, that it leads from, so that of two
/// replicas one succeeds. Thread-safe; takes part in the transaction of its thread.
final class JobTable {

    private static final String COLUMNS =
            "select job_id, kind, owner, state, submitted_at, started_at, ended_at, parameters, done, total,"
                    + " progress, rate, checkpoint, problem_code, problem_detail, result_bytes, result_pages,"
                    + " attempts, cancelling, revision from job";

    private final JdbcOperations jdbc;

    JobTable(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /// A job that waits, or whose runner is silent.
    ///
    /// @param attempts runs since the last checkpoint, before this one
    record Free(UUID id, String kind, int attempts) {}

    /// A job whose input is about to arrive.
    void receive(UUID id, JobSubmission submission, Instant now) {
        jdbc.update(
                "insert into job (job_id, kind, owner, state, submitted_at, parameters, done, progress,"
                        + " result_bytes, result_pages, stored_bytes, attempts, cancelling, revision)"
                        + " values (?, ?, ?, 'receiving', ?, ?, 0, ?, 0, 0, 0, 0, false, 0)",
                id,
                submission.kind(),
                submission.owner().orElse(null),
                time(now),
                submission.parameters(),
                JobJson.progress(JobProgress.NONE));
    }

    /// Its input is there: it waits for its turn.
    ///
    /// @param total empty where it is not known
    boolean queue(UUID id, OptionalLong total) {
        return jdbc.update(
                        "update job set state = 'queued', total = ?, revision = revision + 1"
                                + " where job_id = ? and state = 'receiving'",
                        total.isPresent() ? total.getAsLong() : null,
                        id)
                > 0;
    }

    /// Jobs that somebody may take, the oldest first.
    List<Free> free(Collection<String> kinds, Instant now, int most) {
        if (kinds.isEmpty()) {
            return List.of();
        }
        List<Object> values = new ArrayList<>(kinds);
        values.add(time(now));
        values.add(most);
        return jdbc.query(
                "select job_id, kind, attempts from job where kind in ("
                        + String.join(",", Collections.nCopies(kinds.size(), "?"))
                        + ") and (state = 'queued' or (state = 'running' and lease_until < ?))"
                        + " order by job_id limit ?",
                (row, number) ->
                        new Free(row.getObject(1, UUID.class), row.getString(2), row.getInt(3)),
                values.toArray());
    }

    /// Takes a job that is still free.
    boolean claim(UUID id, UUID run, Instant now, Instant leaseUntil) {
        return jdbc.update(
                        "update job set state = 'running', run_id = ?, lease_until = ?,"
                                + " started_at = coalesce(started_at, ?), rate = null,"
                                + " attempts = attempts + 1, revision = revision + 1 where job_id = ?"
                                + " and (state = 'queued' or (state = 'running' and lease_until < ?))",
                        run,
                        time(leaseUntil),
                        time(now),
                        id,
                        time(now))
                > 0;
    }

    /// Says that a run is alive.
    ///
    /// @return false when the job is no longer its own
    boolean beat(UUID id, UUID run, Instant leaseUntil) {
        return jdbc.update(
                        "update job set lease_until = ? where job_id = ? and run_id = ? and state = 'running'",
                        time(leaseUntil),
                        id,
                        run)
                > 0;
    }

    /// Says how far a run is.
    ///
    /// @return false when the job is no longer its own
    boolean tell(UUID id, UUID run, JobProgress progress, OptionalDouble rate) {
        return jdbc.update(
                        "update job set done = ?, total = ?, progress = ?, rate = ?, revision = revision + 1"
                                + " where job_id = ? and run_id = ? and state = 'running'",
                        progress.done(),
                        total(progress),
                        JobJson.progress(progress),
                        rate.isPresent() ? rate.getAsDouble() : null,
                        id,
                        run)
                > 0;
    }

    /// Writes a checkpoint.
    ///
    /// @return false when the job is no longer its own
    boolean append(UUID id, UUID run, Written written) {
        return jdbc.update(
                        "update job set done = ?, total = ?, progress = ?, rate = ?, checkpoint = ?,"
                                + " result_bytes = ?, result_pages = ?, stored_bytes = stored_bytes + ?,"
                                + " attempts = 1, revision = revision + 1"
                                + " where job_id = ? and run_id = ? and state = 'running'",
                        written.progress().done(),
                        total(written.progress()),
                        JobJson.progress(written.progress()),
                        written.rate().isPresent() ? written.rate().getAsDouble() : null,
                        written.checkpoint(),
                        written.resultBytes(),
                        written.resultPages(),
                        written.moreStored(),
                        id,
                        run)
                > 0;
    }

    /// What a checkpoint changes.
    ///
    /// @param resultBytes of the whole result, after this
    /// @param resultPages of the whole result, after this
    /// @param moreStored bytes that are kept for it beside those before
    record Written(
            JobProgress progress,
            OptionalDouble rate,
            String checkpoint,
            long resultBytes,
            int resultPages,
            long moreStored) {}

    /// Gives a job back, for another run.
    boolean release(UUID id, UUID run) {
        return jdbc.update(
                        "update job set state = 'queued', run_id = null, lease_until = null, rate = null,"
                                + " attempts = attempts - 1, revision = revision + 1"
                                + " where job_id = ? and run_id = ? and state = 'running'",
                        id,
                        run)
                > 0;
    }

    /// Ends a run's job.
    ///
    /// @param state completed, failed or cancelled
    boolean end(UUID id, UUID run, JobState state, Job.@Nullable Failure problem, Instant now) {
        return jdbc.update(
                        "update job set state = ?, problem_code = ?, problem_detail = ?, ended_at = ?,"
                                + " run_id = null, lease_until = null, rate = null, revision = revision + 1"
                                + " where job_id = ? and run_id = ? and state = 'running'",
                        state.text(),
                        problem == null ? null : problem.code(),
                        problem == null ? null : problem.detail(),
                        time(now),
                        id,
                        run)
                > 0;
    }

    /// Ends a job that nobody runs.
    boolean cancelWaiting(UUID id, Instant now) {
        return jdbc.update(
                        "update job set state = 'cancelled', cancelling = true, ended_at = ?, revision = revision + 1"
                                + " where job_id = ? and state = 'queued'",
                        time(now),
                        id)
                > 0;
    }

    /// Asks the run of a job to end.
    boolean cancelRunning(UUID id) {
        return jdbc.update(
                        "update job set cancelling = true, revision = revision + 1"
                                + " where job_id = ? and state = 'running'",
                        id)
                > 0;
    }

    /// Deletes a job that is over, or was never taken in, and its pages.
    boolean forget(UUID id) {
        return jdbc.update(
                        "delete from job where job_id = ?"
                                + " and state in ('receiving', 'completed', 'failed', 'cancelled')",
                        id)
                > 0;
    }

    /// Jobs that may be deleted, the oldest first.
    List<UUID> endedBefore(Instant ended, Instant received, int most) {
        return jdbc.query(
                "select job_id from job where ended_at < ? or (state = 'receiving' and submitted_at < ?)"
                        + " order by job_id limit ?",
                (row, number) -> row.getObject(1, UUID.class),
                time(ended),
                time(received),
                most);
    }

    Optional<Job> find(UUID id) {
        return jdbc
                .query(COLUMNS + " where job_id = ? and state <> 'receiving'", JobTable::row, id)
                .stream()
                .findFirst();
    }

    /// Jobs, the newest first.
    ///
    /// @param owner null for everybody's
    /// @param state null for all
    /// @param before only those before a job, null for the first page
    List<Job> newest(
            @Nullable String owner, @Nullable JobState state, @Nullable UUID before, int most) {
        List<String> conditions = new ArrayList<>(List.of("state <> 'receiving'"));
        List<Object> values = new ArrayList<>();
        if (owner != null) {
            conditions.add("owner = ?");
            values.add(owner);
        }
        if (state != null) {
            conditions.add("state = ?");
            values.add(state.text());
        }
        if (before != null) {
            conditions.add("job_id < ?");
            values.add(before);
        }
        values.add(most);
        return jdbc.query(
                COLUMNS
                        + " where "
                        + String.join(" and ", conditions)
                        + " order by job_id desc limit ?",
                JobTable::row,
                values.toArray());
    }

    /// How many are in a state.
    long count(JobState state) {
        Long count =
                jdbc.queryForObject(
                        "select count(*) from job where state = ?", Long.class, state.text());
        return count == null ? 0 : count;
    }

    /// How many are in each state.
    Map<JobState, Long> counts() {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        jdbc.query(
                "select state, count(*) from job group by state",
                row -> {
                    counts.put(JobState.of(row.getString(1)), row.getLong(2));
                });
        return counts;
    }

    /// Bytes of all pages, as they are kept.
    long storedBytes() {
        Long bytes =
                jdbc.queryForObject("select coalesce(sum(stored_bytes), 0) from job", Long.class);
        return bytes == null ? 0 : bytes;
    }

    void addStored(UUID id, long bytes) {
        jdbc.update("update job set stored_bytes = stored_bytes + ? where job_id = ?", bytes, id);
    }

    private static @Nullable Long total(JobProgress progress) {
        return progress.total().isPresent() ? progress.total().getAsLong() : null;
    }

    private static Job row(ResultSet row, int number) throws SQLException {
        long total = row.getLong("total");
        OptionalLong known = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(total);
        double rate = row.getDouble("rate");
        OptionalDouble lately = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(rate);
        String code = row.getString("problem_code");
        return new Job(
                row.getObject("job_id", UUID.class),
                row.getString("kind"),
                Optional.ofNullable(row.getString("owner")),
                JobState.of(row.getString("state")),
                row.getObject("submitted_at", OffsetDateTime.class).toInstant(),
                moment(row, "started_at"),
                moment(row, "ended_at"),
                row.getString("parameters"),
                JobJson.progress(row.getLong("done"), known, row.getString("progress")),
                lately,
                Optional.ofNullable(row.getString("checkpoint")),
                code == null
                        ? Optional.empty()
                        : Optional.of(new Job.Failure(code, row.getString("problem_detail"))),
                row.getLong("result_bytes"),
                row.getInt("result_pages"),
                row.getInt("attempts"),
                row.getBoolean("cancelling"),
                row.getLong("revision"));
    }

    private static Optional<Instant> moment(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
                .map(OffsetDateTime::toInstant);
    }

    private static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
