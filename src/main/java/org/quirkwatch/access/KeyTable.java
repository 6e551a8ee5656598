package org.quirkwatch.access;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.verdictlog.Database;
import org.quirkwatch.web.Scope;
import org.springframework.jdbc.core.JdbcOperations;

/// The table of keys. Thread-safe; takes part in the transaction of its thread. Every method throws
/// `log-unavailable` when the database is away.
final class KeyTable {

    private final JdbcOperations jdbc;

    KeyTable(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /// All, by their names.
    List<ApiKey> all() {
        return Database.call(() ->
                jdbc.query(
                        "select key_id, name, scopes, secret_hash, previous_hash, previous_until, created_at,"
                                + " created_by, expires_at from api_key order by name",
                        KeyTable::row));
    }

    int count() {
        Integer count =
                Database.call(
                        () -> jdbc.queryForObject("select count(*) from api_key", Integer.class));
        return count == null ? 0 : count;
    }

    /// Writes a new one.
    ///
    /// @return whether its name and its id were free
    boolean insert(ApiKey key) {
        return Database.call(() ->
                jdbc.update(
                        "insert into api_key (key_id, name, scopes, secret_hash, created_at, created_by,"
                                + " expires_at) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                        key.id(),
                        key.name(),
                        text(key.scopes()),
                        key.hash().bytes(),
                        time(key.createdAt()),
                        key.createdBy(),
                        key.expiresAt().map(KeyTable::time).orElse(null)))
                > 0;
    }

    /// Gives a key another secret.
    ///
    /// @param until when the present one ends
    /// @return whether there is such a key
    boolean rotate(String id, byte[] hash, Instant until) {
        return Database.call(() ->
                jdbc.update(
                        "update api_key set previous_hash = secret_hash, previous_until = ?,"
                                + " secret_hash = ? where key_id = ?",
                        time(until),
                        hash,
                        id))
                > 0;
    }

    /// Removes a key.
    ///
    /// @return whether there was one
    boolean delete(String id) {
        return Database.call(() -> jdbc.update("delete from api_key where key_id = ?", id)) > 0;
    }

    private static ApiKey row(ResultSet row, int number) throws SQLException {
        return new ApiKey(
                row.getString("key_id"),
                row.getString("name"),
                scopes(row.getString("scopes")),
                new ApiKey.Hash(row.getBytes("secret_hash")),
                ApiKey.previous(row.getBytes("previous_hash"), moment(row, "previous_until")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("created_by"),
                Optional.ofNullable(moment(row, "expires_at")));
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static String text(Set<Scope> scopes) {
        return scopes.stream().map(Scope::text).collect(Collectors.joining(","));
    }

    private static Set<Scope> scopes(String text) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String part : text.split(",", -1)) {
            Scope.of(part).ifPresent(scopes::add);
        }
        return scopes;
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }
}
