package org.quirkwatch.rollout;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.quirkwatch.audit.Audit;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.review.ReviewOutcomes;
import org.quirkwatch.scoring.Answers;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.scoring.Policies;
import org.quirkwatch.signal.SignalParser;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/// Puts detectors over HTTP together. Without a verdict log what is chosen is remembered until the
/// service stops.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(RolloutProperties.class)
class RolloutConfiguration {

    private static final String LOGGED = "quirkwatch.verdict-log.enabled";

    @Bean
    ArtifactStore artifactStore(RolloutProperties properties) {
        return new ArtifactStore(
                properties.storeDirectory(),
                properties.rollout().maxDetectors(),
                properties.rollout().maxSize().toBytes());
    }

    @Bean
    Catalogue catalogue(Detectors detectors, ArtifactStore store) {
        return new Catalogue(detectors.first(), detectors.model(), store);
    }

    /// Where there is a database.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = LOGGED, matchIfMissing = true)
    static class Kept {

        @Bean
        ActivationHistory activationHistory(JdbcOperations jdbc, Detectors detectors) {
            return new ActivationTable(jdbc, scope(detectors.model()));
        }

        @Bean
        ShadowStore shadowStore(
                JdbcOperations jdbc, PlatformTransactionManager transactions, Detectors detectors) {
            return new ShadowTable(
                    jdbc, new TransactionTemplate(transactions), scope(detectors.model()));
        }

        @Bean
        DetectorFitting detectorFitting(
                RolloutProperties properties,
                Detectors detectors,
                Catalogue catalogue,
                SignalParser parser,
                Trail trail,
                JsonMapper json) {
            return new DetectorFitting(
                    detectors,
                    catalogue,
                    parser,
                    trail,
                    json,
                    properties.rollout().passSignals(),
                    properties.rollout().maxFitSize().toBytes());
        }

        // Before the server takes a request: levels that were applied hold from the first one on.
        @Bean(initMethod = "follow")
        Recalibration recalibration(
                Policies policies,
                Detectors detectors,
                ReviewOutcomes outcomes,
                JdbcOperations jdbc) {
            return new Recalibration(
                    policies,
                    detectors,
                    outcomes,
                    new PolicyLevelTable(jdbc),
                    InstantSource.system());
        }

        @Bean
        Following following(Rollout rollout, Shadows shadows, Recalibration recalibration) {
            return new Following(rollout, shadows, recalibration);
        }
    }

    /// Where there is none.
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = LOGGED, havingValue = false)
    static class Remembered {

        @Bean
        ActivationHistory activationHistory() {
            return new MemoryHistory();
        }

        @Bean
        ShadowStore shadowStore() {
            return ShadowStore.inMemory();
        }
    }

    /// What a detector belongs to.
    static String scope(ModelIdentity model) {
        return "%s %s %s".formatted(model.digest(), model.tokenizerDigest(), model.dtype());
    }

    @Bean
    Trail trail(ObjectProvider<Audit> audit) {
        return new Trail(Optional.ofNullable(audit.getIfAvailable()));
    }

    @Bean
    RolloutMetrics rolloutMetrics(MeterRegistry meters) {
        return new RolloutMetrics(meters);
    }

    @Bean(destroyMethod = "close")
    Shadows shadows(
            RolloutProperties properties,
            Detectors detectors,
            Catalogue catalogue,
            ShadowStore store,
            RolloutMetrics metrics,
            Answers answers) {
        Shadows shadows =
                new Shadows(
                        detectors,
                        catalogue,
                        store,
                        metrics,
                        InstantSource.system(),
                        properties.rollout().maxShadowSignals(),
                        properties.rollout().passSignals());
        answers.tell(shadows);
        metrics.watchShadow(() ->
                shadows.current()
                        .map(shadow -> shadow.summary().rankCorrelation().orElse(Double.NaN))
                        .orElse(Double.NaN));
        return shadows;
    }

    // Started before the server takes a request: what was chosen judges from the first one on.
    @Bean(initMethod = "start")
    Rollout rollout(
            Detectors detectors,
            Catalogue catalogue,
            ActivationHistory history,
            Shadows shadows,
            RolloutMetrics metrics) {
        return new Rollout(detectors, catalogue, history, shadows, metrics, InstantSource.system());
    }

    @Bean
    DetectorQuality detectorQuality(ObjectProvider<ReviewOutcomes> outcomes) {
        ReviewOutcomes reviews = outcomes.getIfAvailable();
        return reviews == null ? Map::of : () -> quality(reviews);
    }

    private static Map<String, DetectorDocument.Quality> quality(ReviewOutcomes reviews) {
        return reviews.rates().stream()
                .collect(
                        Collectors.toMap(
                                ReviewOutcomes.Rate::detectorDigest,
                                rate ->
                                        new DetectorDocument.Quality(
                                                rate.confirmed(),
                                                rate.dismissed(),
                                                rate.overturned(),
                                                rate.interval().low(),
                                                rate.interval().high()),
                                (first, second) -> first));
    }
}
