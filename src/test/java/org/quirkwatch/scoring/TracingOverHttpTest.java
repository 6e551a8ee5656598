package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Traces and logs of a service that was asked for them, as a collector and a log shipper get them.
@Timeout(300)
class TracingOverHttpTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String SECRET = "Xylophonist";

    @Test
    void aCallersTraceGoesOnThroughTheStagesAndNothingOfTheSignalIsInIt() throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        HttpServer collector = collector(received);
        ServiceProcess service =
                start(
                        "--quirkwatch.tracing.enabled=true",
                        "--management.opentelemetry.tracing.export.schedule-delay=100ms",
                        "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:%d/v1/traces"
                                .formatted(collector.getAddress().getPort()));
        try {
            Caller caller = new Caller(service.port());
            assertThat(post(caller, "01").status()).isEqualTo(200);
            List<String> stages =
                    List.of(
                            "http post /v1/signals",
                            "quirkwatch.request",
                            "quirkwatch.tokenize",
                            "quirkwatch.queue",
                            "quirkwatch.forward",
                            "quirkwatch.score");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(whole(received)).contains(stages));
            assertThat(whole(received)).contains(traceBytes()).doesNotContain(SECRET);
        } finally {
            service.stop();
            service.exitCode();
            collector.stop(0);
        }
        assertThat(whole(received)).doesNotContain(SECRET);
    }

    @Test
    void logsAreJsonWhereAskedForAndNothingIsTracedWhereNot() throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        HttpServer collector = collector(received);
        ServiceProcess service =
                start(
                        "--logging.structured.format.console=ecs",
                        "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:%d/v1/traces"
                                .formatted(collector.getAddress().getPort()));
        try {
            Caller caller = new Caller(service.port());
            assertThat(post(caller, "01").status()).isEqualTo(200);
        } finally {
            service.stop();
            assertThat(service.exitCode()).isIn(0, 143);
            collector.stop(0);
        }
        assertThat(received).isEmpty();
        List<JsonNode> lines =
                service.output()
                        .lines()
                        .filter(line -> line.startsWith("{"))
                        .map(Caller.JSON::readTree)
                        .toList();
        assertThat(lines).isNotEmpty();
        assertThat(lines).allSatisfy(line -> assertThat(line.has("@timestamp")).isTrue());
        assertThat(service.output()).doesNotContain(SECRET);
    }

    private static Caller.Answer post(Caller caller, String sampled) {
        return caller.send(
                "POST",
                "/v1/signals",
                Map.of(
                        "Content-Type",
                        "application/json",
                        "traceparent",
                        "00-%s-b7ad6b7169203331-%s".formatted(TRACE, sampled)),
                "{\"id\": \"%s\", \"prompt\": \"The %s plays.\", \"label\": \" Yes\"}"
                        .formatted(SECRET, SECRET));
    }

    private static ServiceProcess start(String... more) throws IOException {
        String[] settings = {
            "--quirkwatch.model=" + TinyDetector.MODEL,
            "--quirkwatch.detector=" + TinyDetector.directory(),
            "--quirkwatch.device=cpu",
            "--quirkwatch.dtype=float32",
            "--quirkwatch.verdict-log.enabled=false",
            "--quirkwatch.drain.at-least=0s"
        };
        return ServiceProcess.start(
                Stream.of(settings, more).flatMap(Arrays::stream).toArray(String[]::new));
    }

    /// Takes what a collector takes; a span's names and texts stand in it as they are.
    private static HttpServer collector(List<String> received) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/v1/traces",
                exchange -> {
                    byte[] body = exchange.getRequestBody().readAllBytes();
                    received.add(new String(body, StandardCharsets.ISO_8859_1));
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        return server;
    }

    private static String whole(List<String> received) {
        return received.stream().collect(Collectors.joining("\n"));
    }

    private static String traceBytes() {
        return new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1);
    }
}
