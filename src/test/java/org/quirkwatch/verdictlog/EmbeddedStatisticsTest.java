package org.quirkwatch.verdictlog;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/// On the embedded database.
class EmbeddedStatisticsTest extends StatisticsContract {

    private static Store store;

    @BeforeAll
    static void open() {
        store = Store.embedded();
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
