package org.quirkwatch.verdictlog;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.scheduling.annotation.Scheduled;

/// Keeps the embedded database's file near the size of what it holds. H2 writes each page that
/// changed to a new place; what is left of the old places is moved together by a thread that it
/// starts only where commits may reach the file later than they return (`WRITE_DELAY`), which they
/// may not here. So it is done here, in short steps between those who write. Used by one thread at
/// a time.
final class Compaction {

    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

    /// Per cent of a file's pages that are in use; above it nothing is moved.
    private static final int LEAST_FILL = 60;

    /// What a step writes at least: some ten milliseconds, in which others wait. As much again for
    /// every tenth of the pages that are in use less than they should be.
    private static final int STEP_BYTES = 1 << 20;

    /// Steps after the last commit of others, so that what cannot be filled better is not moved for
    /// ever.
    private static final int MOST_IDLE_STEPS = 1_000;

    private final JdbcOperations jdbc;
    private final boolean embedded;
    private final Supplier<Optional<String>> shortage;
    private @Nullable MVStore store;
    private long version;
    private int idleSteps;

    /// @param shortage why nothing should be written at present
    Compaction(JdbcOperations jdbc, Storage storage, Supplier<Optional<String>> shortage) {
        this.jdbc = jdbc;
        this.embedded = storage.file() != null;
        this.shortage = shortage;
    }

    /// Moves some of what is in mostly empty places.
    ///
    /// @return whether there was something to move
    @Scheduled(initialDelay = 10_000, fixedDelay = 200, timeUnit = TimeUnit.MILLISECONDS)
    boolean step() {
        if (!embedded || shortage.get().isPresent()) {
            return false;
        }
        try {
            MVStore file = store();
            if (file.getCurrentVersion() != version) {
                idleSteps = 0;
            }
            int missing = Math.max(0, LEAST_FILL - file.getFileStore().getChunksFillRate());
            boolean moved =
                    idleSteps < MOST_IDLE_STEPS
                            && file.compact(LEAST_FILL, STEP_BYTES * (1 + missing / 10));
            if (moved) {
                idleSteps++;
            }
            version = file.getCurrentVersion();
            return moved;
        } catch (RuntimeException e) {
            // A database that cannot go on, or is being closed: those who write find out.
            LOG.debug("the log's file was not compacted", e);
            return false;
        }
    }

    private MVStore store() {
        MVStore known = store;
        if (known == null || known.isClosed()) {
            ConnectionCallback<MVStore> ofDatabase =
                    connection ->
                            ((SessionLocal) connection.unwrap(JdbcConnection.class).getSession())
                                    .getDatabase()
                                    .getStore()
                                    .getMvStore();
            known = Objects.requireNonNull(jdbc.execute(ofDatabase));
            store = known;
        }
        return known;
    }
}
