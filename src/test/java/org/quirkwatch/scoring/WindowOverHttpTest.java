package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quirkwatch.Quirkwatch;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.signal.Signal;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.JsonNode;

/// A service with a detector that learns from untrusted rows.
@SpringBootTest(
        classes = Quirkwatch.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "quirkwatch.untrusted-window.size=60",
            "quirkwatch.untrusted-window.least=40",
            "quirkwatch.untrusted-window.every=40",
            "quirkwatch.policies.default.alpha-review=0.05",
            "quirkwatch.policies.default.alpha-discard=0.02",
            "management.metrics.export.prometheus.enabled=true"
        })
@ContextConfiguration(initializers = WindowOverHttpTest.OfflineDetector.class)
@DirtiesContext
class WindowOverHttpTest {

    private final Caller caller;

    WindowOverHttpTest(@LocalServerPort int port) {
        caller = new Caller(port);
    }

    /// Points the service to the model and the detector of this test.
    static final class OfflineDetector
            implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext context) {
            try {
                Path folder = Files.createTempDirectory("quirkwatch-window-test");
                Path detector = folder.resolve("offline");
                ArtifactDirectory.write(TinyDetector.offline(), detector);
                for (Path each :
                        List.of(
                                folder,
                                detector,
                                detector.resolve("manifest.json"),
                                detector.resolve("detector.safetensors"))) {
                    each.toFile().deleteOnExit();
                }
                TestPropertyValues.of(
                                "quirkwatch.model=" + TinyDetector.MODEL,
                                "quirkwatch.detector=" + detector,
                                "quirkwatch.device=cpu",
                                "quirkwatch.dtype=float32")
                        .applyTo(context);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void verdictsSayWhichUntrustedSignalsTheRuleHadLearnedFrom() throws Exception {
        Signal signal = TinyDetector.signals(1, new SplittableRandom(40)).getFirst();
        JsonNode first = caller.verdict(signal);
        assertThat(first.at("/window/number").asInt()).isZero();
        assertThat(first.at("/window/n").asInt()).isEqualTo(100);
        assertThat(first.at("/window").has("from")).isFalse();

        // The traffic of its trial and of this one signal is too little; this is enough.
        caller.verdicts(TinyDetector.signals(50, new SplittableRandom(41)));
        JsonNode later = first;
        for (int i = 0; i < 500 && later.at("/window/number").asInt() == 0; i++) {
            Thread.sleep(10);
            // Another prompt each time, as what was measured before is answered again.
            Signal other = TinyDetector.signals(1, new SplittableRandom(1_000 + i)).getFirst();
            later = explained(other);
        }
        assertThat(later.at("/window/number").asInt()).isPositive();
        assertThat(later.at("/window/n").asInt()).isBetween(40, 60);
        assertThat(later.at("/window/from").asString())
                .isLessThanOrEqualTo(later.at("/window/to").asString());
        assertThat(later.at("/calibration/n")).isEqualTo(first.at("/calibration/n"));
        assertThat(later.at("/threshold")).isNotEqualTo(first.at("/threshold"));
        assertThat(later.at("/layers/0/heads").size()).isPositive();

        // Under the window that judged it, it keeps its verdict, and says so.
        JsonNode again = caller.verdict(signal);
        assertThat(again.at("/window")).isEqualTo(first.at("/window"));
        assertThat(again.get("score")).isEqualTo(first.get("score"));
        assertThat(again.get("threshold")).isEqualTo(first.get("threshold"));

        assertThat(caller.metric("quirkwatch_window_fits_total")).isPositive();
        assertThat(caller.metric("quirkwatch_window_signals")).isBetween(40.0, 60.0);
        assertThat(caller.metric("quirkwatch_window_failures_total")).isZero();
    }

    private JsonNode explained(Signal signal) {
        return caller.post("/v1/signals?explain=true", Caller.json(signal)).json();
    }
}
