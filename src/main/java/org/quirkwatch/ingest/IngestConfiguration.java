package org.quirkwatch.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import org.quirkwatch.scoring.BackgroundScoring;
import org.quirkwatch.signal.SignalParser;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// Puts bulk jobs together, where verdicts are logged.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@EnableConfigurationProperties(IngestProperties.class)
class IngestConfiguration {

    @Bean
    BulkScoring bulkScoring(
            BackgroundScoring scoring,
            SignalParser parser,
            IngestProperties properties,
            JsonMapper json,
            MeterRegistry meters) {
        return new BulkScoring(scoring, parser, properties, json, meters);
    }
}
