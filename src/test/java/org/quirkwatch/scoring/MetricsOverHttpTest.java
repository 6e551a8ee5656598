package org.quirkwatch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.quirkwatch.signal.Signal;
import org.springframework.boot.test.web.server.LocalServerPort;

@ServiceTest
class MetricsOverHttpTest {

    private static final String SECRET = "Xylophonist";

    private final Caller caller;

    MetricsOverHttpTest(@LocalServerPort int port) {
        caller = new Caller(port);
    }

    @Test
    void everyMetricOfTheContractIsThereAndNothingOfASignal() {
        traffic();
        String body = caller.get("/actuator/prometheus").body();
        List<String> names =
                body.lines()
                        .filter(line -> !line.startsWith("#"))
                        .map(line -> line.split("[ {]", 2)[0])
                        .distinct()
                        .toList();

        assertThat(names)
                .contains(
                        "quirkwatch_signals_total",
                        "quirkwatch_unscored_total",
                        "quirkwatch_rejected_total",
                        "quirkwatch_shared_total",
                        "quirkwatch_taps_fired_total",
                        "quirkwatch_pending_signals",
                        "quirkwatch_threshold",
                        "quirkwatch_expected_flag_rate",
                        "quirkwatch_calibration_signals",
                        "quirkwatch_top_layer_total",
                        "quirkwatch_build_info");
        for (String histogram :
                List.of(
                        "score",
                        "p_value",
                        "request_seconds",
                        "queue_seconds",
                        "tokenize_seconds",
                        "forward_seconds",
                        "score_seconds",
                        "batch_signals",
                        "batch_tokens")) {
            assertThat(names)
                    .contains(
                            "quirkwatch_" + histogram + "_bucket",
                            "quirkwatch_" + histogram + "_count",
                            "quirkwatch_" + histogram + "_sum");
            assertThat(caller.metric("quirkwatch_" + histogram + "_count")).isPositive();
        }
        assertThat(names).noneMatch(name -> name.contains("_active_seconds"));
        assertThat(body).doesNotContainIgnoringCase(SECRET);
    }

    @Test
    void signalsAreCountedByWhatBecameOfThemAndWhatBroughtThem() {
        double before = caller.metric("quirkwatch_signals_total", "source=\"stream\"");
        double single = caller.metric("quirkwatch_signals_total", "source=\"http\"");
        double unscored = caller.metric("quirkwatch_unscored_total", "invalid-signal");
        double streamed = caller.metric("quirkwatch_request_seconds_count", "source=\"stream\"");
        double requests = caller.metric("quirkwatch_request_seconds_count", "source=\"http\"");
        List<Signal> signals = TinyDetector.signals(5, new SplittableRandom(71));
        String lines =
                signals.stream().map(Caller::json).collect(Collectors.joining("\n", "", "\n{}\n"));
        caller.post("/v1/signals", lines.getBytes(UTF_8), StreamCaller.NDJSON);
        caller.verdicts(signals);

        // Without the line that is no signal.
        assertThat(caller.metric("quirkwatch_request_seconds_count", "source=\"stream\""))
                .isEqualTo(streamed + 5);
        assertThat(caller.metric("quirkwatch_request_seconds_count", "source=\"http\""))
                .isEqualTo(requests + 1);
        assertThat(caller.metric("quirkwatch_signals_total", "source=\"stream\""))
                .isEqualTo(before + 6);
        assertThat(caller.metric("quirkwatch_signals_total", "source=\"http\""))
                .isEqualTo(single + 5);
        assertThat(caller.metric("quirkwatch_unscored_total", "invalid-signal"))
                .isEqualTo(unscored + 1);
    }

    /// Every way in, and every way to fail, each with the secret wherever a caller can write.
    private void traffic() {
        String signal =
                "{\"id\": \"%s-1\", \"prompt\": \"%s + 1\", \"label\": \" %s\", \"metadata\": {\"%s\": \"%s\"}}"
                        .replace("%s", SECRET);
        caller.post("/v1/signals?explain=true&x=" + SECRET, signal);
        caller.post("/v1/signals/batch", "{\"signals\": [%s, %s]}".formatted(signal, signal));
        String tooLong =
                "{\"prompt\": \"%s\", \"label\": \"l\"}".formatted((SECRET + " ").repeat(900));
        String unknown = signal.replace("}}", "}, \"policy\": \"" + SECRET + "\"}");
        for (String bad : List.of("{" + SECRET, "{\"" + SECRET + "\": 1}", tooLong, unknown)) {
            caller.post("/v1/signals", bad);
            caller.post(
                    "/v1/signals",
                    (signal + "\n" + bad + "\n").getBytes(UTF_8),
                    StreamCaller.NDJSON);
        }
        caller.post("/v1/" + SECRET, signal);
        caller.get("/v1/models/" + SECRET);
        caller.get("/v1/detectors/" + SECRET);
        caller.post("/v1/signals", signal.getBytes(UTF_8), "text/" + SECRET);
    }
}
