package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.artifact.TrustedExamples;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.verdictlog.Store;
import tools.jackson.databind.JsonNode;

/// What the reviewers' page asks of the service beside the queue, on any database.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ConsoleApiContract {

    private LoggedService service;

    abstract Store open();

    private Store store;

    @BeforeAll
    void start() {
        store = open();
        service = LoggedService.start(store, "quirkwatch.verdict-log.prompts=all");
    }

    @BeforeEach
    void empty() {
        store.clear();
    }

    @AfterAll
    void stop() {
        service.close();
        store.close();
    }

    @Test
    void flagsAreCountedByTimeAndPolicyBesideWhatTrustedSignalsGive() {
        List<Signal> signals = TinyDetector.signals(60, new SplittableRandom(21));
        long flagged = post(signals.subList(0, 40), "eager");
        post(signals.subList(40, 60), "default");

        JsonNode statistics = get("/v1/verdicts/statistics?bucket=1d");

        assertThat(statistics.get("bucket_ms").asLong()).isEqualTo(86_400_000);
        JsonNode eager = statistics.get("series").get(0);
        assertThat(eager.get("policy").asString()).isEqualTo("eager");
        assertThat(eager.get("alpha_review").asDouble()).isEqualTo(0.5);
        assertThat(eager.get("expected_rate").asDouble()).isBetween(0.49, 0.5);
        assertThat(sum(eager, "scored")).isEqualTo(40);
        assertThat(sum(eager, "flagged")).isEqualTo(flagged);
        assertThat(sum(statistics.get("series").get(1), "scored")).isEqualTo(20);
        JsonNode bucket = eager.get("buckets").get(0);
        assertThat(Instant.parse(bucket.get("at").asString()).getEpochSecond() % 86_400).isZero();
        // Of 40 trusted signals 11 to 29 are flagged at 0.5, in 99 of 100 cases.
        assertThat(bucket.get("low").asDouble()).isBetween(0.2, 0.32);
        assertThat(bucket.get("high").asDouble()).isBetween(0.68, 0.8);
    }

    @Test
    void statisticsHoldTheirBounds() {
        post(TinyDetector.signals(3, new SplittableRandom(22)), "default");

        assertThat(get("/v1/verdicts/statistics?until=2020-01-01T00:00:00Z").get("series"))
                .isEmpty();
        Caller.Answer wide =
                service.caller()
                        .get("/v1/verdicts/statistics?bucket=1m&since=2020-01-01T00:00:00Z");
        assertThat(wide.status()).isEqualTo(400);
        assertThat(wide.body()).contains("buckets, at most 500");
        assertThat(service.caller().get("/v1/verdicts/statistics?bucket=2m").body())
                .contains("bucket must be one of 1m, 5m, 15m, 1h, 6h, 1d");
        assertThat(
                        service.caller()
                                .get(
                                        "/v1/verdicts/statistics?since=2026-01-02T00:00:00Z"
                                                + "&until=2026-01-01T00:00:00Z")
                                .body())
                .contains("since must be before until");
    }

    @Test
    void theQueueIsCountedFilteredAndShownWithTheBeginningsOfPrompts() {
        long flagged = post(TinyDetector.signals(30, new SplittableRandom(23)), "eager");

        JsonNode counts = get("/v1/reviews/counts");
        assertThat(counts.get("open").asLong()).isEqualTo(flagged).isPositive();
        assertThat(counts.get("claimed").asLong()).isZero();
        assertThat(Instant.parse(counts.get("oldest_undecided_at").asString()))
                .isBefore(Instant.now());

        JsonNode reviews = get("/v1/reviews?excerpts=true&disposition=discard&limit=500");
        assertThat(reviews.get("reviews")).isNotEmpty();
        for (JsonNode review : reviews.get("reviews")) {
            assertThat(review.get("disposition").asString()).isEqualTo("discard");
            assertThat(review.get("excerpt").asString()).contains(" + ");
        }
        assertThat(get("/v1/reviews?detector=another").get("reviews")).isEmpty();
        assertThat(get("/v1/reviews?limit=1").get("reviews").get(0).has("excerpt")).isFalse();
        assertThat(service.caller().get("/v1/reviews?disposition=accept").status()).isEqualTo(400);
    }

    @Test
    void theCalibrationIsShownAsAHistogramOfAllItsRows() {
        Artifact artifact = ArtifactDirectory.read(TinyDetector.directory());

        JsonNode calibration = get("/v1/detectors/tiny-mahalanobis/calibration?bins=7");

        assertThat(calibration.get("n").asInt()).isEqualTo(artifact.calibration().n());
        assertThat(calibration.get("bins")).hasSize(7);
        assertThat(
                        calibration
                                .get("bins")
                                .valueStream()
                                .mapToInt(bin -> bin.get("count").asInt())
                                .sum())
                .isEqualTo(artifact.calibration().n());
        double[] scores = artifact.calibration().scores();
        assertThat(calibration.at("/bins/0/low").asDouble()).isEqualTo(scores[0]);
        assertThat(calibration.at("/bins/6/high").asDouble()).isEqualTo(scores[scores.length - 1]);
        assertThat(calibration.get("layers")).hasSize(artifact.detector().layers().widths().size());
        assertThat(get("/v1/detectors/" + artifact.digest() + "/calibration").get("bins"))
                .hasSize(40);
        assertThat(service.caller().get("/v1/detectors/none/calibration").status()).isEqualTo(404);
        assertThat(
                        service.caller()
                                .get("/v1/detectors/tiny-mahalanobis/calibration?bins=201")
                                .body())
                .contains("bins must be 1 to 200, got 201");
    }

    @Test
    void aTrustedSignalIsItsOwnNearestExample() {
        TrustedExamples examples =
                ArtifactDirectory.read(TinyDetector.directory()).kept().examples();
        assertThat(examples.texts()).hasSize(200);
        TrustedExamples.Text text = examples.texts().get(17);
        Signal signal =
                new Signal("known", text.prompt(), String.valueOf(text.label()), text.choices());
        String id = service.caller().verdict(signal).get("verdict_id").asString();

        JsonNode found = get("/v1/verdicts/" + id + "/neighbours?limit=3");

        assertThat(found.get("examples").asInt()).isEqualTo(200);
        assertThat(found.get("neighbours")).hasSize(3);
        JsonNode nearest = found.get("neighbours").get(0);
        assertThat(nearest.get("prompt").asString()).isEqualTo(text.prompt());
        assertThat(nearest.get("label").asString()).isEqualTo(text.label());
        // In single precision, and in a pass of its own.
        assertThat(nearest.get("distance").asDouble()).isLessThan(1e-3);
        assertThat(found.at("/neighbours/1/distance").asDouble())
                .isGreaterThan(nearest.get("distance").asDouble())
                .isLessThanOrEqualTo(found.at("/neighbours/2/distance").asDouble());
        assertThat(found.get("typical_distance").asDouble()).isPositive();
        // Looking is no judging: nothing was written down.
        assertThat(get("/v1/verdicts").get("verdicts")).hasSize(1);
    }

    @Test
    void neighboursNeedATextAndAVerdict() {
        String id =
                service.caller()
                        .verdict(TinyDetector.signals(1, new SplittableRandom(24)).getFirst())
                        .get("verdict_id")
                        .asString();
        assertThat(service.caller().get("/v1/verdicts/" + id + "/neighbours?limit=0").body())
                .contains("limit must be 1 to 50, got 0");
        service.caller().send("DELETE", "/v1/verdicts/" + id + "/prompt", java.util.Map.of());
        assertThat(service.caller().get("/v1/verdicts/" + id + "/neighbours").body())
                .contains("signal-not-kept");
        assertThat(service.caller().get("/v1/verdicts/none/neighbours").status()).isEqualTo(404);
    }

    private long post(List<Signal> signals, String policy) {
        long flagged = 0;
        for (Signal signal : signals) {
            String json = Caller.json(signal);
            String body = json.substring(0, json.length() - 1) + ",\"policy\":\"" + policy + "\"}";
            flagged +=
                    service.caller().post("/v1/signals", body).json().get("flagged").asBoolean()
                            ? 1
                            : 0;
        }
        return flagged;
    }

    private static long sum(JsonNode series, String field) {
        return series.get("buckets")
                .valueStream()
                .mapToLong(bucket -> bucket.get(field).asLong())
                .sum();
    }

    private JsonNode get(String path) {
        Caller.Answer answer = service.caller().get(path);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
