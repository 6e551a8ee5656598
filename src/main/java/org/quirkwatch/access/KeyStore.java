package org.quirkwatch.access;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.verdictlog.Migration;
import org.quirkwatch.verdictlog.Storage;
import org.quirkwatch.web.Scope;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// The keys of a service's database, for commands that run beside the service or before its first
/// start. For one thread. Methods throw `log-unavailable` when the database is away.
public final class KeyStore implements AutoCloseable {

    private final SingleConnectionDataSource source;
    private final KeyAdministration keys;
    private final InstantSource clock;

    private KeyStore(
            SingleConnectionDataSource source, KeyAdministration keys, InstantSource clock) {
        this.source = source;
        this.keys = keys;
        this.clock = clock;
    }

    /// A key as people see it.
    ///
    /// @param id the part that is no secret
    /// @param name unique
    /// @param scopes what it opens
    /// @param createdAt when it was made
    /// @param createdBy who made it
    /// @param expiresAt until when it holds; empty for ever
    public record Entry(
            String id,
            String name,
            Set<Scope> scopes,
            Instant createdAt,
            String createdBy,
            Optional<Instant> expiresAt) {}

    /// A key that was made just now, and its secret, which is known this once.
    public record NewKey(Entry entry, String secret) {

        /// Without the secret: records are shown in messages.
        @Override
        public String toString() {
            return "key " + entry.name();
        }
    }

    /// A key for the configuration.
    ///
    /// @param secret what callers send
    /// @param hash what stands in the configuration, `sha256:` and 64 hex digits
    public record Generated(String secret, String hash) {

        /// Without the secret: records are shown in messages.
        @Override
        public String toString() {
            return "key " + hash;
        }
    }

    /// A key that no database knows.
    public static Generated generate() {
        SecureRandom random = new SecureRandom();
        String secret = Secret.newKey(Secret.newId(random), random);
        return new Generated(secret, Secret.shown(Secret.hash(secret)));
    }

    /// Opens the database of a service, and makes or updates its tables.
    ///
    /// @param url of JDBC; null or blank for the embedded database
    /// @param user null for none
    /// @param password null for none
    /// @param data directory of the embedded database
    /// @throws Problem `log-unavailable` when it cannot be opened: the embedded one by one process
    ///   at a time only
    public static KeyStore open(
            @Nullable String url, @Nullable String user, @Nullable String password, String data) {
        Storage storage = Storage.of(url, data);
        String name = storage.embedded() || user == null ? "sa" : user;
        String secret = storage.embedded() || password == null ? "" : password;
        try {
            Migration.run(
                    Flyway.configure().dataSource(storage.url(), name, secret).load(), storage);
        } catch (Problem e) {
            throw storage.locked(e)
                    ? new Problem(
                            ProblemCode.LOG_UNAVAILABLE,
                            "%s is in use by a service: ask that, POST /v1/keys, with an administrator's key"
                                    .formatted(storage.shown()),
                            e)
                    : e;
        }
        SingleConnectionDataSource source =
                new SingleConnectionDataSource(storage.url(), name, secret, true);
        return new KeyStore(source, administration(source), InstantSource.system());
    }

    private static KeyAdministration administration(SingleConnectionDataSource source) {
        JdbcTemplate jdbc = new JdbcTemplate(source);
        KeyTable table = new KeyTable(jdbc);
        AccessProperties settings = AccessProperties.defaults();
        return new KeyAdministration(
                table,
                new KeyRing(settings, table, InstantSource.system()),
                new TransactionTemplate(new JdbcTransactionManager(source)),
                new AuditTable(jdbc, InstantSource.system()),
                settings.maxKeys(),
                InstantSource.system());
    }

    /// Makes a key.
    ///
    /// @param lasts how long it holds; empty for ever
    /// @param by who makes it
    /// @throws Problem `invalid-key` and `key-conflict`
    public NewKey create(String name, Set<Scope> scopes, Optional<Duration> lasts, String by) {
        return shown(keys.create(name, scopes, lasts.map(clock.instant()::plus), by));
    }

    /// All keys, by their names.
    public List<Entry> all() {
        return keys.all().stream().map(KeyStore::shown).toList();
    }

    /// Gives a key another secret.
    ///
    /// @param overlap how long the old one holds beside it, 0 to 30 days
    /// @throws Problem `not-found`, and `invalid-request` for an overlap out of its range
    public NewKey rotate(String idOrName, Duration overlap, String by) {
        return shown(keys.rotate(idOrName, overlap, by));
    }

    /// Takes a key back.
    ///
    /// @throws Problem `not-found`
    public Entry revoke(String idOrName, String by) {
        return shown(keys.revoke(idOrName, by));
    }

    @Override
    public void close() {
        source.destroy();
    }

    private static NewKey shown(KeyAdministration.Made made) {
        return new NewKey(shown(made.key()), made.secret());
    }

    private static Entry shown(ApiKey key) {
        return new Entry(
                key.id(),
                key.name(),
                key.scopes(),
                key.createdAt(),
                key.createdBy(),
                key.expiresAt());
    }
}
