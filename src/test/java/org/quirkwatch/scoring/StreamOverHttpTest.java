package org.quirkwatch.scoring;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.signal.Signal;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/// Streams over a real socket, so that a test can read while it writes.
@ServiceTest
@Timeout(300)
class StreamOverHttpTest {

    private final int port;
    private final Caller caller;

    StreamOverHttpTest(@LocalServerPort int port) {
        this.port = port;
        this.caller = new Caller(port);
    }

    @Test
    void everyLineGetsItsVerdictInOrderAndTheSameAsAlone() throws IOException {
        List<Signal> signals = TinyDetector.signals(60, new SplittableRandom(21));
        List<JsonNode> verdicts = streamed(lines(signals));

        assertThat(verdicts).extracting(v -> v.get("id").asString()).containsExactly(ids(signals));
        assertThat(verdicts).allMatch(v -> v.get("status").asString().equals("scored"));
        assertThat(verdicts).noneMatch(v -> v.has("line") || v.has("layers"));
        for (int i = 0; i < signals.size(); i++) {
            // Another label would be another signal: this one is measured again.
            JsonNode alone = caller.verdict(withOtherChoices(signals.get(i)));
            double score = alone.get("score").asDouble();
            assertThat(verdicts.get(i).get("score").asDouble())
                    .isCloseTo(score, within(1e-4 * Math.abs(score)));
        }
    }

    @Test
    void aBadLineIsUnscoredWithItsNumberAndTheRestIsScored() throws IOException {
        String good = "{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}\n";
        String lines =
                good
                        + "{\"prompt\": \"p\"\n"
                        + "\n"
                        + "{\"id\": \"x\", \"prompt\": \"p\"}\n"
                        + "  \t\r\n"
                        + "{\"prompt\": \"%s\", \"label\": \"l\"}\n".formatted("p".repeat(30_000))
                        + good
                        + "{\"prompt\": \"caf\u00e9\", \"label\": \" Yes\"}\n"
                        + "{\"id\": \"n\", \"prompt\": \"p\", \"label\": \"l\", \"policy\": \"none\"}\n"
                        + "{\"id\": \"t\", \"prompt\": \"%s\", \"label\": \"l\"}\n"
                                .formatted("7 ".repeat(2_000))
                        + good;
        List<JsonNode> verdicts;
        try (StreamCaller stream = new StreamCaller(port)) {
            stream.send(lines.getBytes(ISO_8859_1));
            stream.end();
            verdicts = stream.rest();
        }

        assertThat(verdicts).hasSize(9);
        assertThat(List.of(verdicts.get(0), verdicts.get(4), verdicts.get(8)))
                .allMatch(v -> v.get("status").asString().equals("scored"));
        assertUnscored(verdicts.get(1), 2, "malformed-json", "line-2");
        assertUnscored(verdicts.get(2), 4, "invalid-signal", "line-4");
        assertThat(verdicts.get(2).at("/reason/errors/0/pointer").asString()).isEqualTo("/label");
        assertUnscored(verdicts.get(3), 6, "payload-too-large", "line-6");
        assertThat(verdicts.get(3).at("/reason/detail").asString()).endsWith("at most 20480");
        assertUnscored(verdicts.get(5), 8, "malformed-json", "line-8");
        assertThat(verdicts.get(5).at("/reason/detail").asString()).contains("UTF-8");
        assertUnscored(verdicts.get(6), 9, "unknown-policy", "n");
        assertUnscored(verdicts.get(7), 10, "prompt-too-long", "t");
    }

    @Test
    void whatCannotBeScoredIsRuledByThePolicyThatItNames() throws IOException {
        String tooLong =
                "{\"prompt\": \"%s\", \"label\": \" Yes\", \"policy\": \"%s\"}\n"
                        .formatted("7 ".repeat(2_000), "%s");
        List<JsonNode> verdicts =
                streamed(
                        tooLong.formatted("strict")
                                + tooLong.formatted("watching")
                                + tooLong.formatted("default"));

        assertThat(verdicts)
                .extracting(v -> v.get("disposition").asString())
                .containsExactly("discard", "accept", "review");
        assertThat(verdicts.get(1).get("shadow_disposition").asString()).isEqualTo("review");
    }

