package org.quirkwatch.verdictlog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The embedded database's file as it was before a migration, kept until that is done: H2 commits
/// each statement that makes a table by itself, so what fails or is killed in between would leave
/// half of it. A copy that is found at a start means that a migration was interrupted. Of other
/// databases nothing is kept. One process at a time; used while no connection is open.
final class BeforeMigration implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BeforeMigration.class);

    private final @Nullable Path file;
    private final @Nullable FileChannel turn;

    private BeforeMigration(@Nullable Path file, @Nullable FileChannel turn) {
        this.file = file;
        this.turn = turn;
    }

    /// Waits for nobody.
    ///
    /// @throws Problem `log-unavailable` when another process migrates the same file
    static BeforeMigration of(Storage storage) throws IOException {
        Path file = storage.file();
        if (file == null) {
            return new BeforeMigration(null, null);
        }
        FileChannel channel =
                FileChannel.open(
                        beside(file, ".turn"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            FileLock lock = channel.tryLock();
            taken = lock != null;
        } catch (OverlappingFileLockException e) {
            LOG.debug("another thread of this process migrates", e);
        }
        if (!taken) {
            channel.close();
            throw new Problem(
                    ProblemCode.LOG_UNAVAILABLE,
                    "the verdict log, %s, is in use by another process, which migrates it: give each service a quirkwatch.data of its own"
                            .formatted(storage.shown()));
        }
        return new BeforeMigration(file, channel);
    }

    /// Copies the file, which is there: somebody has opened it before.
    void keep() throws IOException {
        if (file == null) {
            return;
        }
        Path part = beside(file, ".part");
        Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
        sync(part);
        Files.move(part, copy(file), StandardCopyOption.ATOMIC_MOVE);
        syncFolder(file);
    }

    /// Puts back what a migration left that was interrupted.
    ///
    /// @return whether there was one
    boolean restoreInterrupted() throws IOException {
        if (file == null || !Files.exists(copy(file))) {
            return false;
        }
        LOG.warn(
                "a migration of {} was interrupted: the file from before is put back",
                file.getFileName());
        restore();
        return true;
    }

    /// Puts the copy in the place of the file.
    void restore() throws IOException {
        if (file == null) {
            return;
        }
        Files.move(copy(file), file, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(file);
    }

    /// The migration is done, or was not begun. The copy is gone for good before anything is
    /// served: if a power failure brought it back, it would replace what was written since.
    void forget() throws IOException {
        if (file != null) {
            Files.delete(copy(file));
            syncFolder(file);
        }
    }

    @Override
    public void close() throws IOException {
        if (turn != null) {
            turn.close();
        }
    }

    private static Path copy(Path file) {
        return beside(file, ".before-migration");
    }

    private static Path beside(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    /// Makes what was renamed or deleted last. Windows opens no folder, and keeps its own journal.
    private static void syncFolder(Path file) throws IOException {
        Path folder = Objects.requireNonNull(file.getParent());
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
