package org.quirkwatch.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class IngestPropertiesTest {

    @Test
    void bindsEveryPropertyAndHasTheDocumentedDefaults() {
        assertThat(
                        bind(
                                Map.of(
                                        "quirkwatch.ingest.max-on-the-way", "1",
                                        "quirkwatch.ingest.checkpoint-lines", "2",
                                        "quirkwatch.ingest.checkpoint-every", "30ms")))
                .isEqualTo(new IngestProperties(1, 2, Duration.ofMillis(30)));
        assertThat(bind(Map.of())).isEqualTo(new IngestProperties(96, 512, Duration.ofSeconds(2)));
    }

    private static IngestProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("quirkwatch.ingest", IngestProperties.class);
    }
}
