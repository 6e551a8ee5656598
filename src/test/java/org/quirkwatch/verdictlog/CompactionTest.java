package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CompactionTest {

    private static final int COMMITS = 2_500;

    private Store store;
    private final AtomicBoolean full = new AtomicBoolean();
    private Compaction compaction;

    @BeforeEach
    void open() {
        store = Store.embedded();
        // What is not used any more may be written over at once.
        store.jdbc().execute("set retention_time 0");
        compaction =
                new Compaction(
                        store.jdbc(),
                        store.storage(),
                        () -> full.get() ? Optional.of("full") : Optional.empty());
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void theFileStaysSmallWhereEachCommitIsOfFewVerdicts() throws Exception {
        write();
        long without = size();
        try (Store other = Store.embedded()) {
            other.jdbc().execute("set retention_time 0");
            Compaction beside = new Compaction(other.jdbc(), other.storage(), Optional::empty);
            for (int i = 0; i < COMMITS; i++) {
                other.write(List.of(Records.keyed("k" + i, "payload", 0.5)), event -> {});
                if (i % 20 == 0) {
                    beside.step();
                }
            }
            long with = Files.size(Path.of(Store.directory(other), "quirkwatch.mv.db"));
            assertThat(with).isLessThan(without / 2);
            assertThat(count(other)).isEqualTo(COMMITS);
        }
    }

    @Test
    void whatIsMovedIsThereAndTheStepsEnd() {
        write();
        int steps = 0;
        while (compaction.step()) {
            steps++;
        }
        assertThat(steps).isPositive();
        assertThat(count(store)).isEqualTo(COMMITS);
        assertThat(store.jdbc().queryForList("select signal_id from verdict", String.class))
                .doesNotHaveDuplicates()
                .contains("s-k0", "s-k" + (COMMITS - 1));
    }

    @Test
    void nothingIsMovedWhereTheDiskIsFull() {
        write();
        full.set(true);
        assertThat(compaction.step()).isFalse();
        full.set(false);
        assertThat(compaction.step()).isTrue();
    }

    @Test
    void aDatabaseThatIsClosedIsLeftAlone() {
        store.close();
        assertThat(compaction.step()).isFalse();
    }

    private void write() {
        for (int i = 0; i < COMMITS; i++) {
            store.write(List.of(Records.keyed("k" + i, "payload", 0.5)), event -> {});
        }
    }

    private long size() throws Exception {
        return Files.size(Path.of(Store.directory(store), "quirkwatch.mv.db"));
    }

    private static int count(Store in) {
        Integer count = in.jdbc().queryForObject("select count(*) from verdict", Integer.class);
        return count == null ? -1 : count;
    }
}
