package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.DriverManager;
import java.util.Objects;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.quirkwatch.problem.Problem;
import org.testcontainers.postgresql.PostgreSQLContainer;

/// On PostgreSQL in a container, a database for each test.
@EnabledIf("org.quirkwatch.verdictlog.Store#hasEngine")
@Timeout(180)
class PostgresqlMigrationTest extends MigrationContract {

    private static @Nullable PostgreSQLContainer container;
    private static int databases;

    @BeforeAll
    static void start() {
        container = Store.container();
        container.start();
    }

    @AfterAll
    static void stop() {
        server().stop();
    }

    @Override
    Storage empty() throws Exception {
        String name = "migration" + databases++;
        try (var connection =
                        DriverManager.getConnection(server().getJdbcUrl(), user(), password());
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        String url = server().getJdbcUrl();
        int from = url.indexOf('/', "jdbc:postgresql://".length()) + 1;
        int to = url.indexOf('?');
        return Storage.of(url.substring(0, from) + name + (to < 0 ? "" : url.substring(to)), "");
    }

    @Override
    String user() {
        return server().getUsername();
    }

    @Override
    String password() {
        return server().getPassword();
    }

    @Test
    void aServerThatIsNotThereOrDoesNotKnowThePasswordIsSaidWithoutTheSecret() {
        Storage nowhere = Storage.of("jdbc:postgresql://127.0.0.1:1/none", "");
        assertThatThrownBy(() ->
                        Migration.run(
                                Flyway.configure()
                                        .dataSource(nowhere.url(), "somebody", "very-secret")
                                        .load(),
                                nowhere))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("127.0.0.1:1 refused")
                .hasMessageContaining("see that it runs");
        assertThatThrownBy(() ->
                        Migration.run(
                                Flyway.configure()
                                        .dataSource(storage().url(), user(), "very-secret")
                                        .load(),
                                storage()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("very-secret");
    }

    private static PostgreSQLContainer server() {
        return Objects.requireNonNull(container);
    }
}
