package org.quirkwatch.job;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.quirkwatch.verdictlog.Store;

/// On a real PostgreSQL.
@EnabledIf(
        value = "org.quirkwatch.verdictlog.Store#hasEngine",
        disabledReason = "no container engine")
class PostgresqlJobTest extends JobContract {

    private static @Nullable Store store;

    @BeforeAll
    static void open() {
        store = Store.postgresql();
    }

    @AfterAll
    static void close() {
        Objects.requireNonNull(store).close();
    }

    @Override
    Store store() {
        return Objects.requireNonNull(store);
    }
}
