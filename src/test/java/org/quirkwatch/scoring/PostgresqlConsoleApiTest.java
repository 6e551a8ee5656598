package org.quirkwatch.scoring;

import org.junit.jupiter.api.condition.EnabledIf;
import org.quirkwatch.verdictlog.Store;

/// On a real PostgreSQL.
@EnabledIf(
        value = "org.quirkwatch.verdictlog.Store#hasEngine",
        disabledReason = "no container engine")
class PostgresqlConsoleApiTest extends ConsoleApiContract {

    @Override
    Store open() {
        return Store.postgresql();
    }
}
