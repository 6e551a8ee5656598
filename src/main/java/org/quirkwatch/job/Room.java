package org.quirkwatch.job;

import java.time.Duration;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.verdictlog.Database;
import org.quirkwatch.verdictlog.Disk;

/// Whether there is room for what jobs bring and give: within what all jobs may take, and on the
/// embedded database's disk, of which they leave some to the verdict log. Thread-safe.
final class Room {

    private static final Duration COME_AGAIN = Duration.ofSeconds(60);

    private final JobTable table;
    private final Disk disk;
    private final JobProperties properties;

    Room(JobTable table, Disk disk, JobProperties properties) {
        this.table = table;
        this.disk = disk;
        this.properties = properties;
    }

    /// Checks that so many bytes more have room.
    ///
    /// @throws Problem `storage-full`, `log-unavailable`
    void require(long more) {
        long most = properties.maxStoredSize().toBytes();
        long stored = Database.call(table::storedBytes);
        if (!(stored + more <= most)) {
            throw full(
                    "the inputs and results of all jobs have %d bytes, at most %d; delete some jobs"
                            .formatted(stored + more, most));
        }
        requireDisk(more);
    }

    /// Checks the disk only, which costs no query.
    ///
    /// @throws Problem `storage-full`
    void requireDisk(long more) {
        long least = properties.minFreeSize().toBytes();
        disk.freeBytes()
                .ifPresent(free -> {
                    if (!(free - more >= least)) {
                        throw full(
                                "the disk has %d bytes left, and jobs leave at least %d"
                                        .formatted(free, least));
                    }
                });
    }

    /// Whether it knows how much of the disk is free.
    boolean knowsTheDisk() {
        return disk.freeBytes().isPresent();
    }

    /// Brings what was committed to the disk.
    void sync() {
        Database.call(() -> {
            disk.sync();
            return disk;
        });
    }

    static Problem full(String detail) {
        return Problem.retryAfter(ProblemCode.STORAGE_FULL, detail, COME_AGAIN);
    }
}
