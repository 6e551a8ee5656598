package org.quirkwatch.verdictlog;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Where the tables are.
///
/// @param url JDBC
/// @param embedded whether it is the database within this process, whose file is its own
/// @param shown what to call it in messages
public record Storage(String url, boolean embedded, String shown) {

    private static final String POSTGRESQL = "jdbc:postgresql:";
    private static final String FILE = "quirkwatch";
    // What names a file of H2's, with two ways to reach it.
    private static final List<String> FILES = List.of("jdbc:h2:async:", "jdbc:h2:file:");

    /// Where the settings say.
    ///
    /// @param url `spring.datasource.url`; null for the embedded database
    /// @param data directory of the embedded database, made where it is missing
    /// @throws Problem `invalid-file` when the directory cannot be made or written
    public static Storage of(@Nullable String url, String data) {
        if (url != null && !url.isBlank()) {
            return new Storage(
                    url,
                    url.startsWith("jdbc:h2:"),
                    url.startsWith(POSTGRESQL) ? "PostgreSQL" : "the database");
        }
        Path directory = Path.of(data).toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw unusable(data, e);
        }
        if (!Files.isWritable(directory)) {
            throw unusable(data, null);
        }
        // WRITE_DELAY: a commit is in the file when it returns. No other port or process: the file
        // is locked. H2's ordinary way to a file closes it for everybody when a thread is
        // interrupted while it reads or writes; an asynchronous channel stays open.
        String embedded =
                "jdbc:h2:async:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE"
                        .formatted(directory.resolve(FILE));
        return new Storage(embedded, true, FILE + ".mv.db in quirkwatch.data (" + data + ")");
    }

    private static Problem unusable(String data, @Nullable IOException cause) {
        return new Problem(
                ProblemCode.INVALID_FILE,
                ("the verdict log needs a directory that can be written, quirkwatch.data is \"%s\";"
                                + " name another, or switch the log off with"
                                + " quirkwatch.verdict-log.enabled=false")
                        .formatted(data),
                cause);
    }

    /// The directory of an embedded database's file; null for another database.
    @Nullable Path directory() {
        Path file = file();
        return file == null ? null : file.getParent();
    }

    /// The file of an embedded database; null for another database.
    @Nullable Path file() {
        Optional<String> prefix = FILES.stream().filter(url::startsWith).findFirst();
        if (prefix.isEmpty()) {
            return null;
        }
        int end = url.indexOf(';');
        String name = url.substring(prefix.get().length(), end < 0 ? url.length() : end);
        return Path.of(name + ".mv.db").toAbsolutePath();
    }

    /// Bounds the waiting for a database that hangs.
    void bound(HikariDataSource source) {
        if (url.startsWith(POSTGRESQL)) {
            source.addDataSourceProperty("connectTimeout", "3");
            source.addDataSourceProperty("socketTimeout", "10");
            source.addDataSourceProperty("tcpKeepAlive", "true");
        }
    }

    /// How the tables are brought up to date. A file's by a connection of its own, before any other
    /// is opened: H2 keeps the session that made a check constraint within it, and the constraint
    /// fails when that connection is closed while others are open, as a pool does after a while.
    /// Opened anew, the file's constraints belong to nobody's connection.
    Flyway migrating(Flyway pooled) {
        return file() != null
                ? Flyway.configure()
                        .configuration(pooled.getConfiguration())
                        .dataSource(url, "sa", "")
                        .load()
                : pooled;
    }

    /// Whether another process has the file of the embedded database.
    public boolean locked(Exception cause) {
        String reason = Failures.rootMessage(cause);
        return embedded && (reason.contains("is locked") || reason.contains("already in use"));
    }
}
