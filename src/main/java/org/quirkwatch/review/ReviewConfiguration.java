package org.quirkwatch.review;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.quirkwatch.web.BoundedBodies;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Puts the queue together, where verdicts are logged.
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ReviewProperties.class)
class ReviewConfiguration {

    @Bean
    ReviewTable reviewTable(JdbcOperations jdbc) {
        return new ReviewTable(jdbc);
    }

    @Bean(initMethod = "register")
    ReviewMetrics reviewMetrics(MeterRegistry meters, ReviewTable table) {
        return new ReviewMetrics(meters, table, InstantSource.system());
    }

    @Bean
    ReviewQueue reviewQueue(
            ReviewTable table,
            PlatformTransactionManager transactions,
            ReviewProperties properties,
            ReviewMetrics metrics,
            ApplicationEventPublisher events) {
        return new ReviewQueue(
                table,
                new TransactionTemplate(transactions),
                InstantSource.system(),
                properties.lease(),
                metrics,
                events);
    }

    @Bean
    OpenedReviews openedReviews(MeterRegistry meters) {
        return new OpenedReviews(meters);
    }

    @Bean
    ReviewOutcomes reviewOutcomes(JdbcOperations jdbc) {
        return new ReviewOutcomes(jdbc);
    }

    @Bean
    ReviewBodies reviewBodies(BoundedBodies bodies) {
        return new ReviewBodies(bodies);
    }
}
