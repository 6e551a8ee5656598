package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.quirkwatch.signal.Signal;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@ServiceTest
class VerdictsOverHttpTest {

    private final Caller caller;

    VerdictsOverHttpTest(@LocalServerPort int port) {
        caller = new Caller(port);
    }

    @Test
    void aSignalGetsACalibratedVerdictWithEveryFieldInOrder() {
        Caller.Answer answer =
                caller.post(
                        "/v1/signals?explain=true",
                        """
                        {"id": "s-17", "prompt": "12 + 34 = 46", "label": " Yes",
                         "choices": [" No", " Yes"], "metadata": {"dataset": "x"}}
                        """);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.type()).startsWith("application/json");
        JsonNode verdict = answer.json();
        assertThat(verdict.propertyNames())
                .containsExactly(
                        "id",
                        "status",
                        "flagged",
                        "disposition",
                        "score",
                        "p_value",
                        "threshold",
                        "label",
                        "detector",
                        "calibration",
                        "model",
                        "policy",
                        "taps",
                        "timing_ms",
                        "tokens",
                        "layers");
        assertThat(verdict.get("id").asString()).isEqualTo("s-17");
        assertThat(verdict.get("status").asString()).isEqualTo("scored");
        double p = verdict.get("p_value").asDouble();
        int n = verdict.at("/calibration/n").asInt();
        assertThat(p).isBetween(1 / (n + 1.0), 1.0);
        assertThat(verdict.get("flagged").asBoolean()).isEqualTo(p < 0.01);
        assertThat(verdict.at("/threshold/review").asDouble())
                .isLessThanOrEqualTo(verdict.at("/threshold/discard").asDouble());
        assertThat(verdict.at("/label/log_prob").asDouble()).isNegative();
        assertThat(verdict.at("/label").propertyNames()).containsExactly("log_prob", "log_odds");
        assertThat(verdict.at("/detector/digest").asString()).matches("sha256:[0-9a-f]{64}");
        assertThat(verdict.at("/detector/rule").asString()).isEqualTo("mahalanobis");
        assertThat(verdict.at("/model/id").asString()).isEqualTo("llama-tied");
        assertThat(verdict.at("/policy/id").asString()).isEqualTo("default");
        assertThat(verdict.at("/taps/fired").asInt()).isEqualTo(verdict.at("/layers").size());
        assertThat(verdict.at("/timing_ms/forward").asDouble()).isPositive();
        assertThat(verdict.get("tokens").asInt()).isGreaterThan(5);
    }

    @Test
    void withoutChoicesThereAreNoLogOddsAndWithoutExplainNoLayers() {
        JsonNode verdict =
                caller.post("/v1/signals", "{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}")
                        .json();

        assertThat(verdict.get("label").propertyNames()).containsExactly("log_prob");
        assertThat(verdict.has("layers")).isFalse();
        assertThat(verdict.get("id").asString()).matches("[0-9a-f-]{36}");
    }

    @Test
    void theSameSignalAloneAndInABatchOf64MixedLengthsGetsTheSameVerdict() {
        List<Signal> signals = TinyDetector.signals(64, new SplittableRandom(11));
        List<JsonNode> together = caller.verdicts(signals);

        assertThat(together).hasSize(64);
        for (int i = 0; i < signals.size(); i++) {
            JsonNode alone = caller.verdict(signals.get(i));
            JsonNode batched = together.get(i);
            assertThat(batched.get("id")).isEqualTo(alone.get("id"));
            double score = alone.get("score").asDouble();
            assertThat(batched.get("score").asDouble())
                    .isCloseTo(score, within(1e-4 * Math.abs(score)));
            assertThat(batched.at("/label/log_odds").asDouble())
                    .isCloseTo(alone.at("/label/log_odds").asDouble(), within(1e-3));
        }
    }

    @Test
    void manyCallersAtOnceGetTheVerdictsThatTheyGetAlone() throws Exception {
        List<Signal> signals = TinyDetector.signals(60, new SplittableRandom(5));
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers =
                    callers.invokeAll(
                            signals.stream()
                                    .map(signal ->
                                            (java.util.concurrent.Callable<JsonNode>)
                                                    () -> caller.verdict(signal))
                                    .toList());
            for (int i = 0; i < signals.size(); i++) {
                double alone = caller.verdict(signals.get(i)).get("score").asDouble();
                assertThat(answers.get(i).get().get("score").asDouble()).isEqualTo(alone);
            }
        }
    }

    @Test
    void aSignalThatIsTooLongForTheModelIsRefusedAloneAndUnscoredInABatch() {
        String tooLong =
                "{\"id\": \"long\", \"prompt\": \"%s\", \"label\": \" Yes\", \"policy\": \"%s\"}";
        String digits = "7 ".repeat(2_000);
        Caller.Answer alone = caller.post("/v1/signals", tooLong.formatted(digits, "default"));
        assertThat(alone.status()).isEqualTo(422);
        assertThat(alone.json().get("type").asString()).isEqualTo("/problems/prompt-too-long");
        assertThat(alone.json().get("detail").asString()).containsPattern("\\d{4} .*256");

        JsonNode batch =
                caller.post(
                                "/v1/signals/batch",
                                "{\"signals\": [%s, %s, {\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}]}"
                                        .formatted(
                                                tooLong.formatted(digits, "default"),
                                                tooLong.formatted(digits, "strict")))
                        .json();
        JsonNode unscored = batch.at("/verdicts/0");
        assertThat(unscored.propertyNames())
                .containsExactly(
                        "id",
                        "status",
                        "flagged",
                        "disposition",
                        "reason",
                        "detector",
                        "calibration",
                        "model",
                        "policy");
        assertThat(unscored.get("status").asString()).isEqualTo("unscored");
        assertThat(unscored.get("disposition").asString()).isEqualTo("review");
        assertThat(unscored.get("flagged").asBoolean()).isTrue();
        assertThat(unscored.at("/reason/type").asString()).isEqualTo("/problems/prompt-too-long");
        assertThat(unscored.at("/reason").has("instance")).isFalse();
        assertThat(batch.at("/verdicts/1/disposition").asString()).isEqualTo("discard");
        assertThat(batch.at("/verdicts/2/status").asString()).isEqualTo("scored");
    }

    @Test
    void aShadowPolicyAcceptsAndSaysWhatItWouldHaveDone() {
        boolean flaggedOnce = false;
        for (Signal signal : TinyDetector.signals(20, new SplittableRandom(3))) {
            String json = Caller.json(signal).replaceFirst("\\{", "{\"policy\": \"watching\", ");
            JsonNode verdict = caller.post("/v1/signals", json).json();
            assertThat(verdict.get("disposition").asString()).isEqualTo("accept");
            assertThat(verdict.get("flagged").asBoolean()).isFalse();
            assertThat(verdict.at("/policy/mode").asString()).isEqualTo("shadow");
            String shadow = verdict.get("shadow_disposition").asString();
            assertThat(shadow)
                    .isEqualTo(verdict.get("p_value").asDouble() >= 0.5 ? "accept" : "review");
            flaggedOnce |= shadow.equals("review");
        }
        assertThat(flaggedOnce).isTrue();
    }

    @Test
    void namesTheModelAndTheDetector() {
        JsonNode model = caller.get("/v1/models/llama-tied").json();
        assertThat(model.get("architecture").asString()).isEqualTo("LlamaForCausalLM");
        assertThat(model.get("device").asString()).isEqualTo("cpu");
        assertThat(model.get("hook_points").size()).isEqualTo(7 * model.get("layers").asInt());
        assertThat(caller.get("/v1/models").json().get("models").get(0)).isEqualTo(model);

        JsonNode detector = caller.get("/v1/detectors/tiny-mahalanobis").json();
        assertThat(detector.get("active").asBoolean()).isTrue();
        assertThat(detector.at("/calibration/n").asInt()).isGreaterThan(1_000);
        assertThat(detector.at("/layers/0/numbers").isEmpty()).isFalse();
        assertThat(detector.at("/model/digest")).isEqualTo(model.get("digest"));
        assertThat(caller.get("/v1/detectors").json().get("detectors").get(0)).isEqualTo(detector);
    }

    @Test
    void isReadyAndAlive() {
        assertThat(caller.get("/actuator/health/readiness").body())
                .isEqualTo("{\"status\":\"UP\"}");
        assertThat(caller.get("/actuator/health/liveness").body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(caller.get("/actuator/env").status()).isEqualTo(404);
        assertThat(caller.get("/actuator/info").status()).isEqualTo(200);
    }

    @Test
    void countsAndTimesWhatItDoes() {
        caller.verdict(TinyDetector.signals(1, new SplittableRandom(1)).getFirst());
        caller.post("/v1/signals", "{oops");
        caller.post(
                "/v1/signals/batch",
                "{\"signals\": [{\"prompt\": \"%s\", \"label\": \" Yes\"}]}"
                        .formatted("7 ".repeat(2_000)));

        assertThat(caller.get("/actuator/prometheus").body())
                .containsPattern(
                        "quirkwatch_signals_total\\{application=\"quirkwatch\",detector=\"tiny-mahalanobis\",disposition=\"\\w+\",model=\"llama-tied\",source=\"http\"\\} [1-9]")
                .containsPattern(
                        "quirkwatch_unscored_total\\{.*reason=\"prompt-too-long\"\\} [1-9]")
                .containsPattern("quirkwatch_rejected_total\\{.*reason=\"malformed-json\"\\} [1-9]")
                .containsPattern("quirkwatch_score_bucket\\{.*le=.*\\} \\d")
                .containsPattern("quirkwatch_p_value_bucket\\{.*le=\"0.01\"\\} \\d")
                .containsPattern("quirkwatch_request_seconds_count\\{.*\\} [1-9]")
                .containsPattern("quirkwatch_queue_seconds_count\\{.*\\} [1-9]")
                .containsPattern("quirkwatch_tokenize_seconds_count\\{.*\\} [1-9]")
                .containsPattern("quirkwatch_forward_seconds_count\\{.*\\} [1-9]")
                .containsPattern("quirkwatch_score_seconds_count\\{.*\\} [1-9]")
                .containsPattern("quirkwatch_batch_signals_count\\{.*\\} [1-9]")
                .containsPattern("quirkwatch_batch_tokens_count\\{.*\\} [1-9]")
                .containsPattern("quirkwatch_pending_signals\\{.*\\} \\d")
                .containsPattern(
                        "quirkwatch_threshold\\{.*level=\"discard\",policy=\"default\"\\} \\d")
                .containsPattern("quirkwatch_expected_flag_rate\\{.*policy=\"default\"\\} 0.01")
                .containsPattern(
                        "quirkwatch_build_info\\{.*detector=\"tiny-mahalanobis\",model=\"llama-tied\",version=.*\\} 1")
                .containsPattern("quirkwatch_taps_fired_total\\{.*\\} [1-9]");
    }
}
