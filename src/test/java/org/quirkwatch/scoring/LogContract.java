package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.verdictlog.Store;
import tools.jackson.databind.JsonNode;

/// What a service that logs promises over HTTP, on any database.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LogContract {

    private static final String KEY = "Idempotency-Key";
    private LoggedService service;

    abstract Store store();

    @BeforeAll
    void start() {
        open();
        service = LoggedService.start(store());
    }

    @BeforeEach
    void empty() {
        store().clear();
    }

    @AfterAll
    void stop() {
        service.close();
        store().close();
    }

    abstract void open();

    @Test
    void theSameSignalUnderItsIdGetsTheFirstAnswerByteForByteAcrossARestart() {
        String body = body("s-1", "1 + 1 = 2", " Yes");
        Caller.Answer first = service.caller().post("/v1/signals", body);
        assertThat(first.status()).isEqualTo(200);
        assertThat(service.caller().post("/v1/signals", body).body()).isEqualTo(first.body());
        String batch = "{\"signals\": [" + body + "," + body + "]}";
        assertThat(service.caller().post("/v1/signals/batch", batch).body())
                .isEqualTo("{\"verdicts\":[" + first.body() + "," + first.body() + "]}");
        assertThat(stream(body, body)).isEqualTo(first.body() + "\n" + first.body() + "\n");

        service.close();
        service = LoggedService.start(store());

        assertThat(service.caller().post("/v1/signals", body).body()).isEqualTo(first.body());
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void theSameKeyWithAnotherPayloadIsRefusedEverywhere() {
        String one = body("s-1", "1 + 1 = 2", " Yes");
        String other = body("s-1", "1 + 1 = 3", " Yes");
        assertThat(service.caller().post("/v1/signals", one).status()).isEqualTo(200);

        assertConflict(service.caller().post("/v1/signals", other), "");
        assertConflict(
                service.caller()
                        .post(
                                "/v1/signals/batch",
                                "{\"signals\": ["
                                        + body("s-2", "x = 1", " No")
                                        + ","
                                        + other
                                        + "]}"),
                "/signals/1");
        assertConflict(
                service.caller()
                        .post(
                                "/v1/signals/batch",
                                "{\"signals\": ["
                                        + body("s-3", "x = 1", " No")
                                        + ","
                                        + body("s-3", "x = 2", " No")
                                        + "]}"),
                "/signals/1");
        JsonNode line = Caller.JSON.readTree(stream(other));
        assertThat(line.get("status").asString()).isEqualTo("unscored");
        assertThat(line.at("/reason/type").asString()).isEqualTo("/problems/idempotency-conflict");
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void aKeyInTheHeaderHoldsForSinglesAndForBatchesAsAWhole() {
        String single =
                "{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\", \"metadata\": {\"a\": 1, \"b\": 2}}";
        String reordered =
                "{\"label\": \" Yes\", \"metadata\": {\"b\": 2, \"a\": 1}, \"prompt\": \"1 + 1 = 2\"}";
        Caller.Answer first = keyed("/v1/signals", "k-1", single);
        assertThat(first.status()).isEqualTo(200);
        assertThat(keyed("/v1/signals", "k-1", reordered).body()).isEqualTo(first.body());
        assertThat(keyed("/v1/signals", "k-2", single).body()).isNotEqualTo(first.body());
        assertConflict(keyed("/v1/signals", "k-1", "{\"prompt\": \"2\", \"label\": \" No\"}"), "");

        String batch = "{\"signals\": [" + single + "," + single + "]}";
        assertConflict(keyed("/v1/signals/batch", "k-1", batch), "/signals/0");
        Caller.Answer whole = keyed("/v1/signals/batch", "k-3", batch);
        assertThat(whole.json().get("verdicts")).hasSize(2);
        assertThat(keyed("/v1/signals/batch", "k-3", batch).body()).isEqualTo(whole.body());
        assertThat(rows()).isEqualTo(4);
        assertThat(keyed("/v1/signals", "no key", single).status()).isEqualTo(400);
        assertThat(keyed("/v1/signals", "k".repeat(256), single).status()).isEqualTo(400);
    }

    @Test
    void twoReplicasWithTheSameKeysAtTheSameMomentGiveOneVerdictToBoth() throws Exception {
        // Fewer than a pass takes: however slow the machine, none of them is an overload.
        int keys = 24;
        try (LoggedService other = LoggedService.start(store());
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<List<Future<Caller.Answer>>> answers = new ArrayList<>();
            CountDownLatch go = new CountDownLatch(1);
            for (int i = 0; i < keys; i++) {
                String body = body("race-" + i, i + " + 1 = 2", " Yes");
                List<Future<Caller.Answer>> both = new ArrayList<>();
                for (LoggedService one : List.of(service, other)) {
                    both.add(
                            callers.submit(() -> {
                                go.await();
                                return one.caller().post("/v1/signals", body);
                            }));
                }
                answers.add(both);
            }
            go.countDown();
            for (List<Future<Caller.Answer>> both : answers) {
                assertThat(both.getFirst().get().status()).isEqualTo(200);
                assertThat(both.getFirst().get().body()).isEqualTo(both.getLast().get().body());
            }
        }
        assertThat(rows()).isEqualTo(keys);
    }

    @Test
    void everyAnsweredVerdictIsLoggedAndEveryFlaggedOneIsInTheQueueOnce() {
        double opened = service.caller().metric("quirkwatch_review_opened_total");
        List<Signal> signals = TinyDetector.signals(60, new SplittableRandom(3));
        String lines =
                signals.stream()
                        .map(s ->
                                Caller.JSON.writeValueAsString(
                                        Map.of(
                                                "id", s.id(),
                                                "prompt", s.prompt(),
                                                "label", String.valueOf(s.label()),
                                                "choices", s.choices(),
                                                "policy", "eager")))
                        .collect(Collectors.joining("\n"));
        List<JsonNode> verdicts = stream(lines).lines().map(Caller.JSON::readTree).toList();
        Set<String> flagged = new HashSet<>();
        for (JsonNode verdict : verdicts) {
            if (verdict.get("flagged").asBoolean()) {
                flagged.add(verdict.get("verdict_id").asString());
            }
        }
        assertThat(flagged).isNotEmpty().hasSizeLessThan(60);
        assertThat(rows()).isEqualTo(60);

        Set<String> listed = new HashSet<>();
        String path = "/v1/verdicts?flagged=true&limit=7";
        JsonNode page = service.caller().get(path).json();
        while (page.has("next")) {
            page.get("verdicts").forEach(v -> listed.add(v.get("verdict_id").asString()));
            page = service.caller().get(path + "&cursor=" + page.get("next").asString()).json();
        }
        page.get("verdicts").forEach(v -> listed.add(v.get("verdict_id").asString()));
        assertThat(listed).isEqualTo(flagged);
        JsonNode reviews = service.caller().get("/v1/reviews?limit=500&status=open").json();
        assertThat(reviews.get("reviews").valueStream().map(r -> r.get("id").asString()))
                .containsExactlyInAnyOrderElementsOf(flagged);
        awaitDepth(flagged.size());
        awaitDelivered(opened + flagged.size());
        assertThat(
                        service.caller()
                                .get("/v1/verdicts?signal_id=t0&detector=tiny-mahalanobis")
                                .json()
                                .get("verdicts"))
                .hasSize(1);
        assertThat(service.caller().get("/v1/verdicts?limit=0").status()).isEqualTo(400);
        assertThat(service.caller().get("/v1/verdicts?since=yesterday").status()).isEqualTo(400);
        assertThat(
                        service.caller()
                                .get("/v1/verdicts?until=2020-01-01T00:00:00Z")
                                .json()
                                .get("verdicts"))
                .isEmpty();
    }

    @Test
    void aLoggedSignalIsShownReplayedReviewedAndRedacted() {
        String body =
                "{\"id\": \"long\", \"prompt\": \"%s\", \"label\": \" Yes\", \"policy\": \"strict\"}"
                        .formatted("7 ".repeat(900).strip());
        String batch = "{\"signals\": [" + body.replace(", \"policy\": \"strict\"", "") + "]}";
        JsonNode verdict =
                service.caller().post("/v1/signals/batch", batch).json().at("/verdicts/0");
        assertThat(verdict.get("status").asString()).isEqualTo("unscored");
        String id = verdict.get("verdict_id").asString();

        JsonNode shown = service.caller().get("/v1/verdicts/" + id).json();
        assertThat(shown.at("/signal/label").asString()).isEqualTo(" Yes");
        assertThat(shown.get("reason").asString()).isEqualTo("prompt-too-long");
        assertThat(shown.get("answer")).isEqualTo(verdict);
        assertThat(
                        service.caller()
                                .post("/v1/verdicts/" + id + "/replay", "")
                                .json()
                                .get("type")
                                .asString())
                .isEqualTo("/problems/prompt-too-long");

        String flagged = firstFlagged();
        JsonNode replay = service.caller().post("/v1/verdicts/" + flagged + "/replay", "").json();
        assertThat(replay.get("same_detector").asBoolean()).isTrue();
        assertThat(replay.get("same_disposition").asBoolean()).isTrue();
        assertThat(replay.get("score_difference").asDouble()).isBetween(-1e-3, 1e-3);

        JsonNode next =
                service.caller().post("/v1/reviews/next", "{\"reviewer\": \"anna\"}").json();
        String review = next.at("/review/id").asString();
        Caller.Answer wrong =
                service.caller()
                        .post(
                                "/v1/reviews/" + review + "/decision",
                                "{\"reviewer\": \"ben\", \"outcome\": \"confirmed\"}");
        assertThat(wrong.status()).isEqualTo(409);
        assertThat(wrong.json().get("detail").asString()).contains("claimed by anna");
        JsonNode decided =
                service.caller()
                        .post(
                                "/v1/reviews/" + review + "/decision",
                                "{\"reviewer\": \"anna\", \"outcome\": \"dismissed\", \"note\": \"ok\"}")
                        .json();
        assertThat(decided.get("status").asString()).isEqualTo("dismissed");
        assertThat(
                        service.caller()
                                .get("/v1/reviews/outcomes")
                                .json()
                                .at("/detectors/0/overturn_rate")
                                .asDouble())
                .isEqualTo(1.0);
        assertThat(service.caller().get("/v1/reviews/recalibration").status()).isEqualTo(200);
        assertThat(
                        service.caller()
                                .post("/v1/reviews/" + review + "/claim", "{\"reviewer\": \"\"}")
                                .json()
                                .get("type")
                                .asString())
                .isEqualTo("/problems/invalid-review");

        Caller.Answer redacted =
                service.caller().send("DELETE", "/v1/verdicts/" + flagged + "/prompt", Map.of());
        assertThat(redacted.json().has("signal")).isFalse();
        assertThat(redacted.json().has("redacted_at")).isTrue();
        assertThat(service.caller().post("/v1/verdicts/" + flagged + "/replay", "").status())
                .isEqualTo(409);
        assertThat(service.caller().get("/v1/verdicts/none").status()).isEqualTo(404);
    }

    /// The id of a verdict that the eager policy flagged.
    private String firstFlagged() {
        for (int i = 0; i < 100; i++) {
            JsonNode verdict =
                    service.caller()
                            .post(
                                    "/v1/signals",
                                    "{\"prompt\": \"%d + %d = 7\", \"label\": \" Yes\", \"policy\": \"eager\"}"
                                            .formatted(i, 3 * i))
                            .json();
            if (verdict.get("flagged").asBoolean()) {
                return verdict.get("verdict_id").asString();
            }
        }
        throw new AssertionError("none of 100 was flagged");
    }

    /// The outbox empties itself.
    private void awaitDelivered(double reviews) {
        double delivered = 0;
        Integer left = null;
        for (int i = 0; i < 500 && !(delivered >= reviews && left != null && left == 0); i++) {
            delivered = service.caller().metric("quirkwatch_review_opened_total");
            left =
                    store().jdbc()
                            .queryForObject(
                                    "select count(*) from event_publication", Integer.class);
        }
        assertThat(delivered).isGreaterThanOrEqualTo(reviews);
        assertThat(left).isZero();
    }

    /// The depth is asked of the database every few seconds only; the first page of metrics above
    /// has it at zero.
    private void awaitDepth(int reviews) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() ->
                        assertThat(service.caller().metric("quirkwatch_review_depth", "open"))
                                .isEqualTo(reviews));
    }

    private Caller.Answer keyed(String path, String key, String body) {
        return service.caller()
                .send("POST", path, Map.of(KEY, key, "Content-Type", "application/json"), body);
    }

    private String stream(String... lines) {
        return service.caller()
                .post(
                        "/v1/signals",
                        String.join("\n", lines).getBytes(StandardCharsets.UTF_8),
                        "application/x-ndjson")
                .body();
    }

    private static void assertConflict(Caller.Answer answer, String pointer) {
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().get("type").asString())
                .isEqualTo("/problems/idempotency-conflict");
        assertThat(answer.json().at("/errors/0/pointer").asString()).isEqualTo(pointer);
    }

    private static String body(String id, String prompt, String label) {
        return Caller.JSON.writeValueAsString(Map.of("id", id, "prompt", prompt, "label", label));
    }

    private int rows() {
        Integer rows = store().jdbc().queryForObject("select count(*) from verdict", Integer.class);
        return rows == null ? -1 : rows;
    }
}
