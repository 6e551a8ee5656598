package org.quirkwatch.verdictlog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/// The disk of the embedded database; of another database nothing is known of its disk.
/// Thread-safe.
public final class Disk {

    private final JdbcOperations jdbc;
    private final @Nullable Path directory;
    private final boolean embedded;

    Disk(JdbcOperations jdbc, Storage storage) {
        this.jdbc = jdbc;
        this.embedded = storage.embedded();
        this.directory = storage.directory();
    }

    /// Bytes that may still be written; empty where it is not ours.
    public OptionalLong freeBytes() {
        try {
            return directory == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(Files.getFileStore(directory).getUsableSpace());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Brings what was committed to the disk, where a commit does not do so by itself.
    public void sync() {
        if (embedded) {
            jdbc.execute("checkpoint sync");
        }
    }
}