    @Test
    void theLastLineNeedsNoLineFeed() throws IOException {
        List<JsonNode> verdicts = streamed("\n{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}");

        assertThat(verdicts).hasSize(1);
        assertThat(verdicts.getFirst().get("status").asString()).isEqualTo("scored");
        assertThat(streamed("\n\n{\"prompt\": \"1 + 1").getFirst().get("line").asInt())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n \n\n"})
    void aStreamOfNothingHasAnEmptyAnswer(String nothing) {
        Caller.Answer answer =
                caller.post("/v1/signals", nothing.getBytes(UTF_8), StreamCaller.NDJSON);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.type()).isEqualTo(StreamCaller.NDJSON);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void explainsEachLineWhereItIsAsked() throws IOException {
        try (StreamCaller stream =
                new StreamCaller(
                        port,
                        "/v1/signals?explain=true",
                        "Content-Type: application/x-ndjson; charset=UTF-8")) {
            stream.send(lines(TinyDetector.signals(3, new SplittableRandom(22))));
            stream.end();

            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("content-type")).isEqualTo(StreamCaller.NDJSON);
            assertThat(stream.rest()).hasSize(3).allMatch(v -> v.get("layers").size() == 3);
        }
    }

    @Test
    void anEncodedStreamIsRefusedUnread() throws IOException {
        try (StreamCaller stream =
                new StreamCaller(
                        port,
                        "/v1/signals",
                        "Content-Type: " + StreamCaller.NDJSON,
                        "Content-Encoding: gzip")) {
            assertThat(stream.status()).isEqualTo(415);
            assertThat(stream.header("content-type")).isEqualTo("application/problem+json");
            assertThat(stream.verdict().get("type").asString())
                    .isEqualTo("/problems/unsupported-media-type");
        }
    }

    @Test
    void verdictsComeWhileTheSenderStillSends() throws IOException {
        try (StreamCaller stream = new StreamCaller(port)) {
            for (Signal signal : TinyDetector.signals(12, new SplittableRandom(23))) {
                stream.send(lines(List.of(signal)));
                assertThat(stream.verdict().get("id").asString()).isEqualTo(signal.id());
            }
            stream.send("{oops\n");
            assertThat(stream.verdict().get("line").asInt()).isEqualTo(13);
            stream.end();
            assertThat(stream.line()).isNull();
        }
    }

    @Test
    void aSenderWhoDoesNotReadIsSlowedDownAndLosesNothing() throws Exception {
        String padding = "x".repeat(8_000);
        int most = 20_000;
        AtomicInteger sent = new AtomicInteger();
        try (StreamCaller stream = new StreamCaller(port);
                var senders = Executors.newSingleThreadExecutor()) {
            java.util.concurrent.atomic.AtomicBoolean enough =
                    new java.util.concurrent.atomic.AtomicBoolean();
            Future<?> sending =
                    senders.submit(() -> {
                        while (sent.get() < most && !enough.get()) {
                            stream.send(
                                    "{\"id\": \"b%d\", \"prompt\": \"1 + %d\", \"label\": \" Yes\", \"metadata\": {\"x\": \"%s\"}}\n"
                                            .formatted(sent.get(), sent.get() % 500, padding));
                            sent.incrementAndGet();
                        }
                        stream.end();
                        return null;
                    });
            // It can send no more when what lies between is full: a window and the buffers.
            int before = -1;
            while (sent.get() > before && !sending.isDone()) {
                before = sent.get();
                Thread.sleep(2_000);
            }
            assertThat(sent.get()).isBetween(1_000, most - 1);
            assertThat(sending.isDone()).isFalse();

            enough.set(true);
            List<JsonNode> verdicts = stream.rest();
            sending.get();
            assertThat(verdicts)
                    .extracting(v -> v.get("id").asString())
                    .containsExactly(
                            IntStream.range(0, sent.get())
                                    .mapToObj(i -> "b" + i)
                                    .toArray(String[]::new));
            assertThat(verdicts).allMatch(v -> v.get("status").asString().equals("scored"));
        }
    }

