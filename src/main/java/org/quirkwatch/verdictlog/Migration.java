package org.quirkwatch.verdictlog;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.output.ValidateResult;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Brings the tables up to date before anything is served, wholly or not at all. PostgreSQL undoes
/// a migration that fails; of the embedded database, where each statement stays, the file as it was
/// is put back ([BeforeMigration]).
public final class Migration {

    private static final Pattern SCRIPT = Pattern.compile("V\\d+__\\w+\\.sql");

    // A table that is there already: PostgreSQL's state, and H2's.
    private static final String POSTGRESQL_TABLE = "42P07";
    private static final String H2_TABLE = "42S01";

    private final Flyway flyway;
    private final Storage storage;

    private Migration(Flyway flyway, Storage storage) {
        this.flyway = flyway;
        this.storage = storage;
    }

    /// Makes the tables, or updates them.
    ///
    /// @param flyway with the connection that is meant to migrate
    /// @param storage where they are
    /// @throws Problem `log-unavailable` when the database cannot be reached, is in use, or its
    ///   tables are none that this program can go on with: which, why, and what to do
    public static void run(Flyway flyway, Storage storage) {
        new Migration(flyway, storage).run();
    }

    private void run() {
        try (BeforeMigration before = BeforeMigration.of(storage)) {
            // The first to open it: fails where another process has it.
            MigrationInfo[] known = flyway.info().all();
            if (before.restoreInterrupted()) {
                known = flyway.info().all();
            }
            requireUsable(known);
            requireSame();
            boolean pending =
                    Arrays.stream(known).anyMatch(one -> one.getState() == MigrationState.PENDING);
            if (pending) {
                migrate(before);
            }
        } catch (FlywayException e) {
            throw unreachable(e);
        } catch (IOException e) {
            throw problem(
                    "the file before the migration could not be kept or put back (%s); make room and see that the folder can be written, then start again"
                            .formatted(Failures.rootMessage(e)),
                    e);
        }
    }

    private void migrate(BeforeMigration before) throws IOException {
        before.keep();
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            if (storage.locked(e)) {
                // Another process has opened the file meanwhile: nothing was begun, and what that
                // one writes must not be replaced at the next start.
                before.forget();
            } else {
                before.restore();
            }
            throw failed(e);
        }
        before.forget();
    }

    /// Refuses what only a newer program knows, and what a failure left.
    private void requireUsable(MigrationInfo[] known) {
        String newest =
                Arrays.stream(known)
                        .filter(one -> one.getState().isResolved())
                        .map(one -> String.valueOf(one.getVersion()))
                        .reduce("none", (first, second) -> second);
        for (MigrationInfo one : known) {
            switch (one.getState()) {
                case FUTURE_SUCCESS, FUTURE_FAILED ->
                        throw problem(
                                "its tables are of version %s (%s), and this program knows no more than version %s: start the program that made them or a newer one, or restore a backup from before"
                                        .formatted(one.getVersion(), one.getDescription(), newest),
                                null);
                case FAILED ->
                        throw problem(
                                "the migration %s failed at an earlier start and may have been done in part: restore a backup from before, or undo what it did and delete its row of version %s in flyway_schema_history, then start again"
                                        .formatted(one.getScript(), one.getVersion()),
                                null);
                default -> {}
            }
        }
    }

    /// Whether what was applied is what this program would apply.
    private void requireSame() {
        ValidateResult result =
                Flyway.configure()
                        .configuration(flyway.getConfiguration())
                        .ignoreMigrationPatterns("*:pending")
                        .load()
                        .validateWithResult();
        if (!result.validationSuccessful) {
            throw problem(
                    "what was applied as %s is not what this program has, the tables are of another build: start that one, or restore a backup"
                            .formatted(
                                    result.invalidMigrations.stream()
                                            .map(one ->
                                                    "version %s (%s)"
                                                            .formatted(
                                                                    one.version, one.description))
                                            .collect(Collectors.joining(", "))),
                    null);
        }
    }

    private Problem failed(FlywayException e) {
        Optional<SQLException> sql = sql(e);
        String state = sql.map(SQLException::getSQLState).orElse("");
        String reason = Failures.rootMessage(e);
        String script = script(e);
        if (storage.locked(e)) {
            return inUse(e);
        }
        if (Failures.isDiskFull(e) || Failures.isEmbeddedBroken(e)) {
            return problem(
                    "the migration %s could not be written (%s), and the tables are as they were: make room, then start again"
                            .formatted(script, reason),
                    e);
        }
        if (POSTGRESQL_TABLE.equals(state) || H2_TABLE.equals(state)) {
            return problem(
                    "the migration %s would make a table that is there already (%s), and the tables are as they were: give the service a database of its own, or rename that table, then start again"
                            .formatted(script, reason),
                    e);
        }
        if (sql.isPresent()) {
            return problem(
                    "the migration %s failed (%s), and the tables are as they were: mend that, then start again"
                            .formatted(script, reason),
                    e);
        }
        if (reason.contains("non-empty schema")) {
            return problem(
                    "the database holds tables that this service did not make: give it a database or a schema of its own",
                    e);
        }
        return problem(
                "the tables could not be brought up to date (%s), and are as they were"
                        .formatted(reason),
                e);
    }

    private Problem unreachable(FlywayException e) {
        return storage.locked(e)
                ? inUse(e)
                : problem(
                        "it cannot be opened (%s): see that it runs and that spring.datasource.url, .username and .password are right, then start again"
                                .formatted(
                                        sql(e).map(Throwable::getMessage)
                                                .orElseGet(() -> Failures.rootMessage(e))
                                                .lines()
                                                .findFirst()
                                                .orElse("")),
                        e);
    }

    private Problem inUse(FlywayException e) {
        return new Problem(
                ProblemCode.LOG_UNAVAILABLE,
                "the verdict log, %s, is in use by another process: give each service a quirkwatch.data of its own, or all of them one PostgreSQL"
                        .formatted(storage.shown()),
                e);
    }

    private Problem problem(String why, @Nullable Exception cause) {
        return new Problem(
                ProblemCode.LOG_UNAVAILABLE,
                "nothing is served, the verdict log in %s is not usable: %s"
                        .formatted(storage.shown(), why),
                cause);
    }

    /// The driver's own: a pool's lies above it.
    private static Optional<SQLException> sql(Throwable e) {
        Optional<SQLException> deepest = Optional.empty();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                deepest = Optional.of(sql);
            }
        }
        return deepest;
    }

    private static String script(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            Matcher matcher = SCRIPT.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find()) {
                return matcher.group();
            }
        }
        return "of the tables";
    }
}
