package org.quirkwatch.bench;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Whether a service that is told to end answers what it has accepted.
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        description =
                "Starts a service, loads it, ends it with SIGTERM at a random moment, and counts"
                        + " what was not answered.")
final class DrainCommand implements Callable<Integer> {

    private static final int SINGLES = 32;
    private static final int BATCHES = 2;
    private static final int BATCH = 64;
    private static final long READY_SECONDS = 180;
    private static final long EXIT_SECONDS = 90;
    private static final double LEAST_LOAD_SECONDS = 1;
    private static final double MOST_LOAD_SECONDS = 4;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Report report;
    private String device = "";

    @Mixin private Load.Target target;

    @Option(
            names = "--command",
            paramLabel = "LINE",
            required = true,
            description =
                    "Starts the service on the port of --port. A shell runs it with exec, so that"
                            + " the service is the process that gets SIGTERM.")
    private String command;

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "10",
            description = "How often (default: 10).")
    private int times;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides the moments (default: 1).")
    private long seed;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            defaultValue = "target/drain.log",
            description = "Where the service's own output goes (default: target/drain.log).")
    private File log;

    DrainCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = new Service(target.service().port(), OptionalLong.empty());
        Prompts prompts = Prompts.of(Prompts.Kind.SHORT, 1000);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> wrong = new ArrayList<>();
        LatencyHistogram exits = new LatencyHistogram();
        long[] sums = new long[5];
        for (int time = 1; time <= times; time++) {
            double seconds = random.nextDouble(LEAST_LOAD_SECONDS, MOST_LOAD_SECONDS);
            DrainLedger.Balance balance = once(service, prompts, seconds, time, exits, wrong);
            long[] counts = {
                balance.accepted(),
                balance.answered(),
                balance.refused(),
                balance.late(),
                balance.wrong().size()
            };
            for (int i = 0; i < counts.length; i++) {
                sums[i] += counts[i];
            }
            for (String what : balance.wrong()) {
                wrong.add("time %d: %s".formatted(time, what));
            }
        }
        report.row(
                device,
                "ended with SIGTERM under load, %d times: requests accepted, answered, refused with"
                                .formatted(times)
                        + " Retry-After, sent when nothing listened, lost; time to exit",
                "%d, %d, %d, %d, %d; required 0 lost; %s"
                        .formatted(
                                sums[0], sums[1], sums[2], sums[3], sums[4], Report.millis(exits)));
        return report.end(wrong);
    }

    private DrainLedger.Balance once(
            Service service,
            Prompts prompts,
            double seconds,
            int time,
            LatencyHistogram exits,
            List<String> wrong)
            throws Exception {
        DrainLedger ledger = new DrainLedger();
        Process process = start(service);
        try {
            device = service.device();
            List<Thread> callers = callers(service, prompts, ledger);
            StreamCall.Outcome[] stream = new StreamCall.Outcome[1];
            Thread streaming = streaming(service, prompts, stream);
            Thread.sleep(Math.round(seconds * 1000));
            long begin = System.nanoTime();
            ledger.signalled(begin);
            process.destroy();
            watchListener(service, ledger, process);
            boolean exited = process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
            double took = (System.nanoTime() - begin) / NANOS_PER_SECOND;
            if (exited) {
                exits.record(System.nanoTime() - begin);
            } else {
                wrong.add("time %d: no exit within %d s".formatted(time, EXIT_SECONDS));
                process.destroyForcibly().waitFor();
            }
            ledger.closed(System.nanoTime());
            for (Thread caller : callers) {
                caller.join();
            }
            streaming.join();
            judgeStream(stream[0], ledger);
            DrainLedger.Balance balance = ledger.balance();
            report.line(
                    ("time %d: SIGTERM after %.2f s; %d accepted, %d answered, %d refused, %d late,"
                                    + " %d not sent, %d lost or wrong; exit %d%s; %s")
                            .formatted(
                                    time,
                                    seconds,
                                    balance.accepted(),
                                    balance.answered(),
                                    balance.refused(),
                                    balance.late(),
                                    balance.notSent(),
                                    balance.wrong().size(),
                                    process.exitValue(),
                                    exited ? " after %.2f s".formatted(took) : " by force",
                                    described(stream[0])));
            return balance;
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start(Service service) throws IOException, InterruptedException {
        if (service.isListening()) {
            throw new IOException("something listens on port %d already".formatted(service.port()));
        }
        Process process =
                new ProcessBuilder("sh", "-c", "exec " + command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                        .start();
        long begin = System.nanoTime();
        while (!service.isReady()) {
            if (!process.isAlive()
                    || (System.nanoTime() - begin) / NANOS_PER_SECOND > READY_SECONDS) {
                process.destroyForcibly();
                throw new IOException(
                        "the service did not become ready; %s says why".formatted(log));
            }
            Thread.sleep(200);
        }
        return process;
    }

    private static List<Thread> callers(Service service, Prompts prompts, DrainLedger ledger) {
        List<Thread> callers = new ArrayList<>();
        Requests singles = new Requests(prompts, 1);
        Requests batches = new Requests(prompts, BATCH);
        for (int i = 0; i < SINGLES + BATCHES; i++) {
            Requests requests = i < SINGLES ? singles : batches;
            callers.add(
                    Thread.ofPlatform().daemon().start(() -> callOn(service, requests, ledger)));
        }
        return callers;
    }

    /// Sends one request after the other until nothing listens.
    private static void callOn(Service service, Requests requests, DrainLedger ledger) {
        while (true) {
            try (Connection connection = Connection.open(service.port())) {
                boolean open = true;
                while (open) {
                    open = call(connection, requests, ledger);
                }
            } catch (ConnectException e) {
                ledger.closed(System.nanoTime());
                return;
            } catch (IOException e) {
                ledger.notSent();
                if (ledger.isClosed()) {
                    return;
                }
            }
        }
    }

    /// Whether the connection can carry another request.
    private static boolean call(Connection connection, Requests requests, DrainLedger ledger) {
        Requests.Request request = requests.next();
        try {
            Answer answer = connection.exchange(request.bytes());
            if (requests.answers(answer, request)) {
                ledger.verdict();
            } else if (answer.head().isRefusal()) {
                ledger.refused();
                LockSupport.parkNanos(PAUSE_NANOS);
            } else {
                ledger.wrong(
                        "status %d without verdicts or Retry-After".formatted(answer.status()));
            }
            return !answer.head().closes();
        } catch (IOException e) {
            if (connection.isSent()) {
                ledger.unanswered(
                        connection.sentNanos(),
                        connection.isAnswerBegun(),
                        "%d signals: %s".formatted(request.signals(), e.getMessage()));
            } else {
                ledger.notSent();
            }
            return false;
        }
    }

    private static Thread streaming(
            Service service, Prompts prompts, StreamCall.Outcome[] outcome) {
        return Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try (Connection connection = Connection.open(service.port())) {
                        outcome[0] =
                                new StreamCall(connection, new Requests(prompts, 1), Long.MAX_VALUE)
                                        .run((number, bytes, from, to) -> {});
                    } catch (IOException e) {
                        // Without an outcome it counts as cut off.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /// Tries to connect until that is refused.
    private static void watchListener(Service service, DrainLedger ledger, Process process) {
        while (process.isAlive() && !ledger.isClosed()) {
            if (service.isListening()) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } else {
                ledger.closed(System.nanoTime());
            }
        }
    }

    /// An endless stream must be ended properly: the caller then knows by the verdicts which lines
    /// to send again.
    private static void judgeStream(StreamCall.Outcome stream, DrainLedger ledger) {
        if (stream == null) {
            ledger.wrong("stream: no connection");
        } else if (stream.isStream()) {
            if (stream.whole()) {
                ledger.verdict();
            } else {
                ledger.wrong("stream: " + stream.fault().orElse("cut off"));
            }
        } else if (stream.head() == null) {
            ledger.wrong("stream: " + stream.fault().orElse("no answer"));
        } else if (stream.head().isRefusal()) {
            ledger.refused();
        } else if (stream.head().status() != 415) {
            ledger.wrong("stream: " + stream.fault().orElse("no answer"));
        }
    }

    private static String described(StreamCall.Outcome stream) {
        if (stream == null || !stream.isStream()) {
            return "no stream";
        }
        return "stream of %d lines sent and %d verdicts, %s"
                .formatted(
                        stream.sent(),
                        stream.verdicts(),
                        stream.whole() ? "ended properly" : "cut off");
    }
}
