package org.quirkwatch.scoring;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A caller of the service over HTTP.
final class Caller {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newHttpClient();
    private final String base;

    Caller(int port) {
        base = "http://127.0.0.1:" + port;
    }

    /// What came back.
    record Answer(int status, String type, String body, java.net.http.HttpHeaders headers) {
        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    Answer post(String path, String json) {
        return post(path, json.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    Answer post(String path, byte[] body, String contentType) {
        return send(
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("Content-Type", contentType)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    Answer post(String path, byte[] body, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        return send(request);
    }

    /// The body as it comes.
    byte[] bytes(String path, Map<String, String> headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).GET();
        headers.forEach(request::header);
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    /// The whole answer, where it comes in time.
    Optional<Answer> within(Duration time, String path) {
        try {
            return Optional.of(
                    send(HttpRequest.newBuilder(URI.create(base + path)).timeout(time).GET()));
        } catch (java.io.UncheckedIOException e) {
            return Optional.empty();
        }
    }

    Answer get(String path) {
        return send(HttpRequest.newBuilder(URI.create(base + path)).GET());
    }

    Answer send(String method, String path, Map<String, String> headers) {
        return send(method, path, headers, "{}");
    }

    Answer send(String method, String path, Map<String, String> headers, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        return send(request);
    }

    JsonNode verdict(Signal signal) {
        return post("/v1/signals?explain=true", json(signal)).json();
    }

    List<JsonNode> verdicts(List<Signal> signals) {
        List<String> documents = signals.stream().map(Caller::json).toList();
        JsonNode answer =
                post("/v1/signals/batch", "{\"signals\": [" + String.join(",", documents) + "]}")
                        .json();
        return answer.get("verdicts").valueStream().toList();
    }

    /// The sum of all samples of a metric whose labels contain something.
    double metric(String name, String... labels) {
        return get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    static String json(Signal signal) {
        return JSON.writeValueAsString(
                Map.of(
                        "id", signal.id(),
                        "prompt", signal.prompt(),
                        "label", String.valueOf(signal.label()),
                        "choices", signal.choices()));
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.body(),
                    response.headers());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
