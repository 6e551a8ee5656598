package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.verdictlog.Store;
import tools.jackson.databind.JsonNode;

/// What a service promises of its detectors over HTTP, on any database.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RolloutContract {

    private static final String FIRST = "tiny-mahalanobis";
    private static final int TRUSTED = 2_600;

    private final Path kept = temporary();
    // The same taps as the first, another rule.
    private final Artifact diagonal =
            TinyDetector.fitted(
                    "tiny-diagonal",
                    "diagonal",
                    List.of(),
                    TinyDetector.signals(TRUSTED, new SplittableRandom(7)));
    // Knows other prompts than the sums of the tests: to it they are all anomalous.
    private final Artifact stranger =
            TinyDetector.fitted("tiny-stranger", "mahalanobis", List.of(), words());
    // Taps of its own.
    private final Artifact early =
            TinyDetector.fitted("tiny-early", "mahalanobis", List.of(1), words());
    private LoggedService service;

    abstract Store store();

    abstract void open();

    @BeforeAll
    void start() {
        open();
        for (Artifact artifact : List.of(diagonal, stranger, early)) {
            keep(artifact);
        }
        service = serve();
    }

    @BeforeEach
    void reset() {
        store().clear();
        assertThat(activate(FIRST).status()).isEqualTo(200);
        service.caller().send("DELETE", "/v1/detectors/shadow", Map.of());
    }

    @AfterAll
    void stop() {
        service.close();
        store().close();
    }

    @Test
    void listsTheDetectorsOfItsModelWithTheOneThatJudgesFirst() {
        JsonNode listed = service.caller().get("/v1/detectors").json().get("detectors");
        assertThat(listed.valueStream().map(d -> d.get("id").asString()))
                .contains("tiny-diagonal", "tiny-stranger", "tiny-early")
                .startsWith(FIRST);
        assertThat(listed.get(0).get("active").asBoolean()).isTrue();
        assertThat(listed.get(0).has("kept_at")).isFalse();
        JsonNode other = service.caller().get("/v1/detectors/" + diagonal.digest()).json();
        assertThat(other.get("active").asBoolean()).isFalse();
        assertThat(other.get("rule").asString()).isEqualTo("diagonal");
        assertThat(other.has("kept_at")).isTrue();
        assertThat(service.caller().get("/v1/detectors/active").json()).isEqualTo(listed.get(0));
    }

    @Test
    void underLoadEveryVerdictNamesADetectorThatJudgedBetweenItsRequestAndItsAnswer()
            throws Exception {
        // By System.nanoTime: from when on a detector may judge, and from when on it judges alone.
        ConcurrentSkipListMap<Long, Set<String>> mayJudge = new ConcurrentSkipListMap<>();
        String first = digest(FIRST);
        mayJudge.put(Long.MIN_VALUE, Set.of(first));
        AtomicBoolean going = new AtomicBoolean(true);
        record Seen(long from, long to, String digest) {}
        List<Seen> seen = new ArrayList<>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Seen>>> all = new ArrayList<>();
            for (int caller = 0; caller < 6; caller++) {
                SplittableRandom random = new SplittableRandom(caller);
                all.add(
                        callers.submit(() -> {
                            List<Seen> own = new ArrayList<>();
                            while (going.get()) {
                                Signal signal = TinyDetector.signals(1, random).getFirst();
                                String body =
                                        Caller.JSON.writeValueAsString(
                                                Map.of(
                                                        "prompt",
                                                        signal.prompt(),
                                                        "label",
                                                        String.valueOf(signal.label())));
                                long from = System.nanoTime();
                                Caller.Answer answer = service.caller().post("/v1/signals", body);
                                long to = System.nanoTime();
                                assertThat(answer.status()).as(answer.body()).isEqualTo(200);
                                JsonNode verdict = answer.json();
                                assertThat(verdict.get("status").asString()).isEqualTo("scored");
                                own.add(
                                        new Seen(
                                                from,
                                                to,
                                                verdict.at("/detector/digest").asString()));
                            }
                            return own;
                        }));
            }
            String before = first;
            for (Artifact next : List.of(diagonal, early, stranger, diagonal, early)) {
                Thread.sleep(300);
                mayJudge.put(System.nanoTime(), Set.of(before, next.digest()));
                assertThat(activate(next.digest()).status()).isEqualTo(200);
                mayJudge.put(System.nanoTime(), Set.of(next.digest()));
                before = next.digest();
            }
            Thread.sleep(300);
            going.set(false);
            for (Future<List<Seen>> one : all) {
                seen.addAll(one.get());
            }
        }
        assertThat(seen).hasSizeGreaterThan(50);
        assertThat(seen.stream().map(Seen::digest).distinct()).hasSize(4);
        for (Seen one : seen) {
            Set<String> allowed =
                    mayJudge
                            .subMap(mayJudge.floorKey(one.from()), true, one.to(), true)
                            .values()
                            .stream()
                            .flatMap(Set::stream)
                            .collect(Collectors.toSet());
            assertThat(allowed).contains(one.digest());
        }
        assertThat(service.caller().metric("quirkwatch_build_info", "detector=\"tiny-early\""))
                .isEqualTo(1);
        assertThat(service.caller().metric("quirkwatch_build_info", "detector=\"tiny-diagonal\""))
                .isZero();
        assertThat(service.caller().metric("quirkwatch_calibration_signals"))
                .isEqualTo(early.calibration().n());
        assertThat(service.caller().metric("quirkwatch_score_count")).isPositive();
    }

    @Test
    void anEqualSignalIsNotSharedBetweenDetectorsAndFirstAnswersStay() {
        String body = "{\"id\": \"same\", \"prompt\": \"5 + 5 = 10\", \"label\": \" Yes\"}";
        String anonymous = "{\"prompt\": \"5 + 5 = 10\", \"label\": \" Yes\"}";
        Caller.Answer first = service.caller().post("/v1/signals", body);
        activate("tiny-diagonal");
        assertThat(service.caller().post("/v1/signals", body).body()).isEqualTo(first.body());
        JsonNode again = service.caller().post("/v1/signals", anonymous).json();
        assertThat(again.at("/detector/id").asString()).isEqualTo("tiny-diagonal");
        assertThat(again.get("score")).isNotEqualTo(first.json().get("score"));
        String id = again.get("verdict_id").asString();
        assertThat(
                        service.caller()
                                .get("/v1/verdicts/" + id)
                                .json()
                                .get("detector_digest")
                                .asString())
                .isEqualTo(diagonal.digest());
    }

    @Test
    void rollsBackToTheOneBeforeAsOftenAsThereIsOneAndWritesDownWho() {
        int entries = history().size();
        activate("tiny-diagonal");
        activate("tiny-early");
        assertThat(activate("tiny-early").json().get("entry").asInt())
                .isEqualTo(history().get(0).get("entry").asInt());
        JsonNode back = rollBack().json();
        assertThat(back.at("/from/id").asString()).isEqualTo("tiny-early");
        assertThat(back.at("/to/id").asString()).isEqualTo("tiny-diagonal");
        assertThat(back.get("cause").asString()).isEqualTo("rollback");
        assertThat(back.get("by").asString()).isEqualTo("local");
        assertThat(rollBack().json().at("/to/id").asString()).isEqualTo(FIRST);
        assertThat(judgedBy()).isEqualTo(FIRST);
        assertThat(history()).hasSize(entries + 4);
        JsonNode page = service.caller().get("/v1/detectors/active/history?limit=1").json();
        assertThat(page.get("activations")).hasSize(1);
        assertThat(
                        service.caller()
                                .get(
                                        "/v1/detectors/active/history?limit=1&cursor="
                                                + page.get("next").asInt())
                                .json()
                                .at("/activations/0/to/id")
                                .asString())
                .isEqualTo("tiny-diagonal");
        Caller.Answer last = rollBack();
        while (last.status() == 200) {
            last = rollBack();
        }
        assertThat(last.status()).isEqualTo(409);
        assertThat(last.json().get("type").asString()).isEqualTo("/problems/detector-conflict");
    }

    @Test
    void aRestartKeepsTheChoiceAndAnotherReplicaFollowsIt() {
        activate("tiny-diagonal");
        service.caller()
                .send(
                        "PUT",
                        "/v1/detectors/shadow",
                        Map.of("Content-Type", "application/json"),
                        "{\"id\": \"tiny-stranger\"}");
        service.close();
        service = serve();
        assertThat(judgedBy()).isEqualTo("tiny-diagonal");
        try (LoggedService other = serve()) {
            activate("tiny-early");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(
                                            other.caller()
                                                    .get("/v1/detectors/active")
                                                    .json()
                                                    .get("id")
                                                    .asString())
                                    .isEqualTo("tiny-early"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(other.caller().get("/v1/detectors/shadow").status())
                                    .isEqualTo(200));
        }
    }

    @Test
    void theSecondDetectorShowsPlantedDisagreementFromTheSamePass() {
        JsonNode shadow = shadow("tiny-stranger", 1);
        assertThat(shadow.get("same_pass").asBoolean()).isTrue();
        comparePlanted();
    }

    @Test
    void theSecondDetectorShowsPlantedDisagreementFromPassesOfItsOwn() {
        JsonNode shadow = shadow("tiny-early", 1);
        assertThat(shadow.get("same_pass").asBoolean()).isFalse();
        comparePlanted();
    }

    private void comparePlanted() {
        List<JsonNode> verdicts =
                service.caller().verdicts(TinyDetector.signals(40, new SplittableRandom(99)));
        List<String> accepted =
                verdicts.stream()
                        .filter(v -> !v.get("flagged").asBoolean())
                        .map(v -> v.get("verdict_id").asString())
                        .toList();
        assertThat(accepted).hasSizeGreaterThan(30);
        JsonNode shadow = awaitJudged(40);
        assertThat(shadow.at("/signals/dropped").asLong()).isZero();
        assertThat(shadow.at("/signals/failed").asLong()).isZero();
        long total =
                shadow.get("table").valueStream().mapToLong(c -> c.get("signals").asLong()).sum();
        assertThat(total).isEqualTo(40);
        Set<String> disagreed =
                shadow.get("disagreements")
                        .valueStream()
                        .filter(d -> d.at("/active/ruling").asString().equals("accept"))
                        .map(d -> d.get("verdict_id").asString())
                        .collect(Collectors.toSet());
        // The planted ones: all that the active one accepts and the stranger does not know.
        assertThat(disagreed).isSubsetOf(accepted).hasSizeGreaterThan(30);
        assertThat(service.caller().metric("quirkwatch_shadow_signals_total")).isPositive();
        JsonNode detector =
                service.caller()
                        .get("/v1/detectors/" + shadow.at("/detector/digest").asString())
                        .json();
        assertThat(detector.get("shadow").asBoolean()).isTrue();
        assertThat(service.caller().send("DELETE", "/v1/detectors/shadow", Map.of()).status())
                .isEqualTo(200);
        assertThat(service.caller().get("/v1/detectors/shadow").status()).isEqualTo(404);
    }

    @Test
    void theSecondDetectorJudgesTheShareThatItIsGivenAndTheSameSignalsAgain() {
        shadow("tiny-diagonal", 0.25);
        List<Signal> signals = TinyDetector.signals(200, new SplittableRandom(5));
        for (int from = 0; from < 200; from += 50) {
            service.caller().verdicts(signals.subList(from, from + 50));
        }
        JsonNode first = service.caller().get("/v1/detectors/shadow").json();
        long sampled = first.at("/signals/sampled").asLong();
        assertThat(sampled).isBetween(25L, 80L);
        JsonNode judged = awaitJudged(sampled);
        assertThat(judged.get("rank_correlation").asDouble()).isBetween(-1.0, 1.0);
        store().clear();
        for (int from = 0; from < 200; from += 50) {
            service.caller().verdicts(signals.subList(from, from + 50));
        }
        assertThat(
                        service.caller()
                                .get("/v1/detectors/shadow")
                                .json()
                                .at("/signals/sampled")
                                .asLong())
                .isEqualTo(2 * sampled);
    }

    @Test
    void replaysALoggedSignalWithAnotherDetector() {
        Signal signal = TinyDetector.signals(1, new SplittableRandom(8)).getFirst();
        activate("tiny-stranger");
        JsonNode verdict = service.caller().verdict(signal);
        assertThat(verdict.get("flagged").asBoolean()).isTrue();
        activate(FIRST);
        String path = "/v1/verdicts/" + verdict.get("verdict_id").asString() + "/replay";
        JsonNode now = service.caller().post(path, "").json();
        assertThat(now.get("same_detector").asBoolean()).isFalse();
        JsonNode same =
                service.caller()
                        .post(path, "{\"detector\": \"%s\"}".formatted(stranger.digest()))
                        .json();
        assertThat(same.get("same_detector").asBoolean()).isTrue();
        assertThat(same.get("score_difference").asDouble()).isBetween(-1e-3, 1e-3);
        JsonNode other = service.caller().post(path, "{\"detector\": \"tiny-early\"}").json();
        assertThat(other.at("/now/detector_digest").asString()).isEqualTo(early.digest());
        assertThat(service.caller().post(path, "{\"detector\": \"none\"}").status()).isEqualTo(404);
        assertThat(service.caller().post(path, "{\"detectors\": \"none\"}").status())
                .isEqualTo(400);
    }

    @Test
    void aDetectorThatIsFittedAsAJobIsKeptAndJudgesWhenItIsAskedFor() {
        String lines =
                TinyDetector.signals(TRUSTED, new SplittableRandom(21)).stream()
                        .map(Caller::json)
                        .collect(Collectors.joining("\n"));
        Caller.Answer answer = fit("id=by-job&feature=activation&rule=diagonal&layers=1", lines);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        JsonNode job = awaitOver(answer.json().get("id").asString());
        assertThat(job.get("state").asString()).as(job.toString()).isEqualTo("completed");
        assertThat(job.get("done").asLong()).isEqualTo(TRUSTED);
        JsonNode result =
                Caller.JSON.readTree(
                        service.caller()
                                .get("/v1/jobs/" + job.get("id").asString() + "/result")
                                .body());
        String digest = result.get("digest").asString();
        JsonNode detector = service.caller().get("/v1/detectors/by-job").json();
        assertThat(detector.get("digest").asString()).isEqualTo(digest);
        assertThat(detector.get("active").asBoolean()).isFalse();
        assertThat(detector.at("/layers/0/name").asString()).isEqualTo("blocks.1.hook_resid_pre");
        // A run that begins anew gives the same.
        Caller.Answer again = fit("id=by-job&feature=activation&rule=diagonal&layers=1", lines);
        awaitOver(again.json().get("id").asString());
        assertThat(
                        service.caller()
                                .get("/v1/jobs/" + again.json().get("id").asString() + "/result")
                                .body())
                .contains(digest);
        assertThat(activate(digest).status()).isEqualTo(200);
        assertThat(judgedBy()).isEqualTo("by-job");
    }

    @Test
    void aFitThatCannotBeIsRefusedAtOnceOrFailsWithTheLine() {
        assertProblem(fit("feature=activation", "{}"), 422, "invalid-fit", "id");
        assertProblem(fit("id=a&rule=magic", "{}"), 422, "invalid-fit", "magic");
        assertProblem(fit("id=a&feature=magic", "{}"), 422, "invalid-fit", "magic");
        assertProblem(fit("id=a&rule=quantum-entropy", "{}"), 422, "invalid-fit", "untrusted");
        assertProblem(fit("id=a&layers=x", "{}"), 422, "invalid-fit", "layers");
        assertProblem(fit("id=a&calibration_share=2", "{}"), 422, "invalid-fit", "0.95");
        assertProblem(fit("id=a&colour=red", "{}"), 400, "invalid-request", "calibration_share");
        assertProblem(
                service.caller().post("/v1/detectors?id=a", "{\"trusted\": \"/etc/passwd\"}"),
                403,
                "path-not-allowed",
                "");
        Caller.Answer broken = fit("id=a", "{\"prompt\": \"a\", \"label\": \" Yes\"}\n{oops");
        assertThat(broken.status()).isEqualTo(202);
        JsonNode job = awaitOver(broken.json().get("id").asString());
        assertThat(job.get("state").asString()).isEqualTo("failed");
        assertThat(job.at("/problem/detail").asString()).contains("line 2");
    }

    @Test
    void aLevelThatReviewsProposeIsAppliedOnRequestAndHoldsAfterARestart() {
        String level = "/v1/policies/eager/levels";
        List<Signal> signals = TinyDetector.signals(120, new SplittableRandom(77));
        String lines =
                signals.stream()
                        .map(s -> Caller.json(s).replaceFirst("\\{", "{\"policy\": \"eager\", "))
                        .collect(Collectors.joining("\n"));
        service.caller()
                .post(
                        "/v1/signals",
                        lines.getBytes(StandardCharsets.UTF_8),
                        "application/x-ndjson");
        assertProblem(put(level, "{\"alpha_review\": 0.15}"), 409, "policy-conflict", "no review");
        int decided = decideAll();
        assertThat(decided).isGreaterThan(40);
        JsonNode proposal =
                service.caller().get("/v1/reviews/recalibration").json().at("/proposals/0");
        assertThat(proposal.get("proposed_alpha_review").asDouble()).isEqualTo(0.15);
        assertProblem(put(level, "{\"alpha_review\": 0.1}"), 409, "policy-conflict", "0.15");
        assertProblem(put(level, "{}"), 400, "invalid-request", "/alpha_review");
        Caller.Answer applied = put(level, "{\"alpha_review\": 0.15}");
        assertThat(applied.status()).as(applied.body()).isEqualTo(200);
        assertThat(applied.json().get("version").asInt()).isEqualTo(2);
        service.close();
        service = serve();
        JsonNode verdict =
                service.caller()
                        .post(
                                "/v1/signals",
                                "{\"prompt\": \"1 + 2 = 3\", \"label\": \" Yes\", \"policy\": \"eager\"}")
                        .json();
        assertThat(verdict.at("/policy/version").asInt()).isEqualTo(2);
        assertThat(verdict.at("/calibration/alpha_review").asDouble()).isEqualTo(0.15);
        Caller.Answer restored = service.caller().send("DELETE", level, Map.of());
        assertThat(restored.json().get("alpha_review").asDouble()).isEqualTo(0.5);
        assertThat(restored.json().get("version").asInt()).isEqualTo(3);
        assertProblem(
                service.caller().send("DELETE", level, Map.of()),
                409,
                "policy-conflict",
                "configured");
    }

    /// Confirms what has a p-value below 0.15 and dismisses the rest.
    private int decideAll() {
        int decided = 0;
        while (true) {
            Caller.Answer next =
                    service.caller().post("/v1/reviews/next", "{\"reviewer\": \"anna\"}");
            if (!next.json().has("review")) {
                return decided;
            }
            JsonNode review = next.json().get("review");
            String outcome = review.get("p_value").asDouble() < 0.15 ? "confirmed" : "dismissed";
            service.caller()
                    .post(
                            "/v1/reviews/" + review.get("id").asString() + "/decision",
                            "{\"reviewer\": \"anna\", \"outcome\": \"%s\"}".formatted(outcome));
            decided++;
        }
    }

    private Caller.Answer fit(String query, String lines) {
        return service.caller()
                .post(
                        "/v1/detectors?" + query,
                        lines.getBytes(StandardCharsets.UTF_8),
                        "application/x-ndjson");
    }

    private JsonNode awaitOver(String job) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> service.caller().get("/v1/jobs/" + job).json().has("ended_at"));
        return service.caller().get("/v1/jobs/" + job).json();
    }

    @Test
    void wrongInputIsAnsweredByWhatWasWrong() {
        assertProblem(activate("none"), 404, "unknown-detector", "\"none\"");
        assertProblem(put("active", "{}"), 400, "invalid-request", "/id");
        assertProblem(put("active", "{\"id\": 7}"), 400, "invalid-request", "/id");
        assertProblem(
                put("active", "{\"id\": \"a\", \"digest\": \"b\"}"),
                400,
                "invalid-request",
                "not both");
        assertProblem(put("active", "{\"name\": \"a\"}"), 400, "invalid-request", "id, digest");
        assertProblem(put("active", "[]"), 400, "invalid-request", "object");
        assertProblem(put("active", "{"), 400, "malformed-json", "");
        assertProblem(
                put("active", "{\"id\": \"%s\"}".formatted("a".repeat(70_000))),
                413,
                "payload-too-large",
                "65536");
        assertProblem(
                put("shadow", "{\"id\": \"tiny-diagonal\", \"share\": 0}"),
                400,
                "invalid-request",
                "(0.0, 1.0]");
        assertProblem(
                put("shadow", "{\"id\": \"tiny-diagonal\", \"share\": 1.5}"),
                400,
                "invalid-request",
                "(0.0, 1.0]");
        assertProblem(
                put("shadow", "{\"id\": \"%s\"}".formatted(FIRST)),
                409,
                "detector-conflict",
                FIRST);
        assertProblem(
                service.caller().send("DELETE", "/v1/detectors/" + FIRST, Map.of()),
                409,
                "detector-conflict",
                FIRST);
        assertProblem(
                service.caller().get("/v1/detectors/active/history?limit=0"),
                400,
                "invalid-request",
                "200");
        Artifact twin = TinyDetector.fitted("tiny-diagonal", "diagonal", List.of(1), words());
        keep(twin);
        assertProblem(activate("tiny-diagonal"), 409, "detector-conflict", twin.digest());
        Caller.Answer deleted =
                service.caller().send("DELETE", "/v1/detectors/" + twin.digest(), Map.of());
        assertThat(deleted.status()).isEqualTo(200);
        assertThat(activate("tiny-diagonal").status()).isEqualTo(200);
    }

    private static void assertProblem(
            Caller.Answer answer, int status, String code, String detail) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().get("type").asString()).isEqualTo("/problems/" + code);
        assertThat(answer.json().get("detail").asString()).contains(detail);
    }

    private JsonNode awaitJudged(long signals) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(
                                        service.caller()
                                                .get("/v1/detectors/shadow")
                                                .json()
                                                .at("/signals/judged")
                                                .asLong())
                                .isEqualTo(signals));
        return service.caller().get("/v1/detectors/shadow").json();
    }

    private JsonNode shadow(String id, double share) {
        Caller.Answer answer =
                put("shadow", "{\"id\": \"%s\", \"share\": %s}".formatted(id, share));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }

    private Caller.Answer put(String what, String body) {
        return service.caller()
                .send(
                        "PUT",
                        what.startsWith("/") ? what : "/v1/detectors/" + what,
                        Map.of("Content-Type", "application/json"),
                        body);
    }

    private Caller.Answer activate(String reference) {
        return put(
                "active",
                "{\"%s\": \"%s\"}"
                        .formatted(reference.startsWith("sha256:") ? "digest" : "id", reference));
    }

    private Caller.Answer rollBack() {
        return service.caller().send("POST", "/v1/detectors/active/rollback", Map.of(), "");
    }

    private JsonNode history() {
        return service.caller()
                .get("/v1/detectors/active/history?limit=200")
                .json()
                .get("activations");
    }

    private String judgedBy() {
        return service.caller()
                .post("/v1/signals", "{\"prompt\": \"1 + 2 = 3\", \"label\": \" Yes\"}")
                .json()
                .at("/detector/id")
                .asString();
    }

    private String digest(String id) {
        return service.caller().get("/v1/detectors/" + id).json().get("digest").asString();
    }

    private LoggedService serve() {
        return LoggedService.start(
                store(), "quirkwatch.rollout.store=" + kept, "quirkwatch.rollout.poll=200ms");
    }

    private void keep(Artifact artifact) {
        ArtifactDirectory.write(
                artifact, kept.resolve(artifact.digest().substring("sha256:".length())));
    }

    /// Prompts that are no sums.
    private static List<Signal> words() {
        SplittableRandom random = new SplittableRandom(17);
        List<Signal> signals = new ArrayList<>();
        for (int i = 0; i < TRUSTED; i++) {
            StringBuilder prompt = new StringBuilder("Name: ");
            for (int word = random.nextInt(3, 8); word > 0; word--) {
                for (int letter = random.nextInt(2, 7); letter > 0; letter--) {
                    prompt.append((char) ('a' + random.nextInt(26)));
                }
                prompt.append(' ');
            }
            signals.add(new Signal("w" + i, prompt + "said:", " Yes", List.of(" No", " Yes")));
        }
        return signals;
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("quirkwatch-kept");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
