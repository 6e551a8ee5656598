package org.quirkwatch.review;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.quirkwatch.verdictlog.Store;

/// On the embedded database.
class EmbeddedReviewTest extends ReviewContract {

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
