package org.quirkwatch.verdictlog;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.support.TransactionTemplate;

/// Counts each minute of the log once, when nobody writes into it any more, in short steps; of
/// several replicas one does it. Statistics sum the counts of those minutes, and read verdicts of
/// the last ones only. Thread-safe.
final class VerdictMinutes {

    private static final Logger LOG = LoggerFactory.getLogger(VerdictMinutes.class);

    /// How long after a minute's end a verdict of it may still be written: callers wait for the log
    /// for a minute at most as it is configured, and clocks of replicas differ by less.
    static final Duration GRACE = Duration.ofMinutes(5);

    private static final long STEP_MINUTES = 10;
    private static final long DELETED_MINUTES = 500;
    private static final long MINUTE_SECONDS = 60;

    private final JdbcOperations jdbc;
    private final TransactionTemplate transaction;
    private final Duration retention;
    private final InstantSource clock;

    /// @param retention age from which counts are deleted, as the verdicts are
    VerdictMinutes(
            JdbcOperations jdbc,
            TransactionTemplate transaction,
            Duration retention,
            InstantSource clock) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.retention = retention;
        this.clock = clock;
    }

    /// Minutes before this one, since 1970, are counted.
    static long counted(JdbcOperations jdbc) {
        return Objects.requireNonNull(
                jdbc.queryForObject(
                        "select at_minute from verdict_minute_mark where id = 1", Long.class));
    }

    @Scheduled(initialDelay = 30, fixedDelay = 60, timeUnit = TimeUnit.SECONDS)
    void count() {
        try {
            boolean more = true;
            while (more) {
                more = Boolean.TRUE.equals(transaction.execute(status -> step()));
            }
            deleteOld();
        } catch (RuntimeException e) {
            LOG.warn("verdicts could not be counted: {}", Failures.rootMessage(e));
        }
    }

    /// Counts some minutes.
    ///
    /// @return whether there are more
    private boolean step() {
        // Locks the row: another replica waits, and then finds it done.
        long from =
                Objects.requireNonNull(
                        jdbc.queryForObject(
                                "select at_minute from verdict_minute_mark where id = 1 for update",
                                Long.class));
        long end = Math.floorDiv(clock.instant().minus(GRACE).getEpochSecond(), MINUTE_SECONDS);
        if (from >= end) {
            return false;
        }
        // Over minutes without verdicts at one go.
        List<UUID> next =
                jdbc.query(
                        "select verdict_id from verdict where verdict_id >= ? order by verdict_id"
                                + " limit 1",
                        (row, number) -> row.getObject(1, UUID.class),
                        first(from));
        long begin = next.isEmpty() ? end : Math.min(end, minute(next.getFirst()));
        long to = Math.min(end, begin + STEP_MINUTES);
        if (begin < to) {
            write(begin, to);
        }
        jdbc.update("update verdict_minute_mark set at_minute = ? where id = 1", to);
        return to < end;
    }

    private void write(long from, long to) {
        jdbc.update(
                "insert into verdict_minute (at_minute, detector, detector_digest, policy,"
                        + " policy_version, verdicts, scored, flagged, newest)"
                        + " select cast(floor(extract(epoch from judged_at) / 60) as bigint),"
                        + " max(detector), detector_digest, policy, policy_version, "
                        + VerdictStatistics.COUNTS
                        + " from verdict where verdict_id >= ? and verdict_id < ?"
                        + " group by 1, detector_digest, policy, policy_version",
                first(from),
                first(to));
    }

    private void deleteOld() {
        long before =
                Math.floorDiv(clock.instant().minus(retention).getEpochSecond(), MINUTE_SECONDS);
        Long first = first(before, jdbc);
        while (first != null) {
            jdbc.update(
                    "delete from verdict_minute where at_minute < ?",
                    Math.min(before, first + DELETED_MINUTES));
            first = first(before, jdbc);
        }
    }

    private static @Nullable Long first(long before, JdbcOperations jdbc) {
        return jdbc.queryForObject(
                "select min(at_minute) from verdict_minute where at_minute < ?",
                Long.class,
                before);
    }

    /// The first id that a verdict of a minute may have.
    static UUID first(long minute) {
        return TimeOrderedIds.first(Instant.ofEpochSecond(minute * MINUTE_SECONDS));
    }

    private static long minute(UUID id) {
        return TimeOrderedIds.moment(id).getEpochSecond() / MINUTE_SECONDS;
    }
}
