package org.quirkwatch.access;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.quirkwatch.audit.Act;
import org.quirkwatch.audit.Audit;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Scope;
import org.springframework.transaction.support.TransactionOperations;

/// Makes, changes and takes back the keys of the database; each act and its line in the audit are
/// one transaction. Thread-safe. Every method throws `log-unavailable` when the database is away.
final class KeyAdministration {

    /// The longest that an old secret may hold beside the new one.
    static final Duration MOST_OVERLAP = Duration.ofDays(30);

    /// Unless said otherwise.
    static final Duration OVERLAP = Duration.ofHours(24);

    private static final int TRIES = 3;

    private final KeyTable table;
    private final KeyRing ring;
    private final TransactionOperations transactions;
    private final Audit audit;
    private final int most;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /// @param ring which hears at once of what changed
    /// @param most keys that there may be
    KeyAdministration(
            KeyTable table,
            KeyRing ring,
            TransactionOperations transactions,
            Audit audit,
            int most,
            InstantSource clock) {
        this.table = table;
        this.ring = ring;
        this.transactions = transactions;
        this.audit = audit;
        this.most = most;
        this.clock = clock;
    }

    /// A key with its secret, which is known this once.
    ///
    /// @param secret the whole key, `qw_…`
    record Made(ApiKey key, String secret) {

        /// Without the secret: records are shown in messages.
        @Override
        public String toString() {
            return "key " + key.name();
        }
    }

    /// Makes a key.
    ///
    /// @param name at most 90 characters: letters, digits and `._@-`
    /// @param scopes one or more
    /// @param expires until when it holds; empty for ever
    /// @param by who makes it
    /// @throws Problem `invalid-key`, and `key-conflict` when the name is taken or there are too
    ///   many
    Made create(String name, Set<Scope> scopes, Optional<Instant> expires, String by) {
        Instant now = clock.instant();
        if (!KeyNames.isName(name)) {
            throw invalid(
                    "/name",
                    "a name is 1 to 90 letters, digits and ._@-, and begins with a letter or digit");
        }
        if (scopes.isEmpty()) {
            throw invalid("/scopes", "one or more of score, review, admin were expected");
        }
        if (expires.isPresent() && !expires.get().isAfter(now)) {
            throw invalid("/expires_at", "%s is past".formatted(expires.get()));
        }
        if (ring.hasConfigured(name)) {
            throw taken(name);
        }
        Made made = transactions.execute(status -> insert(name, scopes, expires, by, now));
        ring.forget();
        return java.util.Objects.requireNonNull(made);
    }

    private Made insert(
            String name, Set<Scope> scopes, Optional<Instant> expires, String by, Instant now) {
        if (!(table.count() < most)) {
            throw new Problem(
                    ProblemCode.KEY_CONFLICT,
                    "there are %d keys already, quirkwatch.access.max-keys is %d"
                            .formatted(table.count(), most));
        }
        for (int i = 0; i < TRIES; i++) {
            String id = Secret.newId(random);
            String secret = Secret.newKey(id, random);
            ApiKey key =
                    new ApiKey(
                            id,
                            name,
                            scopes,
                            new ApiKey.Hash(Secret.hash(secret)),
                            Optional.empty(),
                            now,
                            by,
                            expires);
            if (table.insert(key)) {
                audit.record(
                        by,
                        Act.KEY_CREATED,
                        id,
                        "%s: %s, %s"
                                .formatted(
                                        name,
                                        scopes.stream()
                                                .sorted()
                                                .map(Scope::text)
                                                .collect(Collectors.joining(" ")),
                                        expires.map(e -> "until " + e).orElse("for ever")));
                return new Made(key, secret);
            }
        }
        throw taken(name);
    }

    /// All, by their names.
    List<ApiKey> all() {
        return table.all();
    }

    /// Gives a key another secret.
    ///
    /// @param idOrName of the key
    /// @param overlap how long the present secret holds beside it, 0 to 30 days
    /// @throws Problem `not-found`, and `invalid-request` for an overlap out of its range
    Made rotate(String idOrName, Duration overlap, String by) {
        if (!(!overlap.isNegative() && overlap.compareTo(MOST_OVERLAP) <= 0)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "the old secret may hold 0 to %d hours longer, got %d"
                            .formatted(MOST_OVERLAP.toHours(), overlap.toHours()));
        }
        Instant until = clock.instant().plus(overlap);
        Made made =
                transactions.execute(status -> {
                    ApiKey key = find(idOrName);
                    String secret = Secret.newKey(key.id(), random);
                    if (!table.rotate(key.id(), Secret.hash(secret), until)) {
                        throw unknown();
                    }
                    audit.record(
                            by,
                            Act.KEY_ROTATED,
                            key.id(),
                            "%s: the old secret ends %s".formatted(key.name(), until));
                    return new Made(find(key.id()), secret);
                });
        ring.forget();
        return java.util.Objects.requireNonNull(made);
    }

    /// Takes a key back. It opens nothing from now on, on other replicas within the time of
    /// `quirkwatch.access.refresh`.
    ///
    /// @return the key that there was
    /// @throws Problem `not-found`
    ApiKey revoke(String idOrName, String by) {
        ApiKey revoked =
                transactions.execute(status -> {
                    ApiKey key = find(idOrName);
                    if (!table.delete(key.id())) {
                        throw unknown();
                    }
                    audit.record(by, Act.KEY_REVOKED, key.id(), key.name());
                    return key;
                });
        ring.forget();
        return java.util.Objects.requireNonNull(revoked);
    }

    private ApiKey find(String idOrName) {
        return table.all().stream()
                .filter(key -> key.id().equals(idOrName) || key.name().equals(idOrName))
                .findFirst()
                .orElseThrow(KeyAdministration::unknown);
    }

    private static Problem unknown() {
        return new Problem(
                ProblemCode.NOT_FOUND,
                "there is no such key in the database; those of the configuration are changed there");
    }

    private static Problem taken(String name) {
        return new Problem(
                ProblemCode.KEY_CONFLICT, "there is a key of the name %s already".formatted(name));
    }

    private static Problem invalid(String pointer, String detail) {
        return new Problem(
                ProblemCode.INVALID_KEY,
                "the key has a fault at %s: %s".formatted(pointer, detail),
                List.of(new Problem.FieldError(pointer, detail)));
    }
}
