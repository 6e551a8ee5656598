package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.signal.Signal;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/// Who is taken in, who is told to come again, and who shares another's result.
@ServiceTest
@Timeout(300)
class AdmissionOverHttpTest {

    private static final int PLACES = 128;
    private static final String JSON = "Content-Type: application/json";
    private static final String GOOD = "{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}";

    private final int port;
    private final Lanes lanes;
    private final Caller caller;

    AdmissionOverHttpTest(@LocalServerPort int port, @Autowired Lanes lanes) {
        this.port = port;
        this.lanes = lanes;
        this.caller = new Caller(port);
    }

    @Test
    void equalSignalsShareOneResultUnderTheirOwnIdsAndPolicies() {
        String text =
                "\"prompt\": \"31 + 32 = 63\", \"label\": \" Yes\", \"choices\": [\" No\", \" Yes\"]";
        JsonNode first = caller.post("/v1/signals", "{\"id\": \"a\", " + text + "}").json();
        double shared = caller.metric("quirkwatch_shared_total");
        double passes = caller.metric("quirkwatch_batch_signals_sum");
        JsonNode second =
                caller.post(
                                "/v1/signals",
                                "{\"id\": \"b\", \"policy\": \"watching\", " + text + "}")
                        .json();
        JsonNode batch =
                caller.post(
                                "/v1/signals/batch",
                                "{\"signals\": [{\"id\": \"c\", %s}, {\"id\": \"d\", %s}]}"
                                        .formatted(text, text))
                        .json();

        assertThat(second.get("id").asString()).isEqualTo("b");
        assertThat(second.at("/policy/id").asString()).isEqualTo("watching");
        assertThat(batch.at("/verdicts/0/id").asString()).isEqualTo("c");
        assertThat(batch.at("/verdicts/1/id").asString()).isEqualTo("d");
        assertThat(second.get("score")).isEqualTo(first.get("score"));
        assertThat(batch.at("/verdicts/1/score")).isEqualTo(first.get("score"));
        assertThat(caller.metric("quirkwatch_shared_total")).isEqualTo(shared + 3);
        assertThat(caller.metric("quirkwatch_batch_signals_sum")).isEqualTo(passes);
    }

    @Test
    void equalSignalsOfOneBatchAreMeasuredOnce() {
        double passes = caller.metric("quirkwatch_batch_signals_sum");
        String text = "\"prompt\": \"41 + 42 = 83\", \"label\": \" No\"";
        JsonNode batch =
                caller.post(
                                "/v1/signals/batch",
                                "{\"signals\": [{\"id\": \"c\", %s}, {\"id\": \"d\", %s}]}"
                                        .formatted(text, text))
                        .json();

        assertThat(batch.at("/verdicts/0/score")).isEqualTo(batch.at("/verdicts/1/score"));
        assertThat(caller.metric("quirkwatch_batch_signals_sum")).isEqualTo(passes + 1);
    }

    @Test
    void anOverloadIsToldBeforeTheBodyIsRead() throws IOException {
        double refused = caller.metric("quirkwatch_rejected_total", "reason=\"overloaded\"");
        try (var everything = lanes.admit(PLACES)) {
            assertThat(everything).isNotNull();
            for (String path : List.of("/v1/signals", "/v1/signals/batch")) {
                try (StreamCaller unsent = new StreamCaller(port, path, JSON)) {
                    assertOverloaded(unsent, path);
                }
                try (StreamCaller unsent =
                        new StreamCaller(port, path, JSON, "Content-Length: 100")) {
                    assertOverloaded(unsent, path);
                }
            }
            try (StreamCaller stream = new StreamCaller(port)) {
                assertOverloaded(stream, "/v1/signals");
            }
            // Who only asks how it is, is answered.
            assertThat(caller.get("/actuator/health/readiness").status()).isEqualTo(200);
            assertThat(caller.metric("quirkwatch_pending_signals")).isEqualTo(PLACES);
        }

        assertThat(caller.metric("quirkwatch_rejected_total", "reason=\"overloaded\""))
                .isEqualTo(refused + 5);
        assertThat(caller.post("/v1/signals", GOOD).status()).isEqualTo(200);
    }

