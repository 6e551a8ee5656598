package org.quirkwatch.verdictlog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.IdempotencyKey;
import org.quirkwatch.scoring.VerdictLedger;
import org.quirkwatch.scoring.VerdictRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what arrives in groups: one thread, one transaction for all that waited when the last one
/// ended. While the database is away callers wait, each as long as it has time; what nobody waits
/// for any more is not written. Thread-safe.
final class DurableLedger implements VerdictLedger, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DurableLedger.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final long LEAST_PAUSE_MILLIS = 50;
    private static final long MOST_PAUSE_MILLIS = 1_000;
    private static final String BROKEN =
            "the verdict log cannot be written any more: the service stops";
    private static final long POLL_MILLIS = 200;
    private static final Duration LAST = Duration.ofSeconds(5);

    private final VerdictWriting writing;
    private final VerdictLogMetrics metrics;
    private final int maxBatch;
    private final BlockingQueue<Entry> queue;
    private final KeyLookUps lookUps;
    private final Thread writer = Thread.ofPlatform().name("verdict-log").unstarted(this::run);
    private volatile boolean closing;
    private volatile long closingNanos;
    private volatile boolean failing;
    // The database cannot go on, and the service stops: nobody waits for it.
    private volatile boolean broken;

    /// A verdict that waits to be written.
    private record Entry(
            VerdictRecord verdict, long deadlineNanos, CompletableFuture<Kept> outcome) {
        boolean isWanted() {
            return !outcome.isDone() && deadlineNanos - System.nanoTime() > 0;
        }
    }

    DurableLedger(VerdictWriting writing, VerdictLogMetrics metrics, int maxPending, int maxBatch) {
        this.writing = writing;
        this.metrics = metrics;
        this.maxBatch = maxBatch;
        this.queue = new LinkedBlockingQueue<>(maxPending);
        this.lookUps = new KeyLookUps(this::lookUp);
        metrics.watchPending(queue::size);
    }

    void start() {
        writer.start();
        lookUps.start();
    }

    @Override
    public boolean keeps() {
        return true;
    }

    @Override
    public Optional<Problem> refusal() {
        if (broken) {
            return Optional.of(unavailable(BROKEN));
        }
        // A database that is away may be there again within a caller's time, a disk hardly.
        return writing.shortage()
                .or(() ->
                        failing && queue.remainingCapacity() == 0
                                ? Optional.of(
                                        "the verdict log is away, and as many wait for it as may")
                                : Optional.empty())
                .map(DurableLedger::unavailable);
    }

    /// Why verdicts cannot be written down at present; empty where they can.
    Optional<String> trouble() {
        return writing.shortage()
                .or(() -> failing ? Optional.of("the database is away") : Optional.empty());
    }

    @Override
    public List<Optional<Kept>> find(List<IdempotencyKey> keys, long deadlineNanos) {
        Map<String, VerdictTable.First> found =
                keys.isEmpty() ? Map.of() : lookUp(keys, deadlineNanos);
        List<Optional<Kept>> kept =
                keys.stream()
                        .map(key -> Optional.ofNullable(found.get(key.key())).map(f -> kept(f)))
                        .toList();
        metrics.answeredAgain(kept.stream().filter(Optional::isPresent).count());
        return kept;
    }

    @Override
    public CompletableFuture<Kept> keep(VerdictRecord verdict, long deadlineNanos)
            throws InterruptedException {
        Entry entry = new Entry(verdict, deadlineNanos, new CompletableFuture<>());
        if (closing || !queue.offer(entry, left(deadlineNanos), TimeUnit.NANOSECONDS)) {
            throw unavailable("there was no room to write the verdict down in time");
        }
        return entry.outcome();
    }

    /// Writes what waits, lets look-ups end, both for a few seconds at most, and ends.
    @Override
    public void close() {
        closingNanos = System.nanoTime() + LAST.toNanos();
        closing = true;
        try {
            writer.join();
            lookUps.close(closingNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Entry> batch = new ArrayList<>();
        while (!closing || !queue.isEmpty()) {
            try {
                Entry first = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, maxBatch - 1);
                    write(batch);
                }
            } catch (InterruptedException e) {
                LOG.debug("the writer is not stopped in this way", e);
            } catch (RuntimeException | Error e) {
                // To those who wait, so that the thread is there for others.
                LOG.error("verdicts could not be written down", e);
                batch.forEach(entry -> fail(entry, e));
            } finally {
                batch.clear();
            }
        }
    }

    /// Writes a batch, or gives it up when nobody waits for any of it.
    private void write(List<Entry> batch) throws InterruptedException {
        long pause = LEAST_PAUSE_MILLIS;
        while (true) {
            List<Entry> wanted = wanted(batch);
            if (wanted.isEmpty()) {
                return;
            }
            try {
                long begin = System.nanoTime();
                commit(wanted);
                metrics.wrote(wanted.size(), Duration.ofNanos(System.nanoTime() - begin));
                return;
            } catch (RuntimeException e) {
                if (!Failures.passes(e)) {
                    writeOneByOne(wanted, e);
                    return;
                }
                failed(e);
            }
            if (broken) {
                wanted.forEach(entry -> fail(entry, unavailable(BROKEN)));
                return;
            }
            if (closing && closingNanos - System.nanoTime() < 0) {
                wanted.forEach(entry -> fail(entry, unavailable("the service stops")));
                return;
            }
            Thread.sleep(pause);
            pause = Math.min(2 * pause, MOST_PAUSE_MILLIS);
            // Room for those who come now in place of those who have gone.
            queue.removeIf(entry -> !entry.isWanted());
        }
    }

    /// One of them cannot be written, whatever the database's state: the others can.
    private void writeOneByOne(List<Entry> entries, RuntimeException cause)
            throws InterruptedException {
        if (entries.size() == 1) {
            LOG.error("a verdict could not be written down", cause);
            fail(entries.getFirst(), cause);
            return;
        }
        for (Entry entry : entries) {
            write(List.of(entry));
        }
    }

    private void commit(List<Entry> entries) {
        // In one order everywhere, so that two replicas with the same keys do not wait for each
        // other.
        List<Entry> sorted =
                entries.stream()
                        .sorted(
                                Comparator.comparing(entry ->
                                        entry.verdict().key().map(IdempotencyKey::key).orElse("")))
                        .toList();
        List<VerdictTable.First> firsts =
                writing.write(sorted.stream().map(Entry::verdict).toList());
        // Before anybody is answered, who may look.
        recovered();
        for (int i = 0; i < sorted.size(); i++) {
            sorted.get(i).outcome().complete(kept(firsts.get(i)));
        }
    }

    private static List<Entry> wanted(List<Entry> batch) {
        return batch.stream().filter(Entry::isWanted).toList();
    }

    private static Kept kept(VerdictTable.First first) {
        return new Kept(
                first.answer(),
                first.fingerprint().isEmpty()
                        ? Optional.empty()
                        : Optional.of(first.fingerprint()));
    }

    /// Asks until the database answers or the time is over.
    private Map<String, VerdictTable.First> lookUp(List<IdempotencyKey> keys, long deadlineNanos) {
        long pause = LEAST_PAUSE_MILLIS;
        try {
            while (!closing) {
                try {
                    return lookUps.find(keys, deadlineNanos);
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof RuntimeException cause)) {
                        throw new IllegalStateException("a look-up failed", e);
                    }
                    if (!Failures.passes(cause)) {
                        throw cause;
                    }
                }
                if (broken) {
                    throw unavailable(BROKEN);
                }
                if (deadlineNanos - System.nanoTime() < TimeUnit.MILLISECONDS.toNanos(pause)) {
                    throw unavailable("the verdict log is away");
                }
                Thread.sleep(pause);
                pause = Math.min(2 * pause, MOST_PAUSE_MILLIS);
            }
        } catch (TimeoutException e) {
            throw late();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(ProblemCode.SHUTTING_DOWN, "the service is stopping", e);
        }
        throw late();
    }

    private Map<String, VerdictTable.First> lookUp(List<IdempotencyKey> keys) {
        try {
            return writing.find(keys);
        } catch (RuntimeException e) {
            if (Failures.passes(e) && !closing) {
                failed(e);
            }
            throw e;
        }
    }

    private static long left(long deadlineNanos) {
        return Math.max(0, deadlineNanos - System.nanoTime());
    }

    private static Problem late() {
        return unavailable("the verdict log did not answer in time");
    }

    private void failed(RuntimeException cause) {
        metrics.failed();
        if (!failing) {
            failing = true;
            LOG.warn("the verdict log is away, callers wait: {}", Failures.rootMessage(cause));
            LOG.debug("the verdict log is away", cause);
        }
        if (writing.stopIfBroken(cause)) {
            broken = true;
        }
    }

    private void recovered() {
        if (failing) {
            failing = false;
            LOG.info("the verdict log is there again");
        }
    }

    private static void fail(Entry entry, Throwable cause) {
        entry.outcome().completeExceptionally(cause);
    }

    private static Problem unavailable(String detail) {
        return Problem.retryAfter(ProblemCode.LOG_UNAVAILABLE, detail, RETRY_AFTER);
    }
}
