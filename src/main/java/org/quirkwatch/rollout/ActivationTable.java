package org.quirkwatch.rollout;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.verdictlog.Database;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;

/// In the database, which replicas share. Thread-safe.
final class ActivationTable implements ActivationHistory {

    private static final String COLUMNS =
            "select entry, activated_at, actor, cause, from_detector, from_digest, detector, detector_digest,"
                    + " before_entry from detector_activation where scope = ?";

    private final JdbcOperations jdbc;
    private final String scope;

    /// @param scope what detectors belong to, up to 300 characters
    ActivationTable(JdbcOperations jdbc, String scope) {
        this.jdbc = jdbc;
        this.scope = scope;
    }

    @Override
    public Optional<Activation> latest() {
        return page(Integer.MAX_VALUE, 1).stream().findFirst();
    }

    @Override
    public Optional<Activation> find(int entry) {
        return Database.call(() ->
                jdbc.query(COLUMNS + " and entry = ?", ActivationTable::row, scope, entry).stream()
                        .findFirst());
    }

    @Override
    public boolean startedWith(String digest) {
        return Database.call(() ->
                !jdbc.queryForList(
                                "select entry from detector_activation where scope = ? and cause = 'start'"
                                        + " and detector_digest = ? limit 1",
                                Integer.class,
                                scope,
                                digest)
                        .isEmpty());
    }

    @Override
    public void append(Activation activation) {
        var _ =
                Database.call(() -> {
                    try {
                        return insert(activation);
                    } catch (DuplicateKeyException e) {
                        throw new Problem(
                                ProblemCode.DETECTOR_CONFLICT,
                                "another activation was faster: look, then ask again",
                                e);
                    }
                });
    }

    private int insert(Activation activation) {
        int rows =
                jdbc.update(
                        "insert into detector_activation (scope, entry, activated_at, actor, cause,"
                                + " from_detector, from_digest, detector, detector_digest, before_entry)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        scope,
                        activation.entry(),
                        activation.at().atOffset(ZoneOffset.UTC),
                        activation.actor(),
                        activation.cause().text(),
                        activation.from().map(Activation.Reference::id).orElse(null),
                        activation.from().map(Activation.Reference::digest).orElse(null),
                        activation.to().id(),
                        activation.to().digest(),
                        activation.before().orElse(null));
        // What was given at a start stays known, so that it is not taken for new.
        jdbc.update(
                "delete from detector_activation where scope = ? and entry <= ? and cause <> 'start'",
                scope,
                activation.entry() - MOST_ENTRIES);
        return rows;
    }

    @Override
    public List<Activation> page(int below, int most) {
        return Database.call(() ->
                jdbc.query(
                        COLUMNS + " and entry < ? order by entry desc limit ?",
                        ActivationTable::row,
                        scope,
                        below,
                        most));
    }

    private static Activation row(ResultSet row, int number) throws SQLException {
        int before = row.getInt("before_entry");
        Optional<Integer> target = row.wasNull() ? Optional.empty() : Optional.of(before);
        String from = row.getString("from_digest");
        return new Activation(
                row.getInt("entry"),
                row.getObject("activated_at", OffsetDateTime.class).toInstant(),
                row.getString("actor"),
                Activation.Cause.of(row.getString("cause")),
                from == null
                        ? Optional.empty()
                        : Optional.of(
                                new Activation.Reference(row.getString("from_detector"), from)),
                new Activation.Reference(
                        row.getString("detector"), row.getString("detector_digest")),
                target);
    }
}