    @Test
    void aBatchThatDoesNotFitBesideWhatWaitsIsRefusedAsAWhole() {
        List<Signal> signals = TinyDetector.signals(20, new SplittableRandom(61));
        try (var others = lanes.admit(PLACES - 19)) {
            assertThat(others).isNotNull();
            Caller.Answer refused = caller.post("/v1/signals/batch", batch(signals));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.json().get("type").asString()).isEqualTo("/problems/overloaded");
            assertThat(refused.json().get("detail").asString())
                    .isEqualTo(
                            "109 signals wait for the model, 20 more would pass the limit of 128");
            assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(1, 60);

            assertThat(caller.verdicts(signals.subList(0, 19))).hasSize(19);
        }
        assertThat(caller.verdicts(signals)).hasSize(20);
    }

    @Test
    void whoWaitsForNothingGetsAVerdictOrIsToldThatTimeIsUp() {
        int late = 0;
        for (Signal signal : TinyDetector.signals(20, new SplittableRandom(62))) {
            Caller.Answer answer =
                    caller.send(
                            "POST",
                            "/v1/signals",
                            Map.of("Content-Type", "application/json", "Prefer", "wait=0"),
                            Caller.json(signal));
            if (answer.status() == 200) {
                assertThat(answer.json().get("status").asString()).isEqualTo("scored");
            } else {
                late++;
                assertThat(answer.status()).isEqualTo(503);
                assertThat(answer.json().get("type").asString())
                        .isEqualTo("/problems/deadline-exceeded");
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            }
        }
        // The deadline of wait=0 is over before the model can begin.
        assertThat(late).isPositive();
        assertThat(caller.metric("quirkwatch_rejected_total", "reason=\"deadline-exceeded\""))
                .isGreaterThanOrEqualTo(late);
    }

    @Test
    void whatIsLateInABatchIsUnscored() {
        List<Signal> signals = TinyDetector.signals(20, new SplittableRandom(63));
        Caller.Answer answer =
                caller.send(
                        "POST",
                        "/v1/signals/batch",
                        Map.of("Content-Type", "application/json", "Prefer", "wait=0"),
                        batch(signals));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("verdicts").valueStream())
                .hasSize(20)
                .allMatch(v ->
                        v.get("status").asString().equals("scored")
                                || v.at("/reason/type")
                                        .asString()
                                        .equals("/problems/deadline-exceeded"))
                .anyMatch(v -> v.get("status").asString().equals("unscored"));
    }

    @Test
    void whatIsRefusedIsCountedByItsReason() {
        for (String reason : List.of("malformed-json", "invalid-signal", "unknown-policy")) {
            String body =
                    switch (reason) {
                        case "malformed-json" -> "{oops";
                        case "invalid-signal" -> "{}";
                        default -> GOOD.replace("}", ", \"policy\": \"none\"}");
                    };
            String label = "reason=\"%s\"".formatted(reason);
            double before = caller.metric("quirkwatch_rejected_total", label);
            caller.post("/v1/signals", body);
            assertThat(caller.metric("quirkwatch_rejected_total", label)).isEqualTo(before + 1);
        }
    }

    private static void assertOverloaded(StreamCaller answered, String path) throws IOException {
        assertThat(answered.status()).isEqualTo(503);
        assertThat(Integer.parseInt(answered.header("retry-after"))).isBetween(1, 60);
        assertThat(answered.header("content-type")).isEqualTo("application/problem+json");
        JsonNode problem = answered.verdict();
        assertThat(problem.get("type").asString()).isEqualTo("/problems/overloaded");
        assertThat(problem.get("instance").asString()).isEqualTo(path);
        assertThat(problem.get("detail").asString()).startsWith("128 signals wait");
    }

    private static String batch(List<Signal> signals) {
        return "{\"signals\": ["
                + String.join(",", signals.stream().map(Caller::json).toList())
                + "]}";
    }
}
