package org.quirkwatch.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What callers had when the service was killed, against what the next one knows. Thread-safe.
final class KillLedger {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int PAGE = 500;

    private final List<Exchange> exchanges = new ArrayList<>();
    private final List<byte[]> open = new ArrayList<>();
    private boolean killed;

    private record Exchange(byte[] request, byte[] body) {}

    /// The sums of one time.
    ///
    /// @param acknowledged verdicts that callers had
    /// @param flagged of these
    /// @param brokenOff requests without an answer, which were sent again
    /// @param lost acknowledged verdicts that are not in the log as they were answered, and flagged
    ///   ones without a review
    /// @param twice signals with several verdicts
    record Balance(long acknowledged, long flagged, long brokenOff, long lost, long twice) {
        @Override
        public String toString() {
            return "%d verdicts acknowledged, %d flagged, %d requests broken off and sent again; lost %d, double %d"
                    .formatted(acknowledged, flagged, brokenOff, lost, twice);
        }
    }

    synchronized void answered(byte[] request, Answer answer) {
        if (answer.status() == 200) {
            exchanges.add(new Exchange(request, answer.body()));
        }
    }

    synchronized void brokenOff(byte[] request) {
        open.add(request);
    }

    synchronized void killed() {
        killed = true;
    }

    synchronized boolean isKilled() {
        return killed;
    }

    /// Asks the service that was started after.
    ///
    /// @param wrong takes a line for each thing that is lost or double
    synchronized Balance balance(int port, List<String> wrong) throws IOException {
        int before = wrong.size();
        long lost = 0;
        long twice = 0;
        long acknowledged = 0;
        Set<String> flagged = new HashSet<>();
        try (Asking connection = new Asking(port)) {
            for (byte[] request : open) {
                // Whether it was written before or not: sent again it is there once.
                for (JsonNode verdict : verdicts(connection.exchange(request).body())) {
                    twice += twice(connection, verdict, wrong);
                }
            }
            for (Exchange exchange : exchanges) {
                for (JsonNode verdict : verdicts(exchange.body())) {
                    acknowledged++;
                    if (verdict.get("flagged").asBoolean()) {
                        flagged.add(verdict.get("verdict_id").asString());
                    }
                    lost += lost(connection, verdict, wrong);
                    twice += twice(connection, verdict, wrong);
                }
                byte[] again = connection.exchange(exchange.request()).body();
                if (!Arrays.equals(again, exchange.body())) {
                    lost++;
                    wrong.add("sent again, the answer is another: " + text(again));
                }
            }
            Set<String> reviews = ids(connection, "/v1/reviews?limit=" + PAGE, "reviews", "id");
            Set<String> logged =
                    ids(
                            connection,
                            "/v1/verdicts?flagged=true&limit=" + PAGE,
                            "verdicts",
                            "verdict_id");
            for (String id : flagged) {
                if (!reviews.contains(id)) {
                    lost++;
                    wrong.add("flagged, acknowledged, and not in the queue: " + id);
                }
            }
            if (!reviews.equals(logged)) {
                lost++;
                wrong.add(
                        "%d flagged verdicts in the log, %d in the queue"
                                .formatted(logged.size(), reviews.size()));
            }
        }
        if (before != wrong.size() && lost + twice == 0) {
            throw new IllegalStateException("what is wrong is lost or double");
        }
        return new Balance(acknowledged, flagged.size(), open.size(), lost, twice);
    }

    private static int lost(Asking connection, JsonNode verdict, List<String> wrong)
            throws IOException {
        String id = verdict.get("verdict_id").asString();
        Answer answer = connection.get("/v1/verdicts/" + id);
        if (answer.status() == 200 && JSON.readTree(answer.body()).get("answer").equals(verdict)) {
            return 0;
        }
        wrong.add("acknowledged and not in the log as answered: " + id);
        return 1;
    }

    private static int twice(Asking connection, JsonNode verdict, List<String> wrong)
            throws IOException {
        String signal = verdict.get("id").asString();
        JsonNode found =
                JSON.readTree(connection.get("/v1/verdicts?signal_id=" + signal).body())
                        .get("verdicts");
        if (found.size() == 1) {
            return 0;
        }
        wrong.add("%d verdicts of the signal %s".formatted(found.size(), signal));
        return found.size() > 1 ? 1 : 0;
    }

    /// The ids of a list, of which each page names none twice.
    private static Set<String> ids(Asking connection, String path, String list, String name)
            throws IOException {
        Set<String> ids = new HashSet<>();
        String next = path;
        while (next != null) {
            JsonNode page = JSON.readTree(connection.get(next).body());
            page.get(list)
                    .forEach(item -> {
                        if (!ids.add(item.get(name).asString())) {
                            throw new UncheckedIOException(
                                    new IOException("twice in the list: " + item.get(name)));
                        }
                    });
            next = page.has("next") ? path + "&cursor=" + page.get("next").asString() : null;
        }
        return ids;
    }

    /// The verdicts of an answer that were written down.
    private static List<JsonNode> verdicts(byte[] body) {
        JsonNode root = JSON.readTree(body);
        List<JsonNode> all =
                root.has("verdicts") ? root.get("verdicts").valueStream().toList() : List.of(root);
        return all.stream().filter(verdict -> verdict.has("verdict_id")).toList();
    }

    private static String text(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        return text.substring(0, Math.min(200, text.length()));
    }
}
