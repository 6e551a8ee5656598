package org.quirkwatch.access;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.quirkwatch.audit.Act;
import org.quirkwatch.audit.Audit;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.quirkwatch.verdictlog.Database;
import org.springframework.jdbc.core.JdbcOperations;

/// The audit in the database, and one line each in the service's log. Thread-safe.
final class AuditTable implements Audit {

    private static final int DELETED_AT_ONCE = 1000;

    private final JdbcOperations jdbc;
    private final InstantSource clock;
    private final TimeOrderedIds ids = new TimeOrderedIds(new SecureRandom());
    private final LoggedAudit log = new LoggedAudit();

    AuditTable(JdbcOperations jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /// One act.
    record Event(UUID id, Instant at, String by, String act, String subject, String detail) {}

    @Override
    public void record(String by, Act act, String subject, String detail) {
        Instant now = clock.instant();
        Database.call(() ->
                jdbc.update(
                        "insert into audit_event (event_id, happened_at, actor, act, subject, detail)"
                                + " values (?, ?, ?, ?, ?, ?)",
                        ids.next(now),
                        KeyTable.time(now),
                        LoggedAudit.cut(by, LoggedAudit.MAX_BY),
                        act.text(),
                        LoggedAudit.cut(subject, LoggedAudit.MAX_SUBJECT),
                        LoggedAudit.cut(detail, LoggedAudit.MAX_DETAIL)));
        log.record(by, act, subject, detail);
    }

    /// The newest, newest first.
    ///
    /// @param act only such
    /// @param before only those before an event, for the next page
    List<Event> newest(Optional<Act> act, Optional<UUID> before, int most) {
        List<String> conditions = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        act.ifPresent(a -> {
            conditions.add("act = ?");
            values.add(a.text());
        });
        before.ifPresent(id -> {
            conditions.add("event_id < ?");
            values.add(id);
        });
        values.add(most);
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        return Database.call(() ->
                jdbc.query(
                        "select event_id, happened_at, actor, act, subject, detail from audit_event"
                                + where
                                + " order by event_id desc limit ?",
                        (row, number) ->
                                new Event(
                                        row.getObject(1, UUID.class),
                                        row.getObject(2, OffsetDateTime.class).toInstant(),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getString(5),
                                        row.getString(6)),
                        values.toArray()));
    }

    /// Deletes what is older than a moment, the oldest first, a thousand at most.
    ///
    /// @return how many there were
    int deleteBefore(Instant moment) {
        UUID end = TimeOrderedIds.first(moment);
        return Database.call(
                () -> Database.deleteBefore(jdbc, "audit_event", "event_id", end, DELETED_AT_ONCE));
    }
}
