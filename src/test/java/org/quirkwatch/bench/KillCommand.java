package org.quirkwatch.bench;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Whether what a service has answered survives its death.
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        description =
                "Starts a service, loads it, kills it with SIGKILL at a random moment, starts it again"
                        + " on the same database, and counts which of the verdicts that it had"
                        + " answered are not there once, which of the flagged ones are not in the"
                        + " queue once, and which broken-off signals are there twice when they are"
                        + " sent again. A bulk job runs beside the callers and goes on with the next"
                        + " service; it has to have each line's verdict once. For many to be flagged, start it with"
                        + " --quirkwatch.policies.default.alpha-review=0.5.")
final class KillCommand implements Callable<Integer> {

    private static final int SINGLES = 16;
    private static final int BATCHES = 2;
    private static final int BATCH = 16;
    private static final long READY_SECONDS = 600;
    // A service that has just started is slow: enough for hundreds of verdicts.
    private static final double LEAST_LOAD_SECONDS = 4;
    private static final double MOST_LOAD_SECONDS = 12;

    private final Report report;
    private String device = "";

    @Mixin private Load.Target target;

    @Option(
            names = "--command",
            paramLabel = "LINE",
            required = true,
            description =
                    "Starts the service on the port of --port, each time on the same database. A"
                            + " shell runs it with exec, so that the service is the process that is"
                            + " killed.")
    private String command;

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "20",
            description = "How often (default: 20).")
    private int times;

    @Option(
            names = "--job-lines",
            paramLabel = "N",
            defaultValue = "400",
            description = "Signals of the bulk job that runs beside (default: 400).")
    private int jobLines;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides the moments (default: 1).")
    private long seed;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            defaultValue = "target/kill.log",
            description = "Where the service's own output goes (default: target/kill.log).")
    private File log;

    KillCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = new Service(target.service().port(), java.util.OptionalLong.empty());
        Prompts prompts = Prompts.of(Prompts.Kind.SHORT, 1000);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> wrong = new ArrayList<>();
        long acknowledged = 0;
        long flagged = 0;
        long brokenOff = 0;
        long lost = 0;
        long twice = 0;
        long jobLinesDone = 0;
        long fetched = 0;
        for (int time = 1; time <= times; time++) {
            KillLedger ledger = new KillLedger();
            double seconds = random.nextDouble(LEAST_LOAD_SECONDS, MOST_LOAD_SECONDS);
            Process process = start(service);
            device = service.device();
            KillJob job = new KillJob(service.port(), prompts, jobLines);
            job.start();
            List<Thread> callers = callers(service, prompts, ledger);
            Thread.sleep(Math.round(seconds * 1000));
            ledger.killed();
            process.destroyForcibly().waitFor();
            job.killed();
            for (Thread caller : callers) {
                caller.join();
            }
            process = start(service);
            try {
                KillJob.Balance ofJob = job.balance(wrong);
                jobLinesDone += ofJob.lines();
                fetched += ofJob.acknowledged();
                lost += ofJob.lost();
                twice += ofJob.twice();
                KillLedger.Balance balance = ledger.balance(service.port(), wrong);
                acknowledged += balance.acknowledged();
                flagged += balance.flagged();
                brokenOff += balance.brokenOff();
                lost += balance.lost();
                twice += balance.twice();
                report.line(
                        "time %d: SIGKILL after %.2f s under load; %s; %s"
                                .formatted(time, seconds, balance, ofJob));
            } finally {
                process.destroy();
                process.waitFor(90, TimeUnit.SECONDS);
                process.destroyForcibly().waitFor();
            }
        }
        report.row(
                device,
                "killed with SIGKILL under load, %d times: verdicts acknowledged, of these flagged,"
                                .formatted(times)
                        + " broken off and sent again; lines of bulk jobs that ran beside, of these"
                        + " fetched before; lost, double",
                "%d, %d, %d; %d, %d; %d, %d; required 0 and 0"
                        .formatted(
                                acknowledged,
                                flagged,
                                brokenOff,
                                jobLinesDone,
                                fetched,
                                lost,
                                twice));
        return report.end(wrong);
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
                    || TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) > READY_SECONDS) {
                process.destroyForcibly();
                throw new IOException(
                        "the service did not become ready; %s says why".formatted(log));
            }
            Thread.sleep(100);
        }
        return process;
    }

    private static List<Thread> callers(Service service, Prompts prompts, KillLedger ledger) {
        List<Thread> callers = new ArrayList<>();
        Requests singles = new Requests(prompts, 1);
        Requests batches = new Requests(prompts, BATCH);
        for (int i = 0; i < SINGLES + BATCHES; i++) {
            Requests requests = i < SINGLES ? singles : batches;
            callers.add(Thread.ofPlatform().daemon().start(() -> call(service, requests, ledger)));
        }
        return callers;
    }

    /// Sends one request after the other until the service is dead.
    private static void call(Service service, Requests requests, KillLedger ledger) {
        while (!ledger.isKilled()) {
            Requests.Request request = requests.next();
            try (Connection connection = Connection.open(service.port())) {
                boolean open = true;
                while (open) {
                    Answer answer = connection.exchange(request.bytes());
                    ledger.answered(request.bytes(), answer);
                    open = !answer.head().closes();
                    request = requests.next();
                }
            } catch (IOException e) {
                ledger.brokenOff(request.bytes());
            }
        }
    }
}
