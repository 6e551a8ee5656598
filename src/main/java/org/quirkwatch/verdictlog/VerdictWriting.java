package org.quirkwatch.verdictlog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.quirkwatch.scoring.IdempotencyKey;
import org.quirkwatch.scoring.VerdictRecord;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.support.TransactionTemplate;

/// One transaction of the log: verdicts, and what others write of them ([VerdictsLogged]).
/// Thread-safe.
final class VerdictWriting {

    private final VerdictTable table;
    private final TransactionTemplate transaction;
    private final ApplicationEventPublisher events;
    private final JdbcOperations jdbc;
    private final Storage storage;
    private final FreeRoom room;
    private final Consumer<Throwable> broken;

    /// @param room of the disk
    /// @param broken is told when the database cannot go on
    VerdictWriting(
            VerdictTable table,
            TransactionTemplate transaction,
            ApplicationEventPublisher events,
            JdbcOperations jdbc,
            Storage storage,
            FreeRoom room,
            Consumer<Throwable> broken) {
        this.table = table;
        this.transaction = transaction;
        this.events = events;
        this.jdbc = jdbc;
        this.storage = storage;
        this.room = room;
        this.broken = broken;
    }

    /// Writes verdicts, in the order of their keys; when it returns none of them can be lost.
    ///
    /// @return for each the first under its key: itself, or the one that was there
    /// @throws org.springframework.dao.DataAccessException when the database cannot, or its disk
    ///   has too little room
    List<VerdictTable.First> write(List<VerdictRecord> verdicts) {
        room.require();
        List<VerdictTable.First> firsts =
                java.util.Objects.requireNonNull(
                        transaction.execute(status -> writeWithin(verdicts)));
        if (storage.embedded()) {
            // A commit has reached the operating system; with this it has reached the disk.
            jdbc.execute("checkpoint sync");
        }
        return firsts;
    }

    private List<VerdictTable.First> writeWithin(List<VerdictRecord> verdicts) {
        boolean[] written = table.insert(verdicts);
        List<VerdictRecord> added = new ArrayList<>();
        List<VerdictRecord> late = new ArrayList<>();
        for (int i = 0; i < written.length; i++) {
            (written[i] ? added : late).add(verdicts.get(i));
        }
        if (!added.isEmpty()) {
            events.publishEvent(new VerdictsLogged(added));
        }
        Map<String, VerdictTable.First> found =
                late.isEmpty() ? Map.of() : table.find(VerdictTable.keys(late));
        List<VerdictTable.First> firsts = new ArrayList<>(verdicts.size());
        for (int i = 0; i < written.length; i++) {
            VerdictRecord verdict = verdicts.get(i);
            VerdictTable.First own =
                    new VerdictTable.First(
                            verdict.id(),
                            verdict.key().map(IdempotencyKey::fingerprint).orElse(""),
                            verdict.answer());
            // Without a key it is there under its own id: the transaction before, whose end was
            // not heard, had succeeded.
            firsts.add(
                    written[i]
                            ? own
                            : verdict.key()
                                    .map(key -> found.getOrDefault(key.key(), own))
                                    .orElse(own));
        }
        return firsts;
    }

    /// Why nothing is written, for want of room; empty where there is some.
    Optional<String> shortage() {
        return room.shortage();
    }

    /// The first verdicts under keys, by the key.
    Map<String, VerdictTable.First> find(List<IdempotencyKey> keys) {
        return table.find(keys);
    }

    /// Says so when the embedded database cannot go on.
    ///
    /// @return whether that is so
    boolean stopIfBroken(RuntimeException cause) {
        boolean isBroken = storage.embedded() && Failures.isEmbeddedBroken(cause);
        if (isBroken) {
            broken.accept(cause);
        }
        return isBroken;
    }
}
