package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.verdictlog.Store;
import tools.jackson.databind.JsonNode;

/// What fits over HTTP promise beside those of [RolloutContract], on any database, with two lanes.
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FitContract {

    private static final String PLAIN = "feature=activation&rule=diagonal&layers=1";

    private final Path kept = temporary("quirkwatch-kept");
    private final Path allowed = temporary("quirkwatch-allowed");
    private final Path elsewhere = temporary("quirkwatch-elsewhere");
    private LoggedService service;

    abstract Store store();

    abstract void open();

    @BeforeAll
    void start() {
        open();
        service =
                LoggedService.start(
                        store(),
                        // One more than the service of the tests has.
                        "quirkwatch.device=cpu",
                        "quirkwatch.rollout.store=" + kept,
                        "quirkwatch.paths.allowed-roots=" + allowed,
                        "quirkwatch.job.poll=50ms");
    }

    @BeforeEach
    void reset() {
        store().clear();
    }

    @AfterAll
    void stop() {
        service.close();
        store().close();
    }

    @Test
    void keepsAsManyExamplesAsItIsAskedTo() throws IOException {
        String lines = lines(600, 21);
        assertThat(examples(fitted("id=by-itself&" + PLAIN, lines))).isEqualTo(200);
        assertThat(examples(fitted("id=some&keep_examples=7&" + PLAIN, lines))).isEqualTo(7);
        String none = fitted("id=none&keep_examples=0&" + PLAIN, lines);
        assertThat(examples(none)).isZero();
        assertThat(folder(none).resolve("examples.jsonl")).doesNotExist();
        assertProblem(upload("id=a&keep_examples=2001", "{}"), 422, "invalid-fit", "0 to 2000");
        assertProblem(upload("id=a&keep_examples=-1", "{}"), 422, "invalid-fit", "keep_examples");
    }

    @Test
    void aRuleThatLearnsFromUntrustedSignalsIsFittedFromTheLastLinesOrASecondFile()
            throws IOException {
        String rule = "feature=activation&layers=1&rule=quantum-entropy";
        String trusted = lines(600, 21);
        String untrusted = lines(80, 22);
        String uploaded = fitted("id=offline&untrusted=80&" + rule, trusted + "\n" + untrusted);
        assertThat(ArtifactDirectory.read(folder(uploaded)).provenance().nUntrusted())
                .isEqualTo(80);

        Path first = Files.writeString(allowed.resolve("trusted.jsonl"), trusted);
        Path second = Files.writeString(allowed.resolve("untrusted.jsonl"), untrusted);
        String named =
                digest(
                        service.caller()
                                .post(
                                        "/v1/detectors?id=offline&" + rule,
                                        "{\"trusted\": \"%s\", \"untrusted\": \"%s\"}"
                                                .formatted(first, second)));
        // The same signals on the same machine: the same detector, whichever way they came.
        assertThat(named).isEqualTo(uploaded);
        assertProblem(
                upload("id=a&untrusted=80&" + PLAIN, trusted),
                422,
                "invalid-fit",
                "trusted signals only");
    }

    @Test
    void filesAreReadBelowAllowedFoldersOnlyWhereverALinkPoints() throws IOException {
        Path inside = Files.writeString(allowed.resolve("inside.jsonl"), lines(600, 23));
        Path outside = Files.writeString(elsewhere.resolve("outside.jsonl"), lines(600, 23));
        Path link = Files.createSymbolicLink(allowed.resolve("link.jsonl"), outside);
        assertThat(digest(named("id=inside&" + PLAIN, inside))).startsWith("sha256:");
        for (Path refused :
                List.of(outside, link, allowed.resolve("..").resolve(elsewhere.getFileName()))) {
            assertProblem(named("id=a&" + PLAIN, refused), 403, "path-not-allowed", "");
        }
        assertProblem(named("id=a&" + PLAIN, allowed), 422, "invalid-file", "");
    }

    @Test
    void aFitThatIsCancelledEndsFreesTheLaneAndLeavesNothing() throws Exception {
        List<String> before = kept();
        JsonNode job = upload("id=cancelled&feature=activation&rule=lof", lines(20_000, 24)).json();
        String path = "/v1/jobs/" + job.get("id").asString();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> {
                    JsonNode now = service.caller().get(path).json();
                    assertThat(now.has("ended_at")).as(now.toString()).isFalse();
                    return now.get("done").asLong() > 0;
                });
        assertThat(service.caller().send("DELETE", path, Map.of()).status()).isIn(200, 202);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> service.caller().get(path).json().has("ended_at"));
        JsonNode over = service.caller().get(path).json();
        assertThat(over.get("state").asString()).isEqualTo("cancelled");
        assertThat(over.get("done").asLong()).isLessThan(20_000);
        assertThat(kept()).isEqualTo(before);
        assertThat(service.caller().get("/v1/detectors/cancelled").status()).isEqualTo(404);
        // The lane and the place among running jobs are free.
        assertThat(digest(upload("id=after&" + PLAIN, lines(600, 25)))).startsWith("sha256:");
        assertThat(service.caller().verdicts(TinyDetector.signals(64, new SplittableRandom(1))))
                .allSatisfy(v -> assertThat(v.get("status").asString()).isEqualTo("scored"));
    }

    @Test
    void aDetectorIsPutInPlaceOnEveryDevice() {
        String digest = fitted("id=everywhere&" + PLAIN, lines(2_600, 26));
        Caller.Answer activated =
                service.caller()
                        .send(
                                "PUT",
                                "/v1/detectors/active",
                                Map.of("Content-Type", "application/json"),
                                "{\"digest\": \"%s\"}".formatted(digest));
        assertThat(activated.status()).as(activated.body()).isEqualTo(200);
        // More than a pass of one lane, so that both have some.
        assertThat(service.caller().verdicts(TinyDetector.signals(200, new SplittableRandom(2))))
                .allSatisfy(verdict ->
                        assertThat(verdict.at("/detector/digest").asString()).isEqualTo(digest));
        assertThat(service.context().getBean(Detectors.class).devices()).hasSize(2);
        service.caller().send("POST", "/v1/detectors/active/rollback", Map.of(), "");
    }

    private String fitted(String query, String lines) {
        return digest(upload(query, lines));
    }

    private Caller.Answer upload(String query, String lines) {
        return service.caller()
                .post(
                        "/v1/detectors?" + query,
                        lines.getBytes(StandardCharsets.UTF_8),
                        "application/x-ndjson");
    }

    private Caller.Answer named(String query, Path trusted) {
        return service.caller()
                .post("/v1/detectors?" + query, "{\"trusted\": \"%s\"}".formatted(trusted));
    }

    /// Waits for a fit, and reads what it made.
    private String digest(Caller.Answer submitted) {
        assertThat(submitted.status()).as(submitted.body()).isEqualTo(202);
        String path = "/v1/jobs/" + submitted.json().get("id").asString();
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> service.caller().get(path).json().has("ended_at"));
        JsonNode job = service.caller().get(path).json();
        assertThat(job.get("state").asString()).as(job.toString()).isEqualTo("completed");
        return Caller.JSON
                .readTree(service.caller().get(path + "/result").body())
                .get("digest")
                .asString();
    }

    private int examples(String digest) {
        return ArtifactDirectory.read(folder(digest)).kept().examples().texts().size();
    }

    private Path folder(String digest) {
        return kept.resolve(digest.substring("sha256:".length()));
    }

    private List<String> kept() throws IOException {
        try (Stream<Path> files = Files.walk(kept)) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    private static String lines(int count, long seed) {
        List<Signal> signals = TinyDetector.signals(count, new SplittableRandom(seed));
        return signals.stream().map(Caller::json).collect(Collectors.joining("\n"));
    }

    private static void assertProblem(
            Caller.Answer answer, int status, String code, String detail) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().get("type").asString()).isEqualTo("/problems/" + code);
        assertThat(answer.json().get("detail").asString()).contains(detail);
    }

    private static Path temporary(String name) {
        try {
            return Files.createTempDirectory(name).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