    @Test
    void aCallerWhoBreaksOffLeavesNothingBehind() throws Exception {
        String many = lines(TinyDetector.signals(400, new SplittableRandom(24)));
        StreamCaller reset = new StreamCaller(port);
        reset.send(many);
        reset.verdict();
        reset.reset();
        awaitNothingPending();

        try (StreamCaller closing = new StreamCaller(port)) {
            closing.send(lines(TinyDetector.signals(3, new SplittableRandom(25))));
            closing.verdict();
            closing.sendRaw("1000\r\n{\"prompt\": \"1 + 1".getBytes(ISO_8859_1));
        }
        awaitNothingPending();

        StreamCaller unread = new StreamCaller(port);
        unread.send(lines(TinyDetector.signals(400, new SplittableRandom(26))));
        unread.reset();
        awaitNothingPending();

        assertThat(caller.post("/v1/signals", "{\"prompt\": \"1 + 2\", \"label\": \" Yes\"}"))
                .returns(200, Caller.Answer::status);
        assertThat(streamed(lines(TinyDetector.signals(30, new SplittableRandom(27)))))
                .hasSize(30)
                .allMatch(v -> v.get("status").asString().equals("scored"));
    }

    @Test
    void aStreamThatBreaksOffDoesNotLookAsIfItHadEnded() throws IOException {
        try (StreamCaller stream = new StreamCaller(port)) {
            stream.send(lines(TinyDetector.signals(2, new SplittableRandom(28))));
            stream.verdict();
            stream.verdict();
            stream.sendRaw("1000\r\n{\"prompt\": \"1 + 1".getBytes(ISO_8859_1));
            stream.breakOff();

            assertThatThrownBy(stream::rest).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aStreamThatBreaksOffBeforeAnyVerdictIsAProblem() throws IOException {
        try (StreamCaller stream = new StreamCaller(port)) {
            stream.sendRaw("1000\r\n{\"prompt\": \"1 + 1".getBytes(ISO_8859_1));
            stream.breakOff();

            assertThat(stream.status()).isEqualTo(400);
            assertThat(stream.header("content-type")).isEqualTo("application/problem+json");
            assertThat(stream.verdict().get("type").asString())
                    .isEqualTo("/problems/invalid-request");
        }
    }

    private void awaitNothingPending() throws InterruptedException {
        while (caller.metric("quirkwatch_pending_signals") > 0) {
            Thread.sleep(20);
        }
    }

    private List<JsonNode> streamed(String lines) throws IOException {
        try (StreamCaller stream = new StreamCaller(port)) {
            stream.send(lines);
            stream.end();
            assertThat(stream.status()).isEqualTo(200);
            return stream.rest();
        }
    }

    private static void assertUnscored(JsonNode verdict, int line, String code, String id) {
        assertThat(verdict.propertyNames())
                .containsExactly(
                        "id",
                        "line",
                        "status",
                        "flagged",
                        "disposition",
                        "reason",
                        "detector",
                        "calibration",
                        "model",
                        "policy");
        assertThat(verdict.get("line").asInt()).isEqualTo(line);
        assertThat(verdict.get("status").asString()).isEqualTo("unscored");
        assertThat(verdict.get("disposition").asString()).isEqualTo("review");
        assertThat(verdict.at("/reason/type").asString()).isEqualTo("/problems/" + code);
        assertThat(verdict.get("id").asString()).isEqualTo(id);
    }

    private static Signal withOtherChoices(Signal signal) {
        return new Signal(
                signal.id(), signal.prompt(), signal.label(), List.of(" Yes", " No", " Maybe"));
    }

    private static String lines(List<Signal> signals) {
        StringBuilder lines = new StringBuilder();
        signals.forEach(signal -> lines.append(Caller.json(signal)).append('\n'));
        return lines.toString();
    }

    private static String[] ids(List<Signal> signals) {
        return signals.stream().map(Signal::id).toArray(String[]::new);
    }
}
