package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.problem.Problem;

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
            // But for what H2 writes for itself when one of its assertions, which tests switch on,
            // does not hold while it makes its file smaller at the end.
            assertThat(files.map(file -> file.getFileName().toString()))
                    .filteredOn(name -> !name.endsWith(".trace.db"))
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

    private Path copy() {
        Path file = Objects.requireNonNull(storage().file());
        return file.resolveSibling(file.getFileName() + ".before-migration");
    }
}
