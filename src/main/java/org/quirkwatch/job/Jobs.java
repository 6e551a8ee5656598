package org.quirkwatch.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.verdictlog.Database;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/// All jobs of the database, of this replica and others: taking them in, looking at them, ending
/// them. Thread-safe.
public final class Jobs {

    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final Duration COME_AGAIN = Duration.ofSeconds(30);
    private static final int STEP = 64;

    private final JobTable table;
    private final JobPages pages;
    private final TransactionTemplate transaction;
    private final Room room;
    private final JobProperties properties;
    private final InstantSource clock;
    private final TimeOrderedIds ids = new TimeOrderedIds(new SecureRandom());
    private volatile Runnable submitted = () -> {};

    Jobs(
            JobTable table,
            JobPages pages,
            TransactionTemplate transaction,
            Room room,
            JobProperties properties,
            InstantSource clock) {
        this.table = table;
        this.pages = pages;
        this.transaction = transaction;
        this.room = room;
        this.properties = properties;
        this.clock = clock;
    }

    /// Tells when a job was taken in here.
    void onSubmitted(Runnable listener) {
        submitted = listener;
    }

    /// Takes a job in: when this returns it waits for its turn and cannot be lost. Who submits has
    /// checked the parameters.
    ///
    /// @throws Problem `overloaded` when as many wait as may, `storage-full` when there is no room
    ///   for its inputs, `payload-too-large` for an input beyond the limits, `log-unavailable`, and
    ///   what reading an input throws; then nothing is left of it
    public Job submit(JobSubmission submission) {
        requireRoom();
        UUID id = ids.next(clock.instant());
        Database.call(() -> {
            table.receive(id, submission, clock.instant());
            return id;
        });
        boolean done = false;
        try {
            OptionalLong total = OptionalLong.empty();
            for (Map.Entry<String, InputStream> input : submission.inputs().entrySet()) {
                long lines = copy(id, input.getKey(), input.getValue());
                if (input.getKey().equals(JobSubmission.LINES)) {
                    total = OptionalLong.of(lines);
                }
            }
            OptionalLong known = total;
            done = Database.call(() -> table.queue(id, known));
            room.sync();
        } finally {
            if (!done) {
                drop(id);
            }
        }
        submitted.run();
        return find(id).orElseThrow(() -> new Problem(ProblemCode.NOT_FOUND, "the job is gone"));
    }

    /// A job.
    ///
    /// @throws Problem `log-unavailable`
    public Optional<Job> find(UUID id) {
        return Database.call(() -> table.find(id));
    }

    /// Jobs, the newest first.
    ///
    /// @param owner whose; null for everybody's
    /// @param state null for all
    /// @param before only those before a job; null for the first page
    /// @param most how many
    /// @throws Problem `log-unavailable`
    public List<Job> newest(
            @Nullable String owner, @Nullable JobState state, @Nullable UUID before, int most) {
        return Database.call(() -> table.newest(owner, state, before, most));
    }

    /// Ends a job that is not over: at once when it waits, soon when it runs.
    ///
    /// @return false when it is over, or there is none
    /// @throws Problem `log-unavailable`
    public boolean cancel(UUID id) {
        return Database.call(
                () -> table.cancelWaiting(id, clock.instant()) || table.cancelRunning(id));
    }

    /// Deletes a job that is over, with input and result.
    ///
    /// @return false when it is not over, or there is none
    /// @throws Problem `log-unavailable`
    public boolean forget(UUID id) {
        return Database.call(() -> {
            boolean over = table.find(id).filter(job -> job.state().isOver()).isPresent();
            return over && remove(id);
        });
    }

    /// What a job has given so far, from a place on.
    ///
    /// @param from bytes to leave out, 0 or more
    /// @return ends where it ended when it was read last; reading throws `log-unavailable`
    public InputStream result(UUID id, long from) {
        int first = Database.call(() -> pages.holding(id, JobPages.RESULT, from));
        if (first < 0) {
            return InputStream.nullInputStream();
        }
        long begin = Database.call(() -> pages.firstByte(id, JobPages.RESULT, first));
        InputStream in =
                new PageInput(number ->
                        Database.call(() -> pages.read(id, JobPages.RESULT, first + number)));
        try {
            in.skipNBytes(from - begin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return in;
    }

    /// Deletes a job and its pages, in steps.
    boolean remove(UUID id) {
        int deleted = STEP;
        while (deleted == STEP) {
            deleted = pages.delete(id, STEP);
        }
        return table.forget(id);
    }

    private void requireRoom() {
        Supplier<Long> waiting =
                () -> table.count(JobState.QUEUED) + table.count(JobState.RECEIVING);
        long count = Database.call(waiting);
        if (!(count < properties.maxWaiting())) {
            throw Problem.retryAfter(
                    ProblemCode.OVERLOADED,
                    "%d jobs wait for their turn, at most %d"
                            .formatted(count, properties.maxWaiting()),
                    COME_AGAIN);
        }
        room.require(0);
    }

    /// @return lines that are not blank
    private long copy(UUID id, String part, InputStream in) {
        LineCount lines = new LineCount(properties.maxLines());
        byte[] buffer = new byte[JobPages.PAGE_BYTES];
        int number = 0;
        long bytes = 0;
        try {
            int count = in.readNBytes(buffer, 0, buffer.length);
            while (count > 0) {
                lines.add(buffer, count);
                List<JobPages.Page> page = JobPages.cut(buffer, count, number, bytes);
                long stored = page.stream().mapToLong(p -> p.bytes().length).sum();
                room.require(stored);
                Database.call(() -> {
                    transaction.executeWithoutResult(status -> {
                        pages.insert(id, part, page);
                        table.addStored(id, stored);
                    });
                    return part;
                });
                number++;
                bytes += count;
                count = in.readNBytes(buffer, 0, buffer.length);
            }
        } catch (IOException e) {
            throw JobInputs.unreadable(e);
        }
        return lines.end();
    }

    private void drop(UUID id) {
        try {
            boolean _ = remove(id);
        } catch (RuntimeException e) {
            // What is left is deleted with what is too old.
            LOG.debug("an input that broke off is deleted later", e);
        }
    }
}
