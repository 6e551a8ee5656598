package org.quirkwatch.access;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Scope;

/// The keys that open, those of the configuration and those of the database. Thread-safe.
final class KeyRing {

    private static final String CONFIGURED = "config:";

    private final List<ApiKey> configured;
    private final @Nullable Refreshed<Map<String, ApiKey>> stored;
    private final InstantSource clock;

    /// @param properties with the keys of the configuration
    /// @param table null where there is no database
    KeyRing(AccessProperties properties, @Nullable KeyTable table, InstantSource clock) {
        this.configured = configured(properties);
        this.stored =
                table == null
                        ? null
                        : new Refreshed<>(() -> byId(table.all()), properties.refresh());
        this.clock = clock;
    }

    /// What came of looking at a key.
    sealed interface Found {

        /// It opens.
        record Valid(ApiKey key) implements Found {}

        /// It was right until it ended.
        record Expired(ApiKey key) implements Found {}

        /// Nobody has it.
        record Unknown() implements Found {}
    }

    /// Looks at what a caller sent.
    ///
    /// @throws org.quirkwatch.problem.Problem `access-unavailable`
    Found find(String presented) {
        Optional<String> id = Secret.id(presented);
        if (id.isEmpty()) {
            return new Found.Unknown();
        }
        byte[] hash = Secret.hash(presented);
        Instant now = clock.instant();
        for (ApiKey key : configured) {
            if (key.opensFor(hash, now)) {
                return found(key, now);
            }
        }
        if (stored == null) {
            return new Found.Unknown();
        }
        ApiKey key = stored.get().get(id.get());
        if (key == null || !key.opensFor(hash, now)) {
            // Made, or rotated, on another replica just now.
            key = stored.getNewer().get(id.get());
        }
        return key != null && key.opensFor(hash, now) ? found(key, now) : new Found.Unknown();
    }

    /// The key of an id, while it opens.
    ///
    /// @throws org.quirkwatch.problem.Problem `access-unavailable`
    Optional<ApiKey> valid(String id) {
        Instant now = clock.instant();
        Optional<ApiKey> key =
                id.startsWith(CONFIGURED)
                        ? configured.stream().filter(k -> k.id().equals(id)).findFirst()
                        : Optional.ofNullable(stored).map(keys -> keys.get().get(id));
        return key.filter(k -> !k.expired(now));
    }

    /// Whether there is a key at all; false too where the database cannot be read.
    boolean isEmpty() {
        return configured.isEmpty() && (stored == null || stored.get().isEmpty());
    }

    /// Whether a key of the configuration has this name.
    boolean hasConfigured(String name) {
        return configured.stream().anyMatch(key -> key.name().equals(name));
    }

    /// What this process changed holds at once.
    void forget() {
        if (stored != null) {
            stored.forget();
        }
    }

    private static Found found(ApiKey key, Instant now) {
        return key.expired(now) ? new Found.Expired(key) : new Found.Valid(key);
    }

    private static Map<String, ApiKey> byId(List<ApiKey> keys) {
        Map<String, ApiKey> byId = new HashMap<>();
        keys.forEach(key -> byId.put(key.id(), key));
        return Map.copyOf(byId);
    }

    private static List<ApiKey> configured(AccessProperties properties) {
        List<ApiKey> keys = new ArrayList<>();
        properties
                .keys()
                .forEach(key ->
                        keys.add(configured(key.name(), key.hash(), key.scopes(), key.expires())));
        if (!properties.bootstrapKeyHash().isEmpty()) {
            keys.add(
                    configured(
                            "bootstrap",
                            properties.bootstrapKeyHash(),
                            EnumSet.of(Scope.ADMIN),
                            null));
        }
        long names = keys.stream().map(ApiKey::name).distinct().count();
        if (names != keys.size()) {
            throw new IllegalArgumentException(
                    "quirkwatch.access.keys has two keys of one name (the bootstrap key is called"
                            + " bootstrap)");
        }
        return List.copyOf(keys);
    }

    private static ApiKey configured(
            String name, String hash, java.util.Set<Scope> scopes, @Nullable Instant expires) {
        return new ApiKey(
                CONFIGURED + name,
                name,
                scopes,
                new ApiKey.Hash(Secret.parseHash(hash)),
                Optional.empty(),
                Instant.EPOCH,
                "configuration",
                Optional.ofNullable(expires));
    }
}
