package org.quirkwatch.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Whether good callers are served beside bad ones.
@Command(
        name = "hostile",
        mixinStandardHelpOptions = true,
        description =
                "Slow headers, huge and deeply nested bodies, idle connections: while each goes on,"
                        + " one request every 100 ms on a connection that is kept, and one on a new"
                        + " connection, must get their verdicts.")
final class HostileCommand implements Callable<Integer> {

    private static final double GOOD_PER_SECOND = 10;
    private static final int GOOD_CONNECTIONS = 8;
    private static final double MOST_LATE_SECONDS = 600;

    private final Report report;
    private final List<String> wrong = new ArrayList<>();

    @Mixin private Load.Target target;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Seconds of each attack (default: 10).")
    private double seconds;

    @Option(
            names = "--slow",
            paramLabel = "N",
            defaultValue = "500",
            description = "Connections that send a header byte by byte (default: 500).")
    private int slow;

    @Option(
            names = "--idle",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Connections that send nothing (default: 10000).")
    private int idle;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "Of slow, large, deep and idle (default: all).")
    private List<String> only = List.of("slow", "large", "deep", "idle");

    HostileCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = target.service();
        Requests good = new Requests(Prompts.of(Prompts.Kind.SHORT, 1000), 1);
        beside(service, good, "nobody", new Attack.None());
        for (String name : only) {
            switch (name) {
                case "slow" ->
                        beside(
                                service,
                                good,
                                "%d connections with slow headers".formatted(slow),
                                new HeldConnections(service.port(), slow, true));
                case "large" ->
                        beside(service, good, "20 bodies of 100 MB", Bodies.large(service.port()));
                case "deep" ->
                        beside(
                                service,
                                good,
                                "JSON of 100 000 levels",
                                Bodies.deep(service.port()));
                case "idle" ->
                        beside(
                                service,
                                good,
                                "%d idle connections".formatted(idle),
                                new HeldConnections(service.port(), idle, false));
                default -> throw new IllegalArgumentException("no attack is called " + name);
            }
        }
        return report.end(wrong);
    }

    /// What bad callers do. It goes on from [#begin] to [#end].
    sealed interface Attack permits Attack.None, HeldConnections, Bodies {

        void begin() throws IOException;

        /// Stops, and says what the bad callers got.
        String end() throws IOException, InterruptedException;

        /// Nothing, for comparison.
        record None() implements Attack {

            @Override
            public void begin() {}

            @Override
            public String end() {
                return "nothing";
            }
        }
    }

    private void beside(Service service, Requests requests, String what, Attack attack)
            throws IOException, InterruptedException {
        Loop kept = new Loop(service, GOOD_CONNECTIONS, true);
        Loop fresh = new Loop(service, GOOD_CONNECTIONS, false);
        // Open before the attack, as the connections of a good caller may be.
        double headStart = (GOOD_CONNECTIONS + 2) / GOOD_PER_SECOND;
        Loop.Outcome[] outcomes = new Loop.Outcome[2];
        Thread beside =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                outcomes[0] = open(kept, requests, headStart + seconds);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        Thread.sleep(Math.round(headStart * 1000));
        attack.begin();
        outcomes[1] = open(fresh, requests, seconds);
        beside.join();
        String got = attack.end();
        report.line("beside %s: they got %s".formatted(what, got));
        note(what + ", kept connections", outcomes[0]);
        note(what + ", new connections", outcomes[1]);
        report.row(
                service,
                "a request every 100 ms beside %s, on kept connections; on new ones"
                        .formatted(what),
                "%s; %s; %s"
                        .formatted(
                                Report.millis(outcomes[0].tally().fromSchedule()),
                                Report.millis(outcomes[1].tally().fromSchedule()),
                                outcomes[0].usage()));
    }

    private static Loop.Outcome open(Loop loop, Requests requests, double lasting)
            throws InterruptedException {
        return loop.open(requests, GOOD_PER_SECOND, lasting, MOST_LATE_SECONDS);
    }

    private void note(String what, Loop.Outcome outcome) {
        Tally tally = outcome.tally();
        report.line("  %s: %s".formatted(what, tally));
        for (String fault : tally.wrong()) {
            wrong.add("beside %s: %s".formatted(what, fault));
        }
        long without = tally.refused() + tally.unsentRequests();
        if (without > 0) {
            wrong.add("beside %s: %d requests without a verdict".formatted(what, without));
        }
    }
}
