package org.quirkwatch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.verdictlog.Store;
import tools.jackson.databind.JsonNode;

/// What bulk jobs promise over HTTP, on any database.
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class JobsOverHttpContract {

    private static final String NDJSON = "application/x-ndjson";
    private static final Path ROOT = folder();
    private static final String[] SETTINGS = {
        "quirkwatch.paths.allowed-roots=" + ROOT,
        "quirkwatch.job.poll=50ms",
        "quirkwatch.job.max-lines=50000",
        "quirkwatch.job.max-input-size=5MB",
        "quirkwatch.job.max-inflation=100",
        "quirkwatch.job.max-listeners=2",
        "quirkwatch.ingest.checkpoint-lines=50",
        "quirkwatch.ingest.checkpoint-every=100ms"
    };
    private LoggedService service;

    private static Path folder() {
        try {
            return Files.createTempDirectory("quirkwatch-jobs");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    abstract Store store();

    abstract void open();

    @BeforeAll
    void start() {
        open();
        service = LoggedService.start(store(), SETTINGS);
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

    @Test
    void everyLineHasItsVerdictInOrderTheSameAsAnswersOfOthers() {
        List<Signal> signals = TinyDetector.signals(300, new SplittableRandom(5));
        List<JsonNode> others = service.caller().verdicts(signals);
        store().clear();

        JsonNode submitted = submit("?policy=eager", lines(signals).getBytes(UTF_8), NDJSON);
        assertThat(submitted.get("state").asString()).isIn("queued", "running");
        assertThat(submitted.get("total").asLong()).isEqualTo(300);
        JsonNode job = awaitOver(submitted);

        assertThat(job.get("state").asString()).isEqualTo("completed");
        assertThat(job.get("done").asLong()).isEqualTo(300);
        List<JsonNode> verdicts = result(job);
        assertThat(verdicts).hasSize(300);
        Set<String> flagged = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            JsonNode verdict = verdicts.get(i);
            assertThat(verdict.get("id").asString()).isEqualTo(signals.get(i).id());
            assertThat(verdict.get("score").asDouble())
                    .isCloseTo(
                            others.get(i).get("score").asDouble(),
                            org.assertj.core.data.Percentage.withPercentage(0.1));
            if (verdict.get("flagged").asBoolean()) {
                flagged.add(verdict.get("verdict_id").asString());
            }
        }
        assertThat(job.at("/counts/review").asInt() + job.at("/counts/discard").asInt())
                .isEqualTo(flagged.size());
        assertThat(job.at("/counts/unscored").asInt()).isZero();
        assertThat(flagged).isNotEmpty();
        assertThat(count("select count(*) from verdict where source = 'job'")).isEqualTo(300);
        assertThat(count("select count(*) from review")).isEqualTo(flagged.size());
        assertThat(service.caller().metric("quirkwatch_signals_total", "source=\"job\""))
                .isGreaterThanOrEqualTo(300);
        assertThat(service.caller().metric("quirkwatch_job_signals_total"))
                .isGreaterThanOrEqualTo(300);

        // Another job has verdicts of its own, whatever the ids.
        JsonNode again = awaitOver(submit("", lines(signals).getBytes(UTF_8), NDJSON));
        assertThat(again.get("done").asLong()).isEqualTo(300);
        assertThat(rows()).isEqualTo(600);
    }

    @Test
    void compressedInputsAreTheSame() throws IOException {
        byte[] plain = lines(TinyDetector.signals(40, new SplittableRandom(6))).getBytes(UTF_8);
        JsonNode file = awaitOver(submit("?explain=true", zipped(plain), "application/gzip"));
        assertThat(file.get("done").asLong()).isEqualTo(40);
        assertThat(result(file)).allMatch(verdict -> verdict.has("layers"));
        Caller.Answer encoded =
                service.caller()
                        .post(
                                "/v1/jobs",
                                zipped(plain),
                                Map.of("Content-Type", NDJSON, "Content-Encoding", "gzip"));
        assertThat(encoded.status()).isEqualTo(202);
        assertThat(encoded.headers().firstValue("Location"))
                .contains("/v1/jobs/" + encoded.json().get("id").asString());
        assertThat(awaitOver(encoded.json()).get("done").asLong()).isEqualTo(40);
    }

    @Test
    void aFileBelowAnAllowedFolderIsScoredAndNoOther(@TempDir Path elsewhere) throws IOException {
        byte[] lines = lines(TinyDetector.signals(30, new SplittableRandom(4))).getBytes(UTF_8);
        Files.write(ROOT.resolve("signals.jsonl"), lines);
        Files.write(ROOT.resolve("signals.jsonl.gz"), zipped(lines));
        Path secret = Files.write(elsewhere.resolve("signals.jsonl"), lines);
        Files.deleteIfExists(ROOT.resolve("link.jsonl"));
        Files.createSymbolicLink(ROOT.resolve("link.jsonl"), secret);
        for (String name : List.of("signals.jsonl", "signals.jsonl.gz")) {
            JsonNode job = awaitOver(submit("", path(ROOT.resolve(name)), "application/json"));
            assertThat(job.get("done").asLong()).isEqualTo(30);
        }
        assertRefused("", path(secret), "application/json", 403, "path-not-allowed");
        assertRefused(
                "", path(ROOT.resolve("link.jsonl")), "application/json", 403, "path-not-allowed");
        assertRefused("", path(ROOT), "application/json", 422, "invalid-file");
        assertRefused("", path(ROOT.resolve("none")), "application/json", 422, "invalid-file");
    }

    private static byte[] path(Path path) {
        return Caller.JSON.writeValueAsBytes(Map.of("path", path.toString()));
    }

    @Test
    void aLineThatCannotBeScoredIsSaidSoInItsPlaceAndDoesNotStopTheRest() {
        String good = "{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}";
        String text =
                String.join(
                        "\n",
                        good,
                        "",
                        "{oops",
                        "{\"prompt\": \"\", \"label\": \" Yes\"}",
                        "{\"prompt\": \"%s\", \"label\": \" Yes\"}"
                                .formatted("7 ".repeat(900).strip()),
                        "{\"prompt\": \"1\", \"label\": \" Yes\", \"policy\": \"none\"}",
                        good.replace("1 + 1", "2 + 2"));
        JsonNode job = awaitOver(submit("", text.getBytes(UTF_8), NDJSON));
        assertThat(job.get("state").asString()).isEqualTo("completed");
        List<JsonNode> verdicts = result(job);
        assertThat(verdicts)
                .extracting(verdict -> verdict.get("status").asString())
                .containsExactly(
                        "scored", "unscored", "unscored", "unscored", "unscored", "scored");
        assertThat(verdicts.get(1).get("line").asInt()).isEqualTo(3);
        assertThat(verdicts.getLast().get("id").asString())
                .isEqualTo(job.get("id").asString() + "-7");
        assertThat(job.get("errors").valueStream().map(e -> e.get("code").asString()))
                .containsExactly(
                        "malformed-json", "invalid-signal", "prompt-too-long", "unknown-policy");
        assertThat(job.get("errors").valueStream().map(e -> e.get("line").asInt()))
                .containsExactly(3, 4, 5, 6);
        assertThat(job.at("/counts/unscored").asInt()).isEqualTo(4);
    }

    @Test
    void aJobGoesOnAfterARestartAndJudgesNothingTwice() {
        List<Signal> signals = TinyDetector.signals(6_000, new SplittableRandom(8));
        JsonNode job = submit("?policy=eager", lines(signals).getBytes(UTF_8), NDJSON);
        int restarts = 0;
        long before = 0;
        while (restarts < 2) {
            long least = before + 200;
            awaitDone(job, least);
            service.close();
            service = LoggedService.start(store(), SETTINGS);
            restarts++;
            before = job(job).get("done").asLong();
            assertThat(before).isGreaterThanOrEqualTo(least);
        }
        JsonNode over = awaitOver(job);
        assertThat(over.get("state").asString()).isEqualTo("completed");
        assertThat(before).isLessThan(6_000);
        assertOnce(over, signals);
    }

    @Test
    void jobsOfOneDatabaseAreSharedByReplicasAndEachLineIsJudgedOnce() {
        List<JsonNode> jobs = new ArrayList<>();
        List<Signal> signals = TinyDetector.signals(400, new SplittableRandom(9));
        try (LoggedService other = LoggedService.start(store(), SETTINGS)) {
            for (int i = 0; i < 4; i++) {
                Caller caller = (i % 2 == 0 ? service : other).caller();
                jobs.add(caller.post("/v1/jobs", lines(signals).getBytes(UTF_8), NDJSON).json());
            }
            for (JsonNode job : jobs) {
                JsonNode over = awaitOver(job);
                assertThat(over.get("state").asString()).isEqualTo("completed");
                assertThat(over).isEqualTo(other.caller().get(path(job)).json());
            }
        }
        assertThat(rows()).isEqualTo(1_600);
        assertThat(count("select count(distinct idempotency_key) from verdict")).isEqualTo(1_600);
    }

    @Test
    void aResultIsFetchedInPartsAndCompressed() throws Exception {
        byte[] lines = lines(TinyDetector.signals(120, new SplittableRandom(10))).getBytes(UTF_8);
        JsonNode job = awaitOver(submit("", lines, NDJSON));
        String path = path(job) + "/result";
        Caller.Answer whole = service.caller().get(path);
        long bytes = job.get("result_bytes").asLong();
        assertThat(whole.type()).startsWith(NDJSON);
        assertThat(whole.body().getBytes(UTF_8)).hasSize((int) bytes);

        Caller.Answer part = range(path, "bytes=1000-1999");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.body()).isEqualTo(whole.body().substring(1000, 2000));
        assertThat(part.headers().firstValue("Content-Range")).contains("bytes 1000-1999/" + bytes);
        assertThat(range(path, "bytes=1000-").body()).isEqualTo(whole.body().substring(1000));
        assertThat(range(path, "bytes=-7").body())
                .isEqualTo(whole.body().substring((int) bytes - 7));
        assertThat(range(path, "lines=1-2").status()).isEqualTo(200);
        Caller.Answer beyond = range(path, "bytes=" + bytes + "-");
        assertThat(beyond.status()).isEqualTo(416);
        assertThat(beyond.json().get("type").asString())
                .isEqualTo("/problems/range-not-satisfiable");
        byte[] zipped = service.caller().bytes(path, Map.of("Accept-Encoding", "gzip"));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
            assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(whole.body());
        }
        assertThat(zipped.length).isLessThan((int) bytes / 2);
    }

    @Test
    void eventsTellHowAJobGoesOnUntilItIsOver() {
        List<Signal> signals = TinyDetector.signals(2_000, new SplittableRandom(11));
        JsonNode job = submit("", lines(signals).getBytes(UTF_8), NDJSON);
        Caller.Answer events = service.caller().get(path(job) + "/events");
        assertThat(events.type()).startsWith("text/event-stream");
        List<String> names =
                events.body().lines().filter(line -> line.startsWith("event: ")).toList();
        assertThat(names).hasSizeGreaterThan(2).endsWith("event: end");
        assertThat(names.subList(0, names.size() - 1)).containsOnly("event: progress");
        List<JsonNode> data =
                events.body()
                        .lines()
                        .filter(line -> line.startsWith("data: "))
                        .map(line -> Caller.JSON.readTree(line.substring("data: ".length())))
                        .toList();
        assertThat(data).extracting(d -> d.get("done").asLong()).isSorted();
        assertThat(data.getLast()).isEqualTo(job(job));
        assertThat(data)
                .filteredOn(d -> d.has("rate") && d.get("done").asLong() > 0)
                .isNotEmpty()
                .allMatch(d -> d.has("eta_ms"));
        // Of what it has already, a caller who comes again hears only the end.
        String last =
                events.body()
                        .lines()
                        .filter(line -> line.startsWith("id: "))
                        .reduce((a, b) -> b)
                        .orElseThrow()
                        .substring("id: ".length());
        Caller.Answer again =
                service.caller()
                        .send("GET", path(job) + "/events", Map.of("Last-Event-ID", last), "");
        assertThat(again.body().lines().filter(line -> line.startsWith("event: ")))
                .containsExactly("event: end");
        assertThat(
                        service.caller()
                                .send(
                                        "GET",
                                        path(job) + "/events",
                                        Map.of("Last-Event-ID", "last"),
                                        "")
                                .status())
                .isEqualTo(400);
    }

    @Test
    void listenersAreBoundedAndAnsweredWhenTheServiceStops() throws Exception {
        // A job that nobody runs: there is no kind of it.
        String id = "01930000-0000-7000-8000-000000000001";
        store().jdbc()
                .update(
                        "insert into job (job_id, kind, state, submitted_at, parameters, done, progress,"
                                + " result_bytes, result_pages, stored_bytes, attempts, cancelling, revision)"
                                + " values (cast(? as uuid), 'unknown', 'queued', current_timestamp, '{}', 0,"
                                + " '{\"counts\":{},\"faults\":[]}', 0, 0, 0, 0, false, 0)",
                        id);
        LoggedService other = LoggedService.start(store(), SETTINGS);
        List<Thread> threads = new ArrayList<>();
        List<Caller.Answer> answers = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() ->
                                    answers.add(other.caller().get("/v1/jobs/" + id + "/events"))));
        }
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> refusesAListener(other, id));
        long begin = System.nanoTime();
        other.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        assertThat(answers).hasSize(2).allMatch(answer -> answer.status() == 200);
    }

    private static boolean refusesAListener(LoggedService service, String id) {
        // Two are there, or this one is answered in a moment and asks again.
        Caller.Answer answer =
                service.caller()
                        .within(Duration.ofMillis(300), "/v1/jobs/" + id + "/events")
                        .orElse(null);
        return answer != null && answer.status() == 503;
    }

    @Test
    void aJobIsCancelledKeepsWhatItHasAndIsForgotten() {
        List<Signal> signals = TinyDetector.signals(20_000, new SplittableRandom(12));
        JsonNode job = submit("", lines(signals).getBytes(UTF_8), NDJSON);
        awaitDone(job, 50);
        Caller.Answer cancelled = service.caller().send("DELETE", path(job), Map.of());
        assertThat(cancelled.status()).isEqualTo(202);
        JsonNode over = awaitOver(job);
        assertThat(over.get("state").asString()).isEqualTo("cancelled");
        long done = over.get("done").asLong();
        assertThat(done).isBetween(50L, 19_999L);
        assertThat(result(over)).hasSize((int) done);
        assertThat(service.caller().get("/v1/jobs?state=cancelled").json().get("jobs")).hasSize(1);
        assertThat(service.caller().send("DELETE", path(job), Map.of()).status()).isEqualTo(204);
        assertThat(service.caller().get(path(job)).status()).isEqualTo(404);
        assertThat(service.caller().get(path(job) + "/result").status()).isEqualTo(404);
        assertThat(rows()).isGreaterThanOrEqualTo((int) done);
    }

    @Test
    void whatIsNoJobIsRefusedWithItsReason() throws IOException {
        byte[] good = "{\"prompt\": \"1\", \"label\": \" Yes\"}\n".getBytes(UTF_8);
        assertRefused("?policy=none", good, NDJSON, 422, "unknown-policy");
        assertRefused("?explain=perhaps", good, NDJSON, 400, "invalid-request");
        assertRefused("", good, "application/gzip", 400, "invalid-request");
        byte[] torn =
                zipped(lines(TinyDetector.signals(99, new SplittableRandom(1))).getBytes(UTF_8));
        assertRefused(
                "",
                java.util.Arrays.copyOf(torn, torn.length / 2),
                "application/gzip",
                400,
                "invalid-request");
        assertRefused("", new byte[6_000_000], NDJSON, 413, "payload-too-large");
        assertRefused(
                "", zipped(new byte[4_000_000]), "application/gzip", 413, "payload-too-large");
        assertRefused("", "x\n".repeat(50_001).getBytes(UTF_8), NDJSON, 413, "payload-too-large");
        assertRefused("", good, "text/plain", 415, "unsupported-media-type");
        assertRefused("", "{\"file\": 1}".getBytes(UTF_8), "application/json", 422, "invalid-job");
        assertRefused("", "{".getBytes(UTF_8), "application/json", 400, "malformed-json");
        Caller.Answer encoding =
                service.caller()
                        .post(
                                "/v1/jobs",
                                good,
                                Map.of("Content-Type", NDJSON, "Content-Encoding", "br"));
        assertThat(encoding.status()).isEqualTo(415);
        assertThat(count("select count(*) from job")).isZero();
        assertThat(service.caller().get("/v1/jobs?limit=501").status()).isEqualTo(400);
        assertThat(service.caller().get("/v1/jobs?state=receiving").status()).isEqualTo(400);
        assertThat(service.caller().get("/v1/jobs?cursor=x").status()).isEqualTo(400);
        assertThat(service.caller().get("/v1/jobs/none").status()).isEqualTo(404);
    }

    private void assertRefused(String query, byte[] body, String type, int status, String code) {
        Caller.Answer answer = service.caller().post("/v1/jobs" + query, body, type);
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.json().get("type").asString()).isEqualTo("/problems/" + code);
    }

    /// Each line has one verdict, and the result has it.
    private void assertOnce(JsonNode job, List<Signal> signals) {
        List<JsonNode> verdicts = result(job);
        assertThat(verdicts).hasSize(signals.size());
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < signals.size(); i++) {
            assertThat(verdicts.get(i).get("id").asString()).isEqualTo(signals.get(i).id());
            ids.add(verdicts.get(i).get("verdict_id").asString());
        }
        assertThat(ids).hasSize(signals.size());
        assertThat(rows()).isEqualTo(signals.size());
        long flagged = verdicts.stream().filter(v -> v.get("flagged").asBoolean()).count();
        assertThat(count("select count(*) from review")).isEqualTo((int) flagged);
        assertThat(job.at("/counts/review").asLong() + job.at("/counts/discard").asLong())
                .isEqualTo(flagged);
    }

    private JsonNode submit(String query, byte[] body, String type) {
        Caller.Answer answer = service.caller().post("/v1/jobs" + query, body, type);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return answer.json();
    }

    private JsonNode job(JsonNode job) {
        return service.caller().get(path(job)).json();
    }

    private void awaitDone(JsonNode job, long least) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> job(job).get("done").asLong() >= least);
    }

    private JsonNode awaitOver(JsonNode job) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(4))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> job(job).has("ended_at"));
        return job(job);
    }

    private List<JsonNode> result(JsonNode job) {
        return service.caller()
                .get(path(job) + "/result")
                .body()
                .lines()
                .map(Caller.JSON::readTree)
                .toList();
    }

    private Caller.Answer range(String path, String range) {
        return service.caller().send("GET", path, Map.of("Range", range), "");
    }

    private static String path(JsonNode job) {
        return "/v1/jobs/" + job.get("id").asString();
    }

    private static String lines(List<Signal> signals) {
        return signals.stream().map(Caller::json).collect(Collectors.joining("\n", "", "\n"));
    }

    private static byte[] zipped(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private int rows() {
        return count("select count(*) from verdict");
    }

    private int count(String query) {
        Integer count = store().jdbc().queryForObject(query, Integer.class);
        return count == null ? -1 : count;
    }
}
