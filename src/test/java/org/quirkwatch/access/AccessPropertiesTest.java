package org.quirkwatch.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quirkwatch.web.Scope;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class AccessPropertiesTest {

    private static final String HASH = "sha256:" + "0a".repeat(32);

    @Test
    void everyPropertyIsBound() {
        AccessProperties bound =
                bind(
                        Map.ofEntries(
                                Map.entry("enabled", "true"),
                                Map.entry("bootstrap-key-hash", HASH),
                                Map.entry("keys[0].name", "a"),
                                Map.entry("keys[0].hash", HASH),
                                Map.entry("keys[0].scopes", "score,review"),
                                Map.entry("keys[0].expires", "2030-01-01T00:00:00Z"),
                                Map.entry("refresh", "1s"),
                                Map.entry("session", "2h"),
                                Map.entry("max-sessions", "3"),
                                Map.entry("max-keys", "4"),
                                Map.entry("audit-retention", "5d"),
                                Map.entry("rate-limit.enabled", "false"),
                                Map.entry("rate-limit.requests", "6"),
                                Map.entry("rate-limit.window", "7s")));

        assertThat(bound.enabled()).isTrue();
        assertThat(bound.bootstrapKeyHash()).isEqualTo(HASH);
        assertThat(bound.keys())
                .singleElement()
                .satisfies(key -> {
                    assertThat(key.name()).isEqualTo("a");
                    assertThat(key.hash()).isEqualTo(HASH);
                    assertThat(key.scopes()).containsExactlyInAnyOrder(Scope.SCORE, Scope.REVIEW);
                    assertThat(key.expires()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
                });
        assertThat(bound.refresh()).isEqualTo(Duration.ofSeconds(1));
        assertThat(bound.session()).isEqualTo(Duration.ofHours(2));
        assertThat(bound.maxSessions()).isEqualTo(3);
        assertThat(bound.maxKeys()).isEqualTo(4);
        assertThat(bound.auditRetention()).isEqualTo(Duration.ofDays(5));
        assertThat(bound.rateLimit())
                .isEqualTo(new AccessProperties.RateLimit(false, 6, Duration.ofSeconds(7)));
    }

    @Test
    void twoKeysOfOneNameAreRefused() {
        AccessProperties twice =
                bind(
                        Map.of(
                                "bootstrap-key-hash",
                                HASH,
                                "keys[0].name",
                                "bootstrap",
                                "keys[0].hash",
                                HASH,
                                "keys[0].scopes",
                                "score"));

        assertThatThrownBy(() -> new KeyRing(twice, null, InstantSource.system()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two keys of one name");
    }

    private static AccessProperties bind(Map<String, String> values) {
        Map<String, String> named = new HashMap<>();
        values.forEach((name, value) -> named.put("quirkwatch.access." + name, value));
        return new Binder(new MapConfigurationPropertySource(named))
                .bindOrCreate("quirkwatch.access", AccessProperties.class);
    }
}
