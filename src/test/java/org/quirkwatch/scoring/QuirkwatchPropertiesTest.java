package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.signal.SignalLimits;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class QuirkwatchPropertiesTest {

    @Test
    void bindsEveryProperty() {
        QuirkwatchProperties properties =
                bind(
                        Map.ofEntries(
                                Map.entry("quirkwatch.model", "models/mine"),
                                Map.entry("quirkwatch.adapter", "adapters/mine"),
                                Map.entry("quirkwatch.detector", "detectors/mine"),
                                Map.entry("quirkwatch.device", "cuda:1"),
                                Map.entry("quirkwatch.dtype", "bfloat16"),
                                Map.entry("quirkwatch.cache", "caches/mine"),
                                Map.entry("quirkwatch.limits.max-body-size", "2MB"),
                                Map.entry("quirkwatch.limits.max-batch-signals", "7"),
                                Map.entry("quirkwatch.limits.max-signal-size", "3KB"),
                                Map.entry("quirkwatch.limits.max-id-chars", "11"),
                                Map.entry("quirkwatch.limits.max-prompt-chars", "12"),
                                Map.entry("quirkwatch.limits.max-label-chars", "13"),
                                Map.entry("quirkwatch.limits.max-choices", "14"),
                                Map.entry("quirkwatch.limits.max-metadata-size", "15B"),
                                Map.entry("quirkwatch.lane.max-pending-signals", "16"),
                                Map.entry("quirkwatch.lane.max-batch-signals", "17"),
                                Map.entry("quirkwatch.lane.max-batch-tokens", "18"),
                                Map.entry("quirkwatch.lane.max-delay", "19ms"),
                                Map.entry("quirkwatch.lane.max-wait", "20ms"),
                                Map.entry("quirkwatch.lane.shared-size", "21B"),
                                Map.entry("quirkwatch.drain.at-least", "22ms"),
                                Map.entry("quirkwatch.drain.at-most", "23ms"),
                                Map.entry("quirkwatch.limits.max-bodies-size", "24KB"),
                                Map.entry("quirkwatch.limits.max-body-time", "25ms"),
                                Map.entry("quirkwatch.limits.max-stream-lines", "26"),
                                Map.entry("quirkwatch.untrusted-window.enabled", "false"),
                                Map.entry("quirkwatch.untrusted-window.least", "27"),
                                Map.entry("quirkwatch.untrusted-window.size", "28"),
                                Map.entry("quirkwatch.untrusted-window.every", "29"),
                                Map.entry("quirkwatch.untrusted-window.after", "30ms"),
                                Map.entry("quirkwatch.lane.max-background-signals", "31"),
                                Map.entry("quirkwatch.policies.strict.version", "2"),
                                Map.entry("quirkwatch.policies.strict.alpha-review", "0.2"),
                                Map.entry("quirkwatch.policies.strict.alpha-discard", "0.1"),
                                Map.entry("quirkwatch.policies.strict.on-unscored", "discard"),
                                Map.entry("quirkwatch.policies.strict.mode", "shadow")));

        assertThat(properties)
                .isEqualTo(
                        new QuirkwatchProperties(
                                "models/mine",
                                "adapters/mine",
                                "detectors/mine",
                                "cuda:1",
                                "bfloat16",
                                "caches/mine",
                                new QuirkwatchProperties.Limits(
                                        DataSize.ofMegabytes(2),
                                        7,
                                        DataSize.ofKilobytes(3),
                                        11,
                                        12,
                                        13,
                                        14,
                                        DataSize.ofBytes(15),
                                        DataSize.ofKilobytes(24),
                                        Duration.ofMillis(25),
                                        26),
                                new QuirkwatchProperties.Lane(
                                        16,
                                        17,
                                        18,
                                        31,
                                        Duration.ofMillis(19),
                                        Duration.ofMillis(20),
                                        DataSize.ofBytes(21)),
                                new QuirkwatchProperties.UntrustedWindow(
                                        false, 28, 27, 29, Duration.ofMillis(30)),
                                new QuirkwatchProperties.Drain(
                                        Duration.ofMillis(22), Duration.ofMillis(23)),
                                Map.of(
                                        "strict",
                                        new QuirkwatchProperties.PolicySettings(
                                                2,
                                                0.2,
                                                0.1,
                                                Policy.OnUnscored.DISCARD,
                                                Policy.Mode.SHADOW))));
        assertThat(properties.limits().signal())
                .isEqualTo(new SignalLimits(3 * 1024, 11, 12, 13, 14, 15));
        assertThat(properties.lane().limits().bounds()).isEqualTo(new BatchBounds(17, 18));
        assertThat(properties.allPolicies()).extracting(Policy::id).contains("default", "strict");
    }

    @Test
    void hasTheDocumentedDefaults() {
        QuirkwatchProperties properties = bind(Map.of());

        assertThat(properties)
                .isEqualTo(
                        new QuirkwatchProperties(
                                "",
                                "",
                                "",
                                "auto",
                                "auto",
                                "",
                                new QuirkwatchProperties.Limits(
                                        DataSize.ofMegabytes(16),
                                        1024,
                                        DataSize.ofMegabytes(1),
                                        200,
                                        200_000,
                                        8192,
                                        64,
                                        DataSize.ofKilobytes(16),
                                        DataSize.ofMegabytes(256),
                                        Duration.ofSeconds(30),
                                        256),
                                new QuirkwatchProperties.Lane(
                                        4096,
                                        32,
                                        16_384,
                                        4,
                                        Duration.ofMillis(75),
                                        Duration.ofSeconds(60),
                                        DataSize.ofMegabytes(32)),
                                new QuirkwatchProperties.UntrustedWindow(
                                        true, 2000, 200, 500, Duration.ofSeconds(60)),
                                new QuirkwatchProperties.Drain(
                                        Duration.ofMillis(500), Duration.ofSeconds(25)),
                                new TreeMap<>()));
        assertThat(properties.limits().signal()).isEqualTo(SignalLimits.DEFAULT);
        assertThat(properties.lane().limits().bounds()).isEqualTo(BatchBounds.DEFAULT);
        assertThat(properties.allPolicies()).containsExactly(Policy.standard());
        assertThat(bind(Map.of("quirkwatch.policies.default.version", "1")).allPolicies())
                .containsExactly(Policy.standard());
    }

    @Test
    void refusesABatchThatCouldNeverBeTakenIn() {
        assertThatThrownBy(() -> bind(Map.of("quirkwatch.lane.max-pending-signals", "10")))
                .rootCause()
                .hasMessageContaining("max-batch-signals is 1024")
                .hasMessageContaining("max-pending-signals 10");
    }

    @Test
    void refusesAWindowThatCouldNeverBeFull() {
        assertThatThrownBy(() -> bind(Map.of("quirkwatch.untrusted-window.size", "199")))
                .rootCause()
                .hasMessageContaining("least is 200")
                .hasMessageContaining("size 199");
    }

    private static QuirkwatchProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("quirkwatch", QuirkwatchProperties.class);
    }
}
