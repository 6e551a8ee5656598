package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.h2.tools.Shell;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.problem.Problem;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/// On the embedded database.
class EmbeddedMigrationTest extends MigrationContract {

    @TempDir private Path folder;

    @Override
    Storage empty() {
        return Storage.of(null, folder.toString());
    }

    @Override
    String user() {
        return "sa";
    }

    @Override
    String password() {
        return "";
    }

    @Test
    void aMigrationThatWasKilledBeginsAnewWithTheFileFromBefore() throws Exception {
        upTo("3");
        try (BeforeMigration before = BeforeMigration.of(storage())) {
            before.keep();
        }
        // As far as the killed one had come.
        execute("create table job (half integer)");
        migrate();
        assertThat(tables()).contains("job", "job_page");
        execute("select job_id, run_id from job");
        assertThat(copy()).doesNotExist();
    }

    @Test
    void nothingIsLeftBesideTheFileButWhatSaysWhoseTurnItIs() throws Exception {
        migrate();
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("quirkwatch.mv.db", "quirkwatch.mv.db.turn");
        }
    }

    @Test
    void anotherThatMigratesTheSameFileIsWaitedForByNobody() throws Exception {
        try (BeforeMigration other = BeforeMigration.of(storage())) {
            assertThat(other).isNotNull();
            assertThatThrownBy(this::migrate)
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("in use by another process");
        }
        migrate();
    }

    @Test
    void whatAnotherWritesThatOpensTheFileInBetweenIsNotReplacedAtTheNextStart() throws Exception {
        upTo("3");
        try (OpenedInBetween other = new OpenedInBetween()) {
            Flyway flyway = Flyway.configure().dataSource(other).load();
            assertThatThrownBy(() -> Migration.run(flyway, storage()))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("in use by another process");
        }
        assertThat(copy()).doesNotExist();
        execute("create table theirs (id integer)");
        migrate();
        assertThat(tables()).contains("theirs", "job");
    }

    /// Another process opens the file as soon as the copy is made, and keeps it open.
    private final class OpenedInBetween extends DriverManagerDataSource implements AutoCloseable {

        private @Nullable Process other;

        OpenedInBetween() {
            super(storage().url(), user(), password());
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (other == null && Files.exists(copy())) {
                try {
                    other = open();
                } catch (IOException e) {
                    throw new IllegalStateException("the other process did not start", e);
                }
            }
            return super.getConnection();
        }

        private Process open() throws IOException {
            Process shell =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    Path.of(
                                                    URI.create(
                                                            Shell.class
                                                                    .getProtectionDomain()
                                                                    .getCodeSource()
                                                                    .getLocation()
                                                                    .toString()))
                                            .toString(),
                                    Shell.class.getName(),
                                    "-url",
                                    storage().url(),
                                    "-user",
                                    user())
                            .redirectErrorStream(true)
                            .start();
            StringBuilder said = new StringBuilder();
            while (said.indexOf("sql>") < 0) {
                int character = shell.getInputStream().read();
                assertThat(character).as(said.toString()).isNotNegative();
                said.append((char) character);
            }
            return shell;
        }

        @Override
        public void close() {
            Process shell =
                    Objects.requireNonNull(other, "nobody asked for a connection after the copy");
            shell.destroy();
            shell.onExit().orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    private Path copy() {
        Path file = Objects.requireNonNull(storage().file());
        return file.resolveSibling(file.getFileName() + ".before-migration");
    }
}
