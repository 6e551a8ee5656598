package org.quirkwatch.scoring;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@ServiceTest
class WrongInputOverHttpTest {

    private static final String GOOD = "{\"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}";

    private final int port;
    private final Caller caller;

    WrongInputOverHttpTest(@LocalServerPort int port) {
        this.port = port;
        this.caller = new Caller(port);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    {"prompt": "p"                                            | 400 | malformed-json |
                    {"prompt": "p", "prompt": "q", "label": "l"}              | 400 | malformed-json |
                    {"prompt": "p", "label": "l"} {}                          | 400 | malformed-json |
                    {"label": " Yes"}                                         | 422 | invalid-signal | /prompt
                    {"prompt": "1 + 1 = 2"}                                   | 422 | invalid-signal | /label
                    {"prompt": "", "label": " Yes"}                           | 422 | invalid-signal | /prompt
                    {"prompt": " \\n ", "label": " Yes"}                      | 422 | invalid-signal | /prompt
                    {"prompt": 7, "label": " Yes"}                            | 422 | invalid-signal | /prompt
                    {"prompt": "p", "label": "l", "choices": ["m", "n"]}      | 422 | invalid-signal | /label
                    {"prompt": "p", "label": "l", "choises": ["l", "n"]}      | 422 | invalid-signal | /choises
                    {"prompt": "a\\ud800b", "label": " Yes"}                  | 422 | invalid-signal | /prompt
                    {"prompt": "a\\u0000b", "label": " Yes"}                  | 422 | invalid-signal | /prompt
                    {"prompt": "p", "label": "l", "policy": "none"}           | 422 | unknown-policy | /policy
                    [1, 2]                                                    | 422 | invalid-signal | ``
                    """)
    void saysWhatIsWrongWithABody(String body, int status, String code, String pointer) {
        Caller.Answer answer = caller.post("/v1/signals", body);

        JsonNode problem = problem(answer, status, code, "/v1/signals");
        if (pointer == null) {
            assertThat(problem.has("errors")).isFalse();
        } else {
            assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo(pointer);
            assertThat(problem.at("/errors/0/detail").asString()).isNotBlank();
        }
    }

    @Test
    void invalidUtf8IsMalformed() {
        byte[] latin = "{\"prompt\": \"caf\u00e9\", \"label\": \" Yes\"}".getBytes(ISO_8859_1);

        JsonNode problem =
                problem(
                        caller.post("/v1/signals", latin, "application/json"),
                        400,
                        "malformed-json",
                        "/v1/signals");
        assertThat(problem.get("detail").asString())
                .isEqualTo("the byte at offset 15 is not UTF-8");
    }

    @Test
    void aBadSignalFailsItsBatchAndIsPointedAt() {
        JsonNode problem =
                problem(
                        caller.post(
                                "/v1/signals/batch",
                                "{\"signals\": [%s, %s, {\"prompt\": \"p\"}]}"
                                        .formatted(GOOD, GOOD)),
                        422,
                        "invalid-signal",
                        "/v1/signals/batch");
        assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo("/signals/2/label");
    }

    @Test
    void anUnknownPolicyInABatchIsPointedAt() {
        String other = GOOD.replace("}", ", \"policy\": \"none\"}");
        JsonNode problem =
                problem(
                        caller.post(
                                "/v1/signals/batch",
                                "{\"signals\": [%s, %s]}".formatted(GOOD, other)),
                        422,
                        "unknown-policy",
                        "/v1/signals/batch");
        assertThat(problem.at("/errors/0/pointer").asString()).isEqualTo("/signals/1/policy");
        assertThat(problem.get("detail").asString()).contains("default, strict, watching");
    }

    @Test
    void aBodyOverTheLimitIsRefusedAndTheLimitSaid() {
        String large = "{\"prompt\": \"%s\", \"label\": \"l\"}".formatted("p".repeat(30_000));
        JsonNode single =
                problem(caller.post("/v1/signals", large), 413, "payload-too-large", "/v1/signals");
        assertThat(single.get("detail").asString()).endsWith("at most 20480");

        JsonNode batch =
                problem(
                        caller.post("/v1/signals/batch", " ".repeat(200_000)),
                        413,
                        "payload-too-large",
                        "/v1/signals/batch");
        assertThat(batch.get("detail").asString()).endsWith("at most 102400");
    }

    @Test
    void aBatchOfTooManySignalsIsRefusedAndTheLimitSaid() {
        String signals =
                IntStream.range(0, 65).mapToObj(i -> GOOD).collect(Collectors.joining(","));
        JsonNode problem =
                problem(
                        caller.post("/v1/signals/batch", "{\"signals\": [" + signals + "]}"),
                        413,
                        "payload-too-large",
                        "/v1/signals/batch");
        assertThat(problem.get("detail").asString())
                .isEqualTo("the batch has 65 signals, at most 64");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-ndjson;charset=utf-16",
                "application/x-www-form-urlencoded",
                "application/json;charset=iso-8859-1",
                "nonsense"
            })
    void anotherContentTypeIsNotRead(String type) {
        problem(
                caller.post("/v1/signals", GOOD.getBytes(UTF_8), type),
                415,
                "unsupported-media-type",
                "/v1/signals");
    }

    @Test
    void aRefusedContentTypeIsToldWhatIsSupported() {
        JsonNode problem = caller.post("/v1/signals", GOOD.getBytes(UTF_8), "text/plain").json();

        assertThat(problem.get("detail").asString())
                .isEqualTo(
                        "the content type is \"text/plain\", supported here: application/json,"
                                + " application/x-ndjson");
    }

    @Test
    void unknownThingsAreNotFound() {
        problem(caller.get("/v1/detectors/none"), 404, "unknown-detector", "/v1/detectors/none");
        problem(caller.get("/v1/models/none"), 404, "not-found", "/v1/models/none");
        problem(caller.get("/v2/signals"), 404, "not-found", "/v2/signals");
        problem(caller.get("/"), 404, "not-found", "/");
        problem(caller.get("/error"), 404, "not-found", "/error");
    }

    @Test
    void anotherMethodIsNotAllowed() {
        Caller.Answer answer = caller.get("/v1/signals");

        problem(answer, 405, "method-not-allowed", "/v1/signals");
        assertThat(answer.headers().firstValue("Allow")).contains("POST");
        problem(
                caller.send("DELETE", "/v1/models", Map.of()),
                405,
                "method-not-allowed",
                "/v1/models");
    }

    @Test
    void parametersThatThereAreNotAreRefused() {
        JsonNode slip =
                problem(
                        caller.post("/v1/signals?explian=true", GOOD),
                        400,
                        "invalid-request",
                        "/v1/signals");
        assertThat(slip.get("detail").asString())
                .isEqualTo("there is no parameter \"explian\" here, only explain");
        JsonNode none =
                problem(caller.get("/v1/models?limit=5"), 400, "invalid-request", "/v1/models");
        assertThat(none.get("detail").asString())
                .isEqualTo("there is no parameter \"limit\" here, nor any other");
        assertThat(caller.post("/v1/signals?explain=true", GOOD).status()).isEqualTo(200);
    }

    @Test
    void unusableParametersAndHeadersAreRefused() {
        JsonNode problem =
                problem(
                        caller.post("/v1/signals?explain=perhaps", GOOD),
                        400,
                        "invalid-request",
                        "/v1/signals");
        assertThat(problem.get("detail").asString())
                .isEqualTo("explain must be true or false, got \"perhaps\"");
        problem(
                caller.send(
                        "POST",
                        "/v1/signals",
                        Map.of("Content-Type", "application/json", "Accept", "text/html")),
                406,
                "not-acceptable",
                "/v1/signals");
        problem(
                caller.send(
                        "POST",
                        "/v1/signals",
                        Map.of("Content-Type", "application/json", "Content-Encoding", "gzip")),
                415,
                "unsupported-media-type",
                "/v1/signals");
    }

    @Test
    void aFormWithPartsAndAQueryThatIsNoneAreTheCallersFault() {
        problem(
                caller.send("POST", "/v1/signals", Map.of("Content-Type", "multipart/form-data")),
                415,
                "unsupported-media-type",
                "/v1/signals");
        assertThat(
                        caller.send(
                                        "GET",
                                        "/v1/models",
                                        Map.of("Content-Type", "multipart/form-data"))
                                .status())
                .isEqualTo(200);
        problem(
                caller.send(
                        "POST",
                        "/v1/signals?=%C3%A4%F2",
                        Map.of("Content-Type", "application/json")),
                400,
                "invalid-request",
                "/v1/signals");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/models?a=\u0001 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /v1/%2e%2e/x HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
                "GET /v1/models/a%00b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /v1/models/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "POST /v1/signals HTTP/1.1\r\nHost: localhost\r\nContent-Length: -4\r\nConnection: close\r\n\r\n",
                "GET /v1/signals?a%0Ab=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET /v1/models?a%0Ab=1 HTTP/1.1\r\nHost: localhost\r\nAccept: text/\u0085\r\nConnection: close\r\n\r\n",
                "POST /v1/signals?a%0Ab=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: \u0085\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
                "nonsense\r\n\r\n"
            })
    void whatIsNoHttpGetsNoStackTraceAndNoVersion(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 4")
                    .contains("Content-Type: application/problem+json")
                    .contains("\"type\":\"/problems/");
            assertThat(answer)
                    .doesNotContain("Tomcat")
                    .doesNotContain("Exception")
                    .doesNotContain("\tat ")
                    .doesNotContain("<html")
                    .doesNotContainIgnoringCase("server:");
        }
    }

    private static JsonNode problem(
            Caller.Answer answer, int status, String code, String instance) {
        assertThat(answer.body())
                .doesNotContain("Exception")
                .doesNotContain("org.quirkwatch")
                .doesNotContain("java.")
                .doesNotContain("\\tat ");
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.type()).isEqualTo("application/problem+json");
        JsonNode problem = answer.json();
        assertThat(problem.get("type").asString()).isEqualTo("/problems/" + code);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).isNotBlank();
        assertThat(problem.get("instance").asString()).isEqualTo(instance);
        return problem;
    }
}
