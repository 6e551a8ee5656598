package org.quirkwatch.verdictlog;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIf;

/// On a real PostgreSQL.
@EnabledIf(
        value = "org.quirkwatch.verdictlog.Store#hasEngine",
        disabledReason = "no container engine")
class PostgresqlStatisticsTest extends StatisticsContract {

    private static Store store;

    @BeforeAll
    static void open() {
        store = Store.postgresql();
    }

    @AfterAll
    static void close() {
        store.close();
    }

    @Override
    Store store() {
        return store;
    }
}
