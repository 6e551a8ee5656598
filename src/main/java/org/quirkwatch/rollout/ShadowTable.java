package org.quirkwatch.rollout;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.quirkwatch.verdictlog.Database;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.support.TransactionOperations;

/// In the database, which replicas share. Thread-safe.
final class ShadowTable implements ShadowStore {

    private final JdbcOperations jdbc;
    private final TransactionOperations transaction;
    private final String scope;

    /// @param scope what detectors belong to, up to 300 characters
    ShadowTable(JdbcOperations jdbc, TransactionOperations transaction, String scope) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.scope = scope;
    }

    @Override
    public Optional<ShadowChoice> read() {
        return Database.call(() ->
                jdbc
                        .query(
                                "select detector, detector_digest, share, set_at, actor from detector_shadow"
                                        + " where scope = ?",
                                (row, number) ->
                                        new ShadowChoice(
                                                new Activation.Reference(
                                                        row.getString(1), row.getString(2)),
                                                row.getDouble(3),
                                                row.getObject(4, OffsetDateTime.class).toInstant(),
                                                row.getString(5)),
                                scope)
                        .stream()
                        .findFirst());
    }

    @Override
    public void write(Optional<ShadowChoice> choice) {
        var _ =
                Database.call(() ->
                        transaction.execute(status -> {
                            int rows =
                                    jdbc.update(
                                            "delete from detector_shadow where scope = ?", scope);
                            choice.ifPresent(this::insert);
                            return rows;
                        }));
    }

    private void insert(ShadowChoice choice) {
        jdbc.update(
                "insert into detector_shadow (scope, detector, detector_digest, share, set_at, actor)"
                        + " values (?, ?, ?, ?, ?, ?)",
                scope,
                choice.detector().id(),
                choice.detector().digest(),
                choice.share(),
                choice.at().atOffset(ZoneOffset.UTC),
                choice.actor());
    }
}
