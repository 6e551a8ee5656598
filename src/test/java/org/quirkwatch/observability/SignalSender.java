package org.quirkwatch.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// Who sends signals to the service.
final class SignalSender {

    private final HttpClient client = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI signals;

    SignalSender(int port) {
        signals = URI.create("http://127.0.0.1:" + port + "/v1/signals");
    }

    /// Streams lines and waits for as many verdicts.
    void stream(List<String> lines) throws IOException, InterruptedException {
        String body = String.join("\n", lines) + "\n";
        HttpResponse<String> answer = post("application/x-ndjson", body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body().lines()).hasSize(lines.size());
    }

    /// Sends one signal and waits for its verdict.
    void single(String line) throws IOException, InterruptedException {
        assertThat(post("application/json", line).statusCode()).isEqualTo(200);
    }

    /// Sends what is refused.
    void reject() throws IOException, InterruptedException {
        assertThat(post("application/json", "{").statusCode()).isEqualTo(400);
    }

    /// Scores lines as a job.
    void job(List<String> lines) throws IOException, InterruptedException {
        String body = String.join("\n", lines) + "\n";
        assertThat(post(signals.resolve("/v1/jobs"), "application/x-ndjson", body).statusCode())
                .isEqualTo(202);
    }

    /// Decides on the review that is due next.
    void review(String outcome) throws IOException, InterruptedException {
        HttpResponse<String> next =
                post(
                        signals.resolve("/v1/reviews/next"),
                        "application/json",
                        "{\"reviewer\": \"anna\"}");
        String id = JSON.readTree(next.body()).at("/review/id").asString();
        HttpResponse<String> decided =
                post(
                        signals.resolve("/v1/reviews/" + id + "/decision"),
                        "application/json",
                        "{\"reviewer\": \"anna\", \"outcome\": \"%s\"}".formatted(outcome));
        assertThat(decided.statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> post(String type, String body)
            throws IOException, InterruptedException {
        return post(signals, type, body);
    }

    private HttpResponse<String> post(URI where, String type, String body)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(where)
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
