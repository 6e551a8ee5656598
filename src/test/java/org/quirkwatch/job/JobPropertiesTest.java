package org.quirkwatch.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class JobPropertiesTest {

    @Test
    void bindsEveryProperty() {
        assertThat(
                        bind(
                                Map.ofEntries(
                                        Map.entry("max-running", "1"),
                                        Map.entry("max-waiting", "2"),
                                        Map.entry("max-input-size", "3MB"),
                                        Map.entry("max-inflation", "4"),
                                        Map.entry("max-lines", "5"),
                                        Map.entry("max-input-time", "6s"),
                                        Map.entry("max-result-size", "7MB"),
                                        Map.entry("max-stored-size", "8MB"),
                                        Map.entry("min-free-size", "9MB"),
                                        Map.entry("retention", "10s"),
                                        Map.entry("lease", "11s"),
                                        Map.entry("poll", "12ms"),
                                        Map.entry("max-attempts", "13"),
                                        Map.entry("max-listeners", "14"),
                                        Map.entry("max-listening", "15s"))))
                .isEqualTo(
                        new JobProperties(
                                1,
                                2,
                                DataSize.ofMegabytes(3),
                                4,
                                5,
                                Duration.ofSeconds(6),
                                DataSize.ofMegabytes(7),
                                DataSize.ofMegabytes(8),
                                DataSize.ofMegabytes(9),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(11),
                                Duration.ofMillis(12),
                                13,
                                14,
                                Duration.ofSeconds(15)));
    }

    @Test
    void hasTheDocumentedDefaults() {
        assertThat(bind(Map.of()))
                .isEqualTo(
                        new JobProperties(
                                2,
                                100,
                                DataSize.ofMegabytes(256),
                                250,
                                1_000_000,
                                Duration.ofMinutes(10),
                                DataSize.ofGigabytes(4),
                                DataSize.ofGigabytes(4),
                                DataSize.ofMegabytes(256),
                                Duration.ofDays(7),
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(1),
                                5,
                                64,
                                Duration.ofHours(1)));
    }

    static JobProperties bind(Map<String, String> values) {
        return new Binder(
                        new MapConfigurationPropertySource(
                                values.entrySet().stream()
                                        .collect(
                                                Collectors.toMap(
                                                        e -> "quirkwatch.job." + e.getKey(),
                                                        Map.Entry::getValue))))
                .bindOrCreate("quirkwatch.job", JobProperties.class);
    }
}
