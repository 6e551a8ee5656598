package org.quirkwatch.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A bulk job that runs while the service is killed: what a caller had seen of its result, against
/// what it is when the next service has gone on with it. Used by one thread at a time.
final class KillJob {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final long MOST_SECONDS = 180;
    private static final long LONG_SECONDS = 3_600;
    private static final long POLL_MILLIS = 250;

    private final int port;
    private final Requests requests;
    private final int lines;
    private final Thread watcher = Thread.ofPlatform().daemon().unstarted(this::watch);
    private String path = "";
    private volatile byte[] seen = new byte[0];
    private volatile boolean killed;

    /// @param lines signals of the job
    KillJob(int port, Prompts prompts, int lines) {
        this.port = port;
        this.requests = new Requests(prompts, 1);
        this.lines = lines;
    }

    /// The sums of one time.
    ///
    /// @param lines of the job
    /// @param acknowledged of these that a caller had fetched before the end
    /// @param lost lines without their verdict in result or log, and fetched ones that changed
    /// @param twice lines with several verdicts
    record Balance(long lines, long acknowledged, long lost, long twice) {
        @Override
        public String toString() {
            return "a job of %d lines, %d of its verdicts fetched before; lost %d, double %d"
                    .formatted(lines, acknowledged, lost, twice);
        }
    }

    /// How far it is.
    record Progress(long done, boolean over) {}

    /// Submits it, and fetches what it has given now and then.
    void start() throws IOException {
        submit();
        watcher.start();
    }

    Progress progress() throws IOException {
        try (Asking connection = new Asking(port)) {
            JsonNode job = json(connection, path);
            return new Progress(job.get("done").asLong(), job.has("ended_at"));
        }
    }

    void awaitEnd() throws IOException, InterruptedException {
        try (Asking connection = new Asking(port)) {
            awaitEnd(connection, LONG_SECONDS);
        }
    }

    void submit() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int i = 0; i < lines; i++) {
            requests.signal(i, body);
            body.write('\n');
        }
        byte[] head =
                ResponseReader.ascii(
                        ("POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type:"
                                        + " application/x-ndjson\r\nContent-Length: %d\r\n\r\n")
                                .formatted(body.size()));
        byte[] request = Arrays.copyOf(head, head.length + body.size());
        System.arraycopy(body.toByteArray(), 0, request, head.length, body.size());
        try (Connection connection = Connection.open(port)) {
            Answer answer = connection.exchange(request);
            if (answer.status() != 202) {
                throw new IOException("the job was answered with " + answer.status());
            }
            path = "/v1/jobs/" + JSON.readTree(answer.body()).get("id").asString();
        }
    }

    private void watch() {
        try (Connection connection = Connection.open(port)) {
            while (!killed) {
                Answer answer = connection.get(path + "/result");
                if (answer.status() == 200) {
                    seen = answer.body();
                }
                Thread.sleep(POLL_MILLIS);
            }
        } catch (IOException e) {
            // The service is dead: what was fetched whole counts.
            killed = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void killed() throws InterruptedException {
        killed = true;
        watcher.join();
    }

    /// Waits for its end under the next service, and counts.
    ///
    /// @param wrong takes a line for each thing that is lost or double
    Balance balance(List<String> wrong) throws IOException, InterruptedException {
        try (Asking connection = new Asking(port)) {
            awaitEnd(connection, MOST_SECONDS);
            byte[] result = connection.get(path + "/result").body();
            byte[] before = seen;
            long lost = 0;
            long twice = 0;
            if (!Arrays.equals(
                    before, Arrays.copyOf(result, Math.min(before.length, result.length)))) {
                lost++;
                wrong.add("what was fetched of the job's result is not its beginning");
            }
            List<JsonNode> verdicts = new ArrayList<>();
            text(result).lines().forEach(line -> verdicts.add(JSON.readTree(line)));
            if (verdicts.size() != lines) {
                lost++;
                wrong.add("%d verdicts of %d lines".formatted(verdicts.size(), lines));
            }
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < Math.min(lines, verdicts.size()); i++) {
                JsonNode verdict = verdicts.get(i);
                String signal = text(requests.id(i));
                String id = verdict.get("verdict_id").asString();
                JsonNode logged = json(connection, "/v1/verdicts?signal_id=" + signal);
                if (!verdict.get("id").asString().equals(signal) || !ids.add(id)) {
                    lost++;
                    wrong.add("line %d of the job has another line's verdict".formatted(i + 1));
                }
                if (logged.get("verdicts").size() > 1) {
                    twice++;
                    wrong.add("several verdicts on line %d of the job".formatted(i + 1));
                } else if (!json(connection, "/v1/verdicts/" + id).path("answer").equals(verdict)) {
                    lost++;
                    wrong.add("line %d of the job is not in the log as given".formatted(i + 1));
                }
            }
            return new Balance(lines, text(before).lines().count(), lost, twice);
        }
    }

    private void awaitEnd(Asking connection, long mostSeconds)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        JsonNode job = json(connection, path);
        while (!job.has("ended_at")) {
            if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) > mostSeconds) {
                throw new IOException("the job did not end: " + job);
            }
            Thread.sleep(POLL_MILLIS);
            job = json(connection, path);
        }
        if (!job.get("state").asString().equals("completed")) {
            throw new IOException("the job did not complete: " + job);
        }
    }

    private static JsonNode json(Asking connection, String path) throws IOException {
        return JSON.readTree(connection.get(path).body());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
