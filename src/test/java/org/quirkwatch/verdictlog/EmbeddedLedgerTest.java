package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// On the embedded database.
class EmbeddedLedgerTest extends LedgerContract {

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

    @Test
    void aThreadThatIsInterruptedWhileItWritesClosesNoFile() {
        // Between the rows and the commit.
        store.write(
                List.of(Records.unkeyed("interrupted", 0.5)),
                event -> Thread.currentThread().interrupt());
        // Whoever was interrupted still knows.
        assertThat(Thread.interrupted()).isTrue();

        store.write(List.of(Records.unkeyed("after", 0.5)), event -> {});
        assertThat(store.jdbc().queryForObject("select count(*) from verdict", Integer.class))
                .isEqualTo(2);
    }
}
