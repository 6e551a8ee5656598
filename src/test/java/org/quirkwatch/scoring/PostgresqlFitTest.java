package org.quirkwatch.scoring;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.EnabledIf;
import org.quirkwatch.verdictlog.Store;

/// On a real PostgreSQL.
@EnabledIf(
        value = "org.quirkwatch.verdictlog.Store#hasEngine",
        disabledReason = "no container engine")
class PostgresqlFitTest extends FitContract {

    private @Nullable Store store;

    @Override
    void open() {
        store = Store.postgresql();
    }

    @Override
    Store store() {
        return Objects.requireNonNull(store);
    }
}
