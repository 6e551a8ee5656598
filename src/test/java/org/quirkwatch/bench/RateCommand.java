package org.quirkwatch.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How many verdicts a second, and how fast.
@Command(
        name = "rate",
        mixinStandardHelpOptions = true,
        description =
                "Closed loop: each connection sends its next request when the last is answered.")
final class RateCommand implements Callable<Integer> {

    private final Report report;

    @Mixin private Load.Target target;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "8",
            description = "Connections, each with one request at a time (default: 8).")
    private int connections;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Seconds that are measured (default: 10).")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "3",
            description = "Seconds of load before (default: 3).")
    private double warmUpSeconds;

    @Mixin private Traffic traffic;

    RateCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = target.service();
        Requests requests = traffic.requests();
        Loop.Outcome outcome =
                new Loop(service, connections, true).closed(requests, warmUpSeconds, seconds);
        Tally tally = outcome.tally();
        report.line(tally.toString());
        report.row(
                service,
                "closed loop, %d connections, %s".formatted(connections, requests),
                "%.0f verdicts/s; %s; %s"
                        .formatted(
                                outcome.verdictsPerSecond(),
                                Report.millis(tally.fromSending()),
                                outcome.usage()));
        return report.end(tally.wrong());
    }
}
