package org.quirkwatch.scoring;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quirkwatch.access.KeyStore;

/// Keys of the configuration for tests, one of each kind.
final class TestKeys {

    /// Who asks.
    enum Who {
        NONE,
        WRONG,
        EXPIRED,
        SCORE,
        REVIEW,
        ADMIN
    }

    private final Map<Who, KeyStore.Generated> keys = new EnumMap<>(Who.class);

    TestKeys() {
        for (Who who : Who.values()) {
            keys.put(who, KeyStore.generate());
        }
    }

    /// The settings of a service that knows them and asks for them.
    String[] settings() {
        return List.of(
                        "quirkwatch.access.enabled=true",
                        key(0, Who.SCORE, "score"),
                        key(1, Who.REVIEW, "review"),
                        "quirkwatch.access.bootstrap-key-hash=" + of(Who.ADMIN).hash(),
                        key(2, Who.EXPIRED, "admin"),
                        "quirkwatch.access.keys[2].expires=2020-01-01T00:00:00Z")
                .stream()
                .flatMap(setting -> setting.lines())
                .toArray(String[]::new);
    }

    /// The key itself.
    String secret(Who who) {
        return of(who).secret();
    }

    /// What proves it; nothing for nobody.
    Map<String, String> headers(Who who) {
        return who == Who.NONE ? Map.of() : Map.of("Authorization", "Bearer " + secret(who));
    }

    private KeyStore.Generated of(Who who) {
        return java.util.Objects.requireNonNull(keys.get(who));
    }

    private String key(int place, Who who, String scope) {
        String name = "quirkwatch.access.keys[" + place + "].";
        return String.join(
                "\n",
                name + "name=the-" + who.name().toLowerCase(Locale.ROOT),
                name + "hash=" + of(who).hash(),
                name + "scopes=" + scope);
    }
}
