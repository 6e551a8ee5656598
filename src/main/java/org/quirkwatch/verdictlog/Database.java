package org.quirkwatch.verdictlog;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.jdbc.core.JdbcOperations;

/// What all tables have in common: what failures are to those who ask over HTTP, and how what is
/// old is deleted.
public final class Database {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private Database() {}

    /// Deletes the rows before an id, the first ones first. The end of the step is asked for by
    /// itself: within one statement H2 reads every row before the id.
    ///
    /// @param table with ids that are UUIDs and an index of them
    /// @param column of the ids
    /// @param most how many at once
    /// @return how many there were
    public static int deleteBefore(
            JdbcOperations jdbc, String table, String column, UUID end, int most) {
        UUID before =
                jdbc
                        .query(
                                "select %1$s from %2$s where %1$s < ? order by %1$s offset ? rows fetch next 1 rows only"
                                        .formatted(column, table),
                                (row, number) -> row.getObject(1, UUID.class),
                                end,
                                most)
                        .stream()
                        .findFirst()
                        .orElse(end);
        return jdbc.update("delete from %s where %s < ?".formatted(table, column), before);
    }

    /// What a query gives.
    ///
    /// @throws Problem `log-unavailable` when the database is away or too slow, `storage-full` when
    ///   it says that its disk is full
    public static <T> T call(Supplier<T> query) {
        try {
            return query.get();
        } catch (RuntimeException e) {
            if (Failures.isDiskFull(e)) {
                throw Problem.retryAfter(
                        ProblemCode.STORAGE_FULL,
                        "the disk of the database is full",
                        Duration.ofSeconds(60));
            }
            if (!Failures.passes(e)) {
                throw e;
            }
            throw Problem.retryAfter(
                    ProblemCode.LOG_UNAVAILABLE,
                    "the database is away, or took too long to answer",
                    RETRY_AFTER);
        }
    }
}
