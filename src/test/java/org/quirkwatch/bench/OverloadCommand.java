package org.quirkwatch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What becomes of callers when there are ten times as many as the service can serve.
@Command(
        name = "overload",
        mixinStandardHelpOptions = true,
        description =
                "Finds the peak, offers 0.7 and then 10 times as much, and looks whether a light"
                        + " load afterwards is served as one before.")
final class OverloadCommand implements Callable<Integer> {

    private static final int PEAK_CONNECTIONS = 64;
    private static final double REFERENCE = 0.7;
    private static final double OVERLOAD = 10;
    private static final double LIGHT_PER_SECOND = 10;
    private static final double LIGHT_SECONDS = 5;
    private static final double MOST_LATE_SECONDS = 1;

    private final Report report;
    private final List<String> wrong = new ArrayList<>();

    @Mixin private Load.Target target;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "Seconds of overload (default: 60).")
    private double seconds;

    @Option(
            names = "--reference-seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Seconds of the peak and of the load of 0.7 times it (default: 10).")
    private double referenceSeconds;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "400",
            description =
                    "The most requests at a time (default: 400). Where the service keeps callers"
                            + " waiting rather than refuse them, fewer than ten times the peak can"
                            + " be sent, and the report says how many were not.")
    private int connections;

    @Mixin private Traffic traffic;

    OverloadCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = target.service();
        Requests requests = traffic.requests();
        Requests singles = new Requests(Prompts.of(Prompts.Kind.SHORT, 1000), 1);
        Loop light = new Loop(service, 2, true);
        Loop heavy = new Loop(service, connections, true);

        light.closed(singles, 0, 1);
        Loop.Outcome before =
                note("before", light.open(singles, LIGHT_PER_SECOND, LIGHT_SECONDS, 10));
        Loop.Outcome peak =
                note(
                        "peak",
                        new Loop(service, PEAK_CONNECTIONS, true)
                                .closed(requests, 3, referenceSeconds));
        double peakRate = peak.verdictsPerSecond();
        Loop.Outcome reference =
                note("0.7 x peak", open(heavy, requests, REFERENCE * peakRate, referenceSeconds));
        Loop.Outcome overload =
                note("10 x peak", open(heavy, requests, OVERLOAD * peakRate, seconds));
        Loop.Outcome after =
                note("after", light.open(singles, LIGHT_PER_SECOND, LIGHT_SECONDS, 10));

        Tally accepted = overload.tally();
        double sentRate = accepted.requests() * (double) traffic.batch() / overload.seconds();
        report.row(
                service,
                "%.0f s of 10 x peak on at most %d connections, %s: goodput ÷ peak; p99 of the"
                                .formatted(seconds, connections, requests)
                        + " accepted ÷ p99 at 0.7 x peak",
                ("%.2f (%.0f and %.0f verdicts/s, %.0f signals/s sent); %.1f from when due (%.0f and"
                                + " %.0f ms), %.1f from sending (%.0f and %.0f ms); %s")
                        .formatted(
                                overload.verdictsPerSecond() / peakRate,
                                overload.verdictsPerSecond(),
                                peakRate,
                                sentRate,
                                p99(accepted.fromSchedule())
                                        / p99(reference.tally().fromSchedule()),
                                p99(accepted.fromSchedule()),
                                p99(reference.tally().fromSchedule()),
                                p99(accepted.fromSending()) / p99(reference.tally().fromSending()),
                                p99(accepted.fromSending()),
                                p99(reference.tally().fromSending()),
                                overload.usage()));
        report.row(
                service,
                "10 signals/s, one at a time, before and after the overload",
                "%s; %s"
                        .formatted(
                                Report.millis(before.tally().fromSchedule()),
                                Report.millis(after.tally().fromSchedule())));
        return report.end(wrong);
    }

    private Loop.Outcome open(Loop loop, Requests requests, double signalsPerSecond, double lasting)
            throws InterruptedException {
        if (!(signalsPerSecond > 0)) {
            throw new IllegalStateException("no verdict within the search for the peak");
        }
        return loop.open(requests, signalsPerSecond / requests.batch(), lasting, MOST_LATE_SECONDS);
    }

    private Loop.Outcome note(String phase, Loop.Outcome outcome) {
        report.line(
                "%-10s %.0f verdicts/s; %s; %s"
                        .formatted(
                                phase,
                                outcome.verdictsPerSecond(),
                                Report.millis(outcome.tally().fromSchedule()),
                                outcome.tally()));
        outcome.tally().wrong().forEach(what -> wrong.add(phase + ": " + what));
        return outcome;
    }

    private static double p99(LatencyHistogram latency) {
        return latency.millis(99);
    }
}
