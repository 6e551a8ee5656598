package org.quirkwatch.console;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.quirkwatch.Quirkwatch;
import org.quirkwatch.verdictlog.Store;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A service with its console, within the tests' process: the bundled model, a log of its own.
final class ConsoleService implements AutoCloseable {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private final Store store = Store.embedded();
    private final HttpClient client = HttpClient.newHttpClient();
    private final ServletWebServerApplicationContext context;
    private Optional<String> key = Optional.empty();

    /// @param more settings
    ConsoleService(String... more) {
        List<String> settings = new ArrayList<>(Arrays.asList(store.settings()));
        settings.addAll(List.of("server.port=0", "quirkwatch.device=cpu"));
        settings.add("quirkwatch.drain.at-least=0s");
        settings.addAll(List.of(more));
        context =
                (ServletWebServerApplicationContext)
                        new SpringApplicationBuilder(Quirkwatch.class)
                                .run(
                                        settings.stream()
                                                .map(setting -> "--" + setting)
                                                .toArray(String[]::new));
    }

    Store store() {
        return store;
    }

    String url(String path) {
        return "http://127.0.0.1:"
                + Objects.requireNonNull(context.getWebServer()).getPort()
                + path;
    }

    /// Gets JSON, whatever the status.
    JsonNode get(String path) {
        return JSON.readTree(send(HttpRequest.newBuilder(URI.create(url(path))).GET()).body());
    }

    HttpResponse<String> page(String path) {
        return send(HttpRequest.newBuilder(URI.create(url(path))).GET());
    }

    JsonNode post(String path, Object body) {
        return JSON.readTree(
                send(HttpRequest.newBuilder(URI.create(url(path)))
                                .header("Content-Type", "application/json")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                JSON.writeValueAsString(body))))
                        .body());
    }

    /// Sends lines of signals.
    JsonNode upload(String path, String lines) {
        return JSON.readTree(
                send(HttpRequest.newBuilder(URI.create(url(path)))
                                .header("Content-Type", "application/x-ndjson")
                                .POST(HttpRequest.BodyPublishers.ofString(lines)))
                        .body());
    }

    JsonNode delete(String path) {
        return JSON.readTree(send(HttpRequest.newBuilder(URI.create(url(path))).DELETE()).body());
    }

    /// From now on calls carry a key.
    void use(String key) {
        this.key = Optional.of(key);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        key.ifPresent(known -> request.header("X-API-Key", known));
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        context.close();
        client.close();
        store.close();
    }
}
