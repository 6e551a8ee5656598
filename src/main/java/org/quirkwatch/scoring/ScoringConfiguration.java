package org.quirkwatch.scoring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.artifact.SignaturePolicy;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.quirkwatch.lane.Judges;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.UntrustedWindow;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.model.Precision;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.ProblemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.info.BuildProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import tools.jackson.databind.json.JsonMapper;

/// Puts the service together: the model and the detector are loaded, matched and tried before the
/// first request can come. What cannot be loaded ends the start.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({QuirkwatchProperties.class, ArtifactProperties.class})
class ScoringConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(ScoringConfiguration.class);

    @Bean
    SignalParser signalParser(QuirkwatchProperties properties) {
        return new SignalParser(
                properties.limits().signal(),
                LabelRule.REQUIRED,
                () -> UUID.randomUUID().toString());
    }

    @Bean
    BoundedBodies boundedBodies(QuirkwatchProperties properties) {
        QuirkwatchProperties.Limits limits = properties.limits();
        return new BoundedBodies(limits.maxBodiesSize().toBytes(), limits.maxBodyTime());
    }

    @Bean(destroyMethod = "close")
    Models models(QuirkwatchProperties properties) {
        // Names that cannot be meant are found before gigabytes are read.
        Precision precision = Precision.parse(properties.dtype());
        List<ComputeDevice> devices =
                properties.devices().stream().map(ComputeDevice::parse).toList();
        Path directory =
                properties.model().isEmpty() ? Bundled.model() : Path.of(properties.model());
        Checkpoint checkpoint =
                Checkpoint.open(
                        directory,
                        Optional.of(properties.adapter()).filter(a -> !a.isEmpty()).map(Path::of),
                        ScanMemory.of(properties.cache()));
        return Models.load(checkpoint, devices, precision);
    }

    @Bean
    SignaturePolicy signaturePolicy(ArtifactProperties properties) {
        return SignaturePolicy.of(properties.trustedKeys(), properties.requireSignature());
    }

    @Bean
    Artifact artifact(QuirkwatchProperties properties, SignaturePolicy signatures) {
        return ArtifactDirectory.read(
                properties.detector().isEmpty()
                        ? Bundled.detector()
                        : Path.of(properties.detector()),
                signatures);
    }

    @Bean
    Policies policies(QuirkwatchProperties properties) {
        return new Policies(properties.allPolicies());
    }

    /// Who judges by an artifact: as it was fitted, or, of a rule that learns from untrusted rows,
    /// as it is fitted anew with traffic.
    private static Judges judges(QuirkwatchProperties properties, Artifact artifact) {
        boolean offline = Rules.named(artifact.detector().rule()).offline();
        if (!offline || !properties.untrustedWindow().enabled()) {
            return Judges.fixed(artifact);
        }
        if (!artifact.kept().hasHeldOut()) {
            LOG.warn(
                    "detector {} keeps no held-out rows to calibrate by: it judges with the untrusted"
                            + " rows of its fit; fitted anew, and not too wide, it learns from"
                            + " traffic",
                    artifact.id());
            return Judges.fixed(artifact);
        }
        return new UntrustedWindow(
                artifact, properties.untrustedWindow().limits(), InstantSource.system());
    }

    /// Which detector judges. Stopped after the lanes, which it hears.
    @Bean(destroyMethod = "close")
    Detectors detectors(
            QuirkwatchProperties properties,
            Models models,
            Artifact artifact,
            Policies policies,
            ScoringMetrics metrics,
            ObjectProvider<Lanes> lanes) {
        return new Detectors(
                models.all(),
                artifact,
                fitted -> judges(properties, fitted),
                policies,
                metrics,
                properties.lane().sharedSize().toBytes(),
                lanes::getObject);
    }

    @Bean
    ScoringMetrics scoringMetrics(
            Models models,
            Policies policies,
            MeterRegistry meters,
            ObservationRegistry observations,
            ObjectProvider<BuildProperties> build) {
        BuildProperties known = build.getIfAvailable();
        String version = known == null ? null : known.getVersion();
        return new ScoringMetrics(
                meters,
                observations,
                models.all().getFirst().identity().id(),
                policies,
                version == null ? "unknown" : version);
    }

    // Opened after every device has scored, so that nothing is answered before.
    @Bean(destroyMethod = "close")
    Lanes lanes(QuirkwatchProperties properties, Detectors detectors, ScoringMetrics metrics) {
        List<Scorer> scorers = detectors.scorers();
        scorers.forEach(scorer -> Readiness.tryOut(scorer, Supplier::get));
        Lanes lanes = new Lanes(detectors.devices(), properties.lane().limits(), metrics);
        metrics.watchPending(lanes::pending);
        detectors.opened();
        ModelIdentity model = detectors.model();
        Artifact artifact = detectors.active();
        LOG.info(
                "model {} ({}, {} on {}), detector {} ({} calibration rows): signals are scored",
                model.id(),
                model.architecture(),
                model.dtype(),
                String.join(", ", scorers.stream().map(s -> s.model().device()).toList()),
                artifact.id(),
                artifact.calibration().n());
        return lanes;
    }

    @Bean
    Readiness readiness(Lanes lanes) {
        return new Readiness(lanes);
    }

    @Bean
    HealthIndicator scoringHealthIndicator(Readiness readiness) {
        return readiness::health;
    }

    @Bean
    SignalScoring signalScoring(
            Detectors detectors,
            Lanes lanes,
            ScoringMetrics metrics,
            Policies policies,
            ObjectProvider<Tracer> tracer) {
        return new SignalScoring(
                detectors::scorer,
                lanes,
                detectors::shared,
                metrics,
                new StageSpans(tracer.getIfAvailable(() -> Tracer.NOOP), InstantSource.system()),
                policies);
    }

    @Bean
    Answers answers() {
        return new Answers();
    }

    @Bean
    Recording recording(
            Detectors detectors,
            Answers heard,
            ObjectProvider<VerdictLedger> ledger,
            JsonMapper json) {
        return new Recording(
                detectors,
                heard,
                ledger.getIfAvailable(() -> VerdictLedger.NONE),
                new TimeOrderedIds(new SecureRandom()),
                InstantSource.system(),
                json);
    }

    @Bean
    Answering answering(
            QuirkwatchProperties properties,
            SignalScoring scoring,
            Detectors detectors,
            ObjectProvider<DetectorLookup> others,
            ObjectProvider<VerdictLedger> ledger,
            Recording recording,
            JsonMapper json) {
        return new Answering(
                scoring,
                detectors,
                others::getObject,
                ledger.getIfAvailable(() -> VerdictLedger.NONE),
                recording,
                json,
                properties.lane().maxWait());
    }

    @Bean
    BackgroundScoring backgroundScoring(
            SignalScoring scoring,
            Answering answering,
            Recording recording,
            Lanes lanes,
            JsonMapper json) {
        return new BackgroundScoring(scoring, answering, recording, lanes, json);
    }

    @Bean
    RequestGate requestGate(
            Lanes lanes, ObjectProvider<VerdictLedger> ledger, ProblemWriter problems) {
        return new RequestGate(lanes, ledger.getIfAvailable(() -> VerdictLedger.NONE), problems);
    }

    @Bean
    FilterRegistrationBean<RequestGate> requestGateRegistration(RequestGate gate) {
        FilterRegistrationBean<RequestGate> registration = new FilterRegistrationBean<>(gate);
        registration.setUrlPatterns(List.of("/v1/signals", "/v1/signals/*"));
        registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return registration;
    }

    @Bean
    Drain drain(
            QuirkwatchProperties properties,
            Lanes lanes,
            RequestGate gate,
            ApplicationEventPublisher events) {
        QuirkwatchProperties.Drain drain = properties.drain();
        return new Drain(lanes, gate, events, drain.atLeast(), drain.atMost());
    }
}
