package org.quirkwatch.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Whether a verdict depends on the company in which its signal comes.
@Command(
        name = "same",
        mixinStandardHelpOptions = true,
        description =
                "Sends the same signals alone, in batches, as a stream, and each alone beside others,"
                        + " and compares the verdicts. The service must share nothing"
                        + " and log nothing (--quirkwatch.lane.shared-size=0"
                        + " --quirkwatch.verdict-log.enabled=false): what is measured once only is"
                        + " always the same.")
final class SameCommand implements Callable<Integer> {

    private static final int BATCH = 64;
    private static final int LOADING = 32;
    private static final double MOST_DIFFERENT = 1e-4;

    private final Report report;
    private final List<String> wrong = new ArrayList<>();

    @Mixin private Load.Target target;

    @Option(
            names = "--signals",
            paramLabel = "N",
            defaultValue = "500",
            description = "How many, to 16000, or 8000 short ones (default: 500).")
    private int signals;

    @Option(
            names = "--prompts",
            paramLabel = "KIND",
            defaultValue = "mixed",
            description =
                    "short, normal (hardly any flagged), long (200 to 504 tokens) or mixed (default: mixed).")
    private Prompts.Kind kind;

    SameCommand(Report report) {
        this.report = report;
    }

    /// What matters of a verdict.
    private record Ruling(String status, String disposition, double score) {

        static Ruling of(JsonNode verdict) {
            return new Ruling(
                    verdict.path("status").asString(""),
                    verdict.path("disposition").asString(""),
                    verdict.path("score").asDouble(Double.NaN));
        }

        boolean isScored() {
            return status.equals("scored") && Double.isFinite(score);
        }

        double difference(Ruling other) {
            double scale = Math.max(Math.abs(score), Math.abs(other.score));
            return scale == 0 ? 0 : Math.abs(score - other.score) / scale;
        }
    }

    @Override
    public Integer call() throws Exception {
        Service service = target.service();
        Prompts prompts = Prompts.of(kind, signals);
        double shared = service.sharedSignals();
        // Each way has ids of its own: the service may remember what it answered to an id.
        List<Ruling> alone = alone(service, new Requests(prompts, 1));
        long unscored = alone.stream().filter(ruling -> !ruling.isScored()).count();
        if (unscored > 0) {
            wrong.add("alone: %d of %d signals have no score".formatted(unscored, signals));
        }
        compare(
                service,
                "in batches of " + BATCH,
                alone,
                batches(service, new Requests(prompts, BATCH)));
        compare(service, "as a stream", alone, stream(service, new Requests(prompts, 1)));
        compare(
                service,
                "alone on each of %d connections at once".formatted(LOADING),
                alone,
                besideOthers(service, new Requests(prompts, 1)));
        double more = service.sharedSignals() - shared;
        if (more > 0) {
            wrong.add(
                    "%.0f signals were not measured: start the service with".formatted(more)
                            + " --quirkwatch.lane.shared-size=0");
        }
        return report.end(wrong);
    }

    private List<Ruling> alone(Service service, Requests requests) throws IOException {
        Ruling[] rulings = new Ruling[signals];
        alone(service, requests, new AtomicInteger(), rulings);
        return List.of(rulings);
    }

    /// Sends signals one at a time until there are no more.
    ///
    /// @param next the next one, whoever sends it
    /// @param rulings `[signals]`, filled in
    private static void alone(
            Service service, Requests requests, AtomicInteger next, Ruling[] rulings)
            throws IOException {
        int i = next.getAndIncrement();
        while (i < rulings.length) {
            try (Connection connection = Connection.open(service.port())) {
                boolean open = true;
                while (open && i < rulings.length) {
                    Requests.Request request = requests.request(i, 1, true);
                    Answer answer = connection.exchange(request.bytes());
                    rulings[i] = Ruling.of(verdict(requests, request, answer));
                    open = !answer.head().closes();
                    i = next.getAndIncrement();
                }
            }
        }
    }

    private List<Ruling> batches(Service service, Requests requests) throws IOException {
        List<Ruling> rulings = new ArrayList<>(signals);
        for (int i = 0; i < signals; i += BATCH) {
            Requests.Request request = requests.request(i, Math.min(BATCH, signals - i), false);
            exchange(service, requests, request)
                    .path("verdicts")
                    .forEach(verdict -> rulings.add(Ruling.of(verdict)));
        }
        return rulings;
    }

    private static JsonNode exchange(Service service, Requests requests, Requests.Request request)
            throws IOException {
        try (Connection connection = Connection.open(service.port())) {
            return verdict(requests, request, connection.exchange(request.bytes()));
        }
    }

    private static JsonNode verdict(Requests requests, Requests.Request request, Answer answer)
            throws IOException {
        if (!requests.answers(answer, request)) {
            throw new IOException("no verdict but status " + answer.status());
        }
        return Objects.requireNonNull(JsonMapper.shared().readTree(answer.body()));
    }

    private List<Ruling> stream(Service service, Requests requests) throws Exception {
        List<Ruling> rulings = new ArrayList<>(signals);
        try (Connection connection = Connection.open(service.port())) {
            StreamCall.Outcome outcome =
                    new StreamCall(connection, requests, signals)
                            .run((number, bytes, from, to) ->
                                    rulings.add(
                                            Ruling.of(
                                                    JsonMapper.shared()
                                                            .readTree(bytes, from, to - from))));
            outcome.fault().ifPresent(fault -> wrong.add("as a stream: " + fault));
        }
        return rulings;
    }

    /// Each connection's signals are the load of the others'.
    private List<Ruling> besideOthers(Service service, Requests requests) throws Exception {
        Ruling[] rulings = new Ruling[signals];
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService connections = Executors.newFixedThreadPool(LOADING)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < LOADING; i++) {
                all.add(
                        connections.submit(() -> {
                            alone(service, requests, next, rulings);
                            return null;
                        }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        return List.of(rulings);
    }

    private void compare(Service service, String way, List<Ruling> alone, List<Ruling> rulings) {
        if (rulings.size() != signals) {
            wrong.add("%s: %d verdicts for %d signals".formatted(way, rulings.size(), signals));
            return;
        }
        double largest = 0;
        int dispositions = 0;
        for (int i = 0; i < signals; i++) {
            Ruling one = alone.get(i);
            Ruling other = rulings.get(i);
            if (!one.disposition().equals(other.disposition())
                    || !one.status().equals(other.status())) {
                dispositions++;
            } else if (one.isScored()) {
                largest = Math.max(largest, one.difference(other));
            }
        }
        report.row(
                service,
                "%d signals, %s prompts, alone against %s: largest relative difference of the"
                                .formatted(signals, kind, way)
                        + " score; different dispositions",
                "%.1e; %d; required %.0e and 0".formatted(largest, dispositions, MOST_DIFFERENT));
        if (!(largest <= MOST_DIFFERENT)) {
            wrong.add("%s: the scores differ by %.2e".formatted(way, largest));
        }
        if (dispositions > 0) {
            wrong.add("%s: %d dispositions differ".formatted(way, dispositions));
        }
    }
}
