package org.quirkwatch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/// Callers who begin a request and leave it there.
@ServiceTest
@TestPropertySource(
        properties = {
            "server.tomcat.connection-timeout=10s",
            "quirkwatch.limits.max-body-time=500ms"
        })
@Timeout(300)
class SlowCallersOverHttpTest {

    private static final String JSON = "Content-Type: application/json";

    private final int port;

    SlowCallersOverHttpTest(@LocalServerPort int port) {
        this.port = port;
    }

    @Test
    void aBodyThatStopsComingIsATimeout() throws IOException {
        try (StreamCaller stopping =
                new StreamCaller(port, "/v1/signals", JSON, "Content-Length: 100")) {
            stopping.sendRaw("{\"prompt\": ".getBytes(UTF_8));
            assertTimedOut(stopping, "the request stopped coming before its end");
        }
    }

    @Test
    void aStreamThatStopsComingIsATimeout() throws IOException {
        try (StreamCaller stopping = new StreamCaller(port)) {
            stopping.send("{\"prompt\": ");
            assertTimedOut(stopping, "the request stopped coming before its end");
        }
    }

    @Test
    void aBodyThatComesByteByByteIsATimeout() throws Exception {
        try (StreamCaller trickling = new StreamCaller(port, "/v1/signals", JSON)) {
            Thread sending = Thread.ofVirtual().start(() -> trickle(trickling));
            assertTimedOut(trickling, "the body did not arrive within 500 ms");
            sending.interrupt();
            sending.join();
        }
    }

    private static void trickle(StreamCaller trickling) {
        try {
            while (true) {
                trickling.send(" ");
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException e) {
            // It was answered.
        }
    }

    private static void assertTimedOut(StreamCaller answered, String detail) throws IOException {
        int status = answered.status();
        JsonNode problem = answered.verdict();
        assertThat(status).as(problem.toString()).isEqualTo(408);
        assertThat(problem.get("type").asString()).isEqualTo("/problems/request-timeout");
        assertThat(problem.get("detail").asString()).isEqualTo(detail);
    }
}
