package org.quirkwatch.access;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.verdictlog.Database;
import org.springframework.jdbc.core.JdbcOperations;

/// Sessions in the database: they hold on every replica and across restarts.
final class StoredSessions implements Sessions {

    private final JdbcOperations jdbc;
    private final int most;
    private final InstantSource clock;
    private final Refreshed<Map<ByteBuffer, Session>> known;

    /// @param most that may be open at once
    /// @param refresh how old what is known of them may be
    StoredSessions(JdbcOperations jdbc, int most, Duration refresh, InstantSource clock) {
        this.jdbc = jdbc;
        this.most = most;
        this.clock = clock;
        this.known = new Refreshed<>(this::read, refresh);
    }

    @Override
    public void open(byte[] hash, Session session) {
        Database.call(() -> {
            jdbc.update(
                    "delete from console_session where expires_at <= ?",
                    KeyTable.time(clock.instant()));
            jdbc.update(
                    "delete from console_session where session_hash in (select session_hash from"
                            + " console_session order by expires_at desc offset ?)",
                    most - 1);
            return jdbc.update(
                    "insert into console_session (session_hash, key_id, expires_at) values (?, ?, ?)",
                    hash,
                    session.keyId(),
                    KeyTable.time(session.expiresAt()));
        });
        known.forget();
    }

    @Override
    public Optional<Session> find(byte[] hash) {
        ByteBuffer key = ByteBuffer.wrap(hash);
        Session session = known.get().get(key);
        if (session == null) {
            // Signed in on another replica just now.
            session = known.getNewer().get(key);
        }
        return Optional.ofNullable(session).filter(s -> clock.instant().isBefore(s.expiresAt()));
    }

    @Override
    public void close(byte[] hash) {
        Database.call(
                () -> jdbc.update("delete from console_session where session_hash = ?", hash));
        known.forget();
    }

    private Map<ByteBuffer, Session> read() {
        Map<ByteBuffer, Session> sessions = new HashMap<>();
        Database.call(() -> {
            jdbc.query(
                    "select session_hash, key_id, expires_at from console_session order by expires_at"
                            + " desc limit ?",
                    row -> {
                        sessions.put(
                                ByteBuffer.wrap(row.getBytes(1)),
                                new Session(
                                        row.getString(2),
                                        row.getObject(3, OffsetDateTime.class).toInstant()));
                    },
                    most);
            return sessions;
        });
        return Map.copyOf(sessions);
    }
}
