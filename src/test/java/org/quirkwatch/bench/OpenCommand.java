package org.quirkwatch.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How fast at a given rate.
@Command(
        name = "open",
        mixinStandardHelpOptions = true,
        description =
                "Open loop: signals are due at a rate, whether those before are answered or not;"
                        + " latency counts from when they were due.")
final class OpenCommand implements Callable<Integer> {

    private final Report report;

    @Mixin private Load.Target target;

    @Option(names = "--rate", paramLabel = "R", required = true, description = "Signals a second.")
    private double perSecond;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long (default: 10).")
    private double seconds;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "256",
            description = "The most requests at a time (default: 256).")
    private int connections;

    @Option(
            names = "--late",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Seconds that a request may wait for a free connection; then it is not sent"
                            + " (default: 1).")
    private double mostLateSeconds;

    @Mixin private Traffic traffic;

    OpenCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = target.service();
        Requests requests = traffic.requests();
        Loop.Outcome outcome =
                new Loop(service, connections, true)
                        .open(requests, perSecond / traffic.batch(), seconds, mostLateSeconds);
        Tally tally = outcome.tally();
        report.line(tally.toString());
        report.row(
                service,
                "open loop, %.0f signals/s on at most %d connections, %s"
                        .formatted(perSecond, connections, requests),
                "%.0f verdicts/s, %d requests of %d refused; %s from when due, %s from sending; %s"
                        .formatted(
                                outcome.verdictsPerSecond(),
                                tally.refused(),
                                tally.requests(),
                                Report.millis(tally.fromSchedule()),
                                Report.millis(tally.fromSending()),
                                outcome.usage()));
        return report.end(tally.wrong());
    }
}
