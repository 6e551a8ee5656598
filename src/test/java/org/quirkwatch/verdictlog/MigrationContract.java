package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quirkwatch.problem.Problem;

/// What a start says of tables that it cannot use, on any database. None of it changes them.
abstract class MigrationContract {

    private Storage storage = new Storage("", false, "");

    /// A database without tables, that no other test has.
    abstract Storage empty() throws Exception;

    abstract String user();

    abstract String password();

    @BeforeEach
    void open() throws Exception {
        storage = empty();
    }

    @Test
    void makesTheTablesOfAnEmptyDatabaseAndLeavesThemAtTheNextStart() throws Exception {
        migrate();
        List<String> made = tables();
        assertThat(made).contains("verdict", "review", "job", "api_key", "detector_activation");
        migrate();
        assertThat(tables()).isEqualTo(made);
    }

    @Test
    void aMigrationThatFailsIsUndoneAsAWholeAndGoesOnWhenTheCauseIsGone() throws Exception {
        upTo("3");
        // The last of the tables of version 4, so that those before it had been made.
        execute("create table job_page (mine integer)");
        execute("insert into job_page values (7)");
        List<String> before = tables();

        assertThatThrownBy(this::migrate)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("V4__jobs.sql")
                .hasMessageContaining("is there already")
                .hasMessageContaining("job_page")
                .hasMessageContaining("rename that table");
        assertThat(tables()).isEqualTo(before).doesNotContain("job");
        assertThat(count("select mine from job_page")).isEqualTo(7);
        assertThat(
                        count(
                                "select count(*) from \"flyway_schema_history\" where"
                                        + " \"installed_rank\" > 0"))
                .isEqualTo(3);

        execute("alter table job_page rename to mine");
        migrate();
        assertThat(tables()).contains("job", "job_page", "mine");
    }

    @Test
    void tablesOfANewerProgramAreLeftToIt() throws Exception {
        migrate();
        execute(
                "insert into \"flyway_schema_history\" (\"installed_rank\", \"version\", \"description\","
                        + " \"type\", \"script\", \"checksum\", \"installed_by\", \"execution_time\", \"success\")"
                        + " values (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'somebody', 1, true)");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("version 99 (later)")
                .hasMessageContaining("no more than version ")
                .hasMessageContaining("restore a backup");
    }

    @Test
    void aMigrationThatFailedBeforeIsNamedWithWhatToDo() throws Exception {
        migrate();
        execute("update \"flyway_schema_history\" set \"success\" = false where \"version\" = '4'");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("V4__jobs.sql failed at an earlier start")
                .hasMessageContaining("restore a backup")
                .hasMessageContaining("version 4");
    }

    @Test
    void tablesOfAnotherBuildAreNamedByTheirVersion() throws Exception {
        migrate();
        execute("update \"flyway_schema_history\" set \"checksum\" = 1 where \"version\" = '2'");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("version 2")
                .hasMessageContaining("another build");
    }

    @Test
    void aDatabaseThatIsSomebodyElsesIsNotTouched() throws Exception {
        execute("create table theirs (id integer)");
        assertThatThrownBy(this::migrate)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("tables that this service did not make")
                .hasMessageContaining("a database or a schema of its own");
        assertThat(tables()).containsExactly("theirs");
    }

    Storage storage() {
        return storage;
    }

    void migrate() {
        Migration.run(flyway(), storage);
    }

    Flyway flyway() {
        return Flyway.configure().dataSource(storage.url(), user(), password()).load();
    }

    void upTo(String version) {
        Flyway.configure()
                .dataSource(storage.url(), user(), password())
                .target(version)
                .load()
                .migrate();
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }

    List<String> tables() throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Connection connection = connection();
                var rows = connection.getMetaData().getTables(null, "public", "%", null)) {
            while (rows.next()) {
                String kind = rows.getString("TABLE_TYPE");
                String name = rows.getString("TABLE_NAME");
                if (kind.endsWith("TABLE") && !name.startsWith("flyway")) {
                    tables.add(name);
                }
            }
        }
        tables.sort(null);
        return tables;
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection(storage.url(), user(), password());
    }
}
