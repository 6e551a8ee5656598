package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/// A service on this machine only, without keys: a page of another site must not reach it through
/// its reader's browser.
@ServiceTest
class OpenAccessTest {

    private final int port;

    OpenAccessTest(@LocalServerPort int port) {
        this.port = port;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | localhost:PORT | Accept: */* | 415",
                "POST | 127.0.0.1:PORT | Accept: */* | 415",
                "POST | [::1]:PORT | Accept: */* | 415",
                "POST | localhost:PORT | Origin: http://localhost:PORT | 415",
                "POST | localhost:PORT | Sec-Fetch-Site: same-origin | 415",
                "POST | localhost:PORT | Sec-Fetch-Site: none | 415",
                "POST | localhost:PORT | Origin: http://evil.example | 403",
                "POST | localhost:PORT | Origin: http://localhost:1 | 403",
                "POST | localhost:PORT | Origin: null | 403",
                "POST | localhost:PORT | Sec-Fetch-Site: cross-site | 403",
                "POST | localhost:PORT | Sec-Fetch-Site: same-site | 403",
                "GET  | localhost:PORT | Sec-Fetch-Site: cross-site | 405",
                "GET  | evil.example:PORT | Accept: */* | 403",
                "GET  | localhost.evil.example | Accept: */* | 403",
                "POST | evil.example | Origin: http://evil.example | 403"
            })
    void onlyThisMachinesOwnPagesAndProgramsAreHeard(
            String method, String host, String header, int status) throws IOException {
        String answer =
                raw(
                        method,
                        host.replace("PORT", String.valueOf(port)),
                        header.replace("PORT", String.valueOf(port)));
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void theConsoleIsOpenAndSaysSo() {
        JsonNode session = new Caller(port).get("/console/session").json();
        assertThat(session.get("access").asBoolean()).isFalse();
        assertThat(session.get("signed_in").asBoolean()).isTrue();
        assertThat(session.has("name")).isFalse();
        assertThat(session.has("csrf")).isFalse();
        assertThat(session.get("scopes").valueStream().map(JsonNode::asString))
                .containsExactly("score", "review", "admin");
    }

    private String raw(String method, String host, String header) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(
                            ("%s /v1/signals/batch HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Type: text/plain\r\n"
                                            + "Content-Length: 2\r\nConnection: close\r\n\r\n{}")
                                    .formatted(method, host, header)
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
