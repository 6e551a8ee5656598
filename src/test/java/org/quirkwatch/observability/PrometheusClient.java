package org.quirkwatch.observability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks a Prometheus.
final class PrometheusClient {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long PAUSE_MILLIS = 200;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String base;

    PrometheusClient(int port) {
        base = "http://127.0.0.1:" + port + "/api/v1/";
    }

    /// The values of an instant query, NaN among them; empty where there is no data. A query that
    /// Prometheus does not understand fails.
    List<Double> values(String expression) {
        return get("query?query=" + URLEncoder.encode(expression, UTF_8))
                .get("data")
                .get("result")
                .valueStream()
                .map(sample -> Double.parseDouble(text(sample.get("value").get(1))))
                .toList();
    }

    /// The names of the alerts that are pending or firing.
    List<String> alerts() {
        return get("alerts")
                .get("data")
                .get("alerts")
                .valueStream()
                .map(alert -> alert.get("labels").get("alertname").asString())
                .toList();
    }

    void await(String expression, Duration atMost) {
        assertThat(within(atMost, () -> !values(expression).isEmpty())).as(expression).isTrue();
    }

    /// Waits until a query's value is so large.
    void awaitSamples(String expression, double least, Duration atMost) {
        assertThat(within(atMost, () -> values(expression).stream().anyMatch(v -> v >= least)))
                .as(expression + " = " + values(expression))
                .isTrue();
    }

    boolean awaitAlert(String name, Duration atMost) {
        return within(atMost, () -> alerts().contains(name));
    }

    private static boolean within(Duration atMost, BooleanSupplier condition) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private static String text(JsonNode value) {
        // As Prometheus writes it.
        return value.asString().replace("Inf", "Infinity");
    }

    private JsonNode get(String path) {
        try {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create(base + path)).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
