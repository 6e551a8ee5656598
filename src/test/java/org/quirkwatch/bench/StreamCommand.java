package org.quirkwatch.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A long stream, whole or broken off.
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        description =
                "Streams signals as NDJSON and reads the verdicts meanwhile; or breaks off, and"
                        + " looks how soon the service is as if nothing had been.")
final class StreamCommand implements Callable<Integer> {

    private static final int IDLE_SIGNALS = 100;
    private static final long LIMIT_NANOS = 60_000_000_000L;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Report report;

    @Mixin private Load.Target target;

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Lines of the stream (default: 10000).")
    private long lines;

    @Option(
            names = "--kill-after",
            paramLabel = "SECONDS",
            description = "Breaks the connection off with a reset after this time.")
    private Double killAfterSeconds;

    @Option(
            names = "--prompts",
            paramLabel = "KIND",
            defaultValue = "short",
            description =
                    "short, normal (hardly any flagged), long (200 to 504 tokens) or mixed (default: short).")
    private Prompts.Kind prompts;

    StreamCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = target.service();
        Requests requests = new Requests(Prompts.of(prompts, 1000), 1);
        return killAfterSeconds == null
                ? whole(service, requests)
                : brokenOff(service, requests, killAfterSeconds);
    }

    private int whole(Service service, Requests requests) throws Exception {
        List<Service.Memory> memory = new ArrayList<>();
        boolean watched = service.pid().isPresent();
        if (watched) {
            memory.add(service.memory());
        }
        Usage before = service.usage();
        StreamCall.Outcome outcome;
        try (Connection connection = Connection.open(service.port())) {
            outcome =
                    new StreamCall(connection, requests, lines)
                            .run((number, bytes, from, to) -> {
                                if (watched && number == lines / 2) {
                                    memory.add(service.memory());
                                }
                            });
        }
        Usage usage = service.usage().since(before);
        if (watched) {
            memory.add(service.memory());
        }
        report.line(
                "%d lines sent, %d verdicts in order, %s"
                        .formatted(
                                outcome.sent(),
                                outcome.verdicts(),
                                outcome.whole() ? "ended properly" : "cut off"));
        if (!outcome.isStream()) {
            return report.end(outcome.fault().stream().toList());
        }
        report.row(
                service,
                "stream of %d lines, %s".formatted(lines, requests),
                ("%.0f lines/s; resident memory of the service at the start, the middle and the end"
                                + " %s; %s")
                        .formatted(
                                outcome.verdicts() / (usage.wallNanos() / NANOS_PER_SECOND),
                                Service.memories(memory),
                                usage));
        return report.end(outcome.fault().stream().toList());
    }

    private int brokenOff(Service service, Requests requests, double afterSeconds)
            throws Exception {
        Requests singles = new Requests(Prompts.of(Prompts.Kind.SHORT, 1000), 1);
        try (Connection single = Connection.open(service.port())) {
            LatencyHistogram idle = new LatencyHistogram();
            for (int i = 0; i < 2 * IDLE_SIGNALS; i++) {
                long took = judge(single, singles);
                if (i >= IDLE_SIGNALS) {
                    idle.record(took);
                }
            }
            StreamCall.Outcome[] outcome = new StreamCall.Outcome[1];
            Connection connection = Connection.open(service.port());
            StreamCall call = new StreamCall(connection, requests, Long.MAX_VALUE);
            Thread streaming =
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                try {
                                    outcome[0] = call.run((number, bytes, from, to) -> {});
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            long end = System.nanoTime() + Math.round(afterSeconds * NANOS_PER_SECOND);
            while (System.nanoTime() < end && streaming.isAlive()) {
                Thread.sleep(5);
            }
            List<String> wrong = new ArrayList<>();
            if (!streaming.isAlive()) {
                wrong.add(
                        "the stream ended by itself before it was broken off: "
                                + outcome[0].fault().orElse("without a fault"));
            }
            double pending = service.pendingSignals();
            long abort = System.nanoTime();
            connection.abort();
            report.line(
                    "broken off after %d lines and %d verdicts, %.0f signals pending"
                            .formatted(call.sent(), call.verdicts(), pending));
            recover(service, single, singles, idle, abort, wrong);
            streaming.join();
            return report.end(wrong);
        }
    }

    /// By turns asks for a verdict and for the number of pending signals.
    private void recover(
            Service service,
            Connection single,
            Requests singles,
            LatencyHistogram idle,
            long abort,
            List<String> wrong)
            throws IOException {
        double usualNanos = idle.millis(95) * 1e6;
        long fast = -1;
        long empty = -1;
        while ((fast < 0 || empty < 0) && System.nanoTime() - abort < LIMIT_NANOS) {
            if (judge(single, singles) <= usualNanos && fast < 0) {
                fast = System.nanoTime() - abort;
            }
            if (empty < 0 && service.pendingSignals() == 0) {
                empty = System.nanoTime() - abort;
            }
        }
        if (fast < 0) {
            wrong.add("60 s after the end of the stream a signal takes longer than on idle");
        }
        if (empty < 0) {
            wrong.add("60 s after the end of the stream signals are pending");
        }
        report.row(
                service,
                "stream broken off: until a signal alone is answered within the 95th percentile of"
                        + " the idle service; until no signal is pending",
                "%.3f s (%.1f ms); %.3f s"
                        .formatted(
                                fast / NANOS_PER_SECOND,
                                idle.millis(95),
                                empty / NANOS_PER_SECOND));
    }

    private static long judge(Connection single, Requests singles) throws IOException {
        Requests.Request request = singles.next();
        long begin = System.nanoTime();
        Answer answer = single.exchange(request.bytes());
        if (!singles.answers(answer, request)) {
            throw new IOException("no verdict but status " + answer.status());
        }
        return System.nanoTime() - begin;
    }
}
