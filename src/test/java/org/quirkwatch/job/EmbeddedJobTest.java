package org.quirkwatch.job;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.quirkwatch.verdictlog.Store;

/// On the embedded database.
class EmbeddedJobTest extends JobContract {

    private static @Nullable Store store;

    @BeforeAll
    static void open() {
        store = Store.embedded();
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
