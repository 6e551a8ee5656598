package org.quirkwatch.scoring;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.model.Precision;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.torch.ComputeDevice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Puts the service together: the model and the detector are loaded, matched and tried before the
/// first request can come. What cannot be loaded ends the start.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(QuirkwatchProperties.class)
class ScoringConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(ScoringConfiguration.class);

    @Bean
    SignalParser signalParser(QuirkwatchProperties properties) {
        return new SignalParser(
                properties.limits().signal(),
                LabelRule.REQUIRED,
                () -> UUID.randomUUID().toString());
    }

    @Bean(destroyMethod = "close")
    HookedModel hookedModel(QuirkwatchProperties properties) {
        // Names that cannot be meant are found before gigabytes are read.
        Precision precision = Precision.parse(properties.dtype());
        ComputeDevice device = ComputeDevice.parse(properties.device());
        Path directory =
                properties.model().isEmpty() ? Bundled.model() : Path.of(properties.model());
        Checkpoint checkpoint =
                Checkpoint.open(
                        directory,
                        Optional.of(properties.adapter()).filter(a -> !a.isEmpty()).map(Path::of),
                        ScanMemory.of(properties.cache()));
        return HookedModel.load(checkpoint, device, precision);
    }

    @Bean
    Scorer scorer(QuirkwatchProperties properties, HookedModel model) {
        Path directory =
                properties.detector().isEmpty()
                        ? Bundled.detector()
                        : Path.of(properties.detector());
        return new Scorer(model, ArtifactDirectory.read(directory));
    }

    @Bean
    ScoringMetrics scoringMetrics(
            QuirkwatchProperties properties,
            Scorer scorer,
            MeterRegistry meters,
            ObjectProvider<BuildProperties> build) {
        List<Policy> policies = properties.allPolicies();
        policies.forEach(policy -> policy.requireResolvable(scorer.artifact().calibration()));
        BuildProperties known = build.getIfAvailable();
        String version = known == null ? null : known.getVersion();
        return new ScoringMetrics(
                meters,
                scorer.model().id(),
                scorer.artifact(),
                policies,
                version == null ? "unknown" : version);
    }

    @Bean(destroyMethod = "close")
    ModelLane modelLane(QuirkwatchProperties properties, Scorer scorer, ScoringMetrics metrics) {
        return new ModelLane(
                scorer, properties.lane().bounds(), properties.lane().maxPendingSignals(), metrics);
    }

    @Bean
    Readiness readiness(Scorer scorer, ModelLane lane) {
        Readiness readiness = Readiness.afterTrying(scorer, lane);
        ModelIdentity model = scorer.model();
        Artifact detector = scorer.artifact();
        LOG.info(
                "model {} ({}, {} on {}), detector {} ({} calibration rows): one signal scored",
                model.id(),
                model.architecture(),
                model.dtype(),
                model.device(),
                detector.id(),
                detector.calibration().n());
        return readiness;
    }

    @Bean
    HealthIndicator scoringHealthIndicator(Readiness readiness) {
        return readiness::health;
    }

    // Needs the readiness so that nothing is answered before a signal was scored.
    @Bean
    SignalScoring signalScoring(
            QuirkwatchProperties properties,
            Scorer scorer,
            ModelLane lane,
            ScoringMetrics metrics,
            Readiness readiness) {
        return new SignalScoring(scorer, lane, metrics, properties.allPolicies());
    }
}
