package org.quirkwatch.bench;

import java.io.PrintStream;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;

/// What a scenario prints: plain figures, and rows for docs/LOG.md. Fails with what was wrong and
/// never with what was slow.
final class Report {

    private final PrintStream out;
    private final PrintStream err;
    private final InstantSource clock;
    private final String command;

    /// @param command what makes the row again
    Report(PrintStream out, PrintStream err, InstantSource clock, String command) {
        this.out = out;
        this.err = err;
        this.clock = clock;
        this.command = command;
    }

    void line(String text) {
        out.println(text);
    }

    void row(Service service, String what, String value) {
        row(service.device(), what, value);
    }

    /// @param device of a service that may have ended since
    void row(String device, String what, String value) {
        line(
                "| %s | %s | %s | %s, %d cores | `make load RUN=\"%s\"` |"
                        .formatted(
                                clock.instant().atZone(ZoneOffset.UTC).toLocalDate(),
                                what,
                                value,
                                device,
                                Runtime.getRuntime().availableProcessors(),
                                command.replace("\"", "'")));
    }

    /// The exit code: 0, or 1 after saying what is wrong.
    int end(List<String> wrong) {
        wrong.forEach(what -> err.println("wrong: " + what));
        return wrong.isEmpty() ? 0 : 1;
    }

    /// Percentiles of a latency.
    static String millis(LatencyHistogram latency) {
        return "p50 %.1f, p99 %.1f, p99.9 %.1f, most %.1f ms"
                .formatted(
                        latency.millis(50),
                        latency.millis(99),
                        latency.millis(99.9),
                        latency.largestMillis());
    }
}
