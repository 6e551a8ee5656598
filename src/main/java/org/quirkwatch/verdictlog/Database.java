package org.quirkwatch.verdictlog;

import java.time.Duration;
import java.util.function.Supplier;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What the database's failures are to those who ask over HTTP.
public final class Database {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private Database() {}

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
