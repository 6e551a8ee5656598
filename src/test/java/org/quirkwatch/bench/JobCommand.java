package org.quirkwatch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What a bulk job costs those who wait.
@Command(
        name = "job",
        mixinStandardHelpOptions = true,
        description =
                "Signals at a rate (open loop) without a bulk job, then while one runs: latencies of"
                        + " both and their quotient, what the job did in that time, and the service's"
                        + " memory before, during and after it.")
final class JobCommand implements Callable<Integer> {

    private static final double MOST_LATE_SECONDS = 5;
    private static final long SAMPLE_MILLIS = 2_000;

    private final Report report;

    @Mixin private Load.Target target;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "20",
            description = "Signals a second of those who wait (default: 20).")
    private double perSecond;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = "How long without the job, and with it (default: 60).")
    private double seconds;

    @Option(
            names = "--lines",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Signals of the job (default: 100000).")
    private int lines;

    @Option(names = "--whole", description = "Waits for the job's end.")
    private boolean whole;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "64",
            description = "The most requests at a time (default: 64).")
    private int connections;

    @Mixin private Traffic traffic;

    JobCommand(Report report) {
        this.report = report;
    }

    @Override
    public Integer call() throws Exception {
        Service service = target.service();
        Requests requests = traffic.requests();
        List<Service.Memory> memory = new ArrayList<>();
        Tally warming = open(service, requests, seconds / 3).tally();
        remember(service, memory);
        Tally without = open(service, requests, seconds).tally();
        KillJob job = new KillJob(service.port(), traffic.prompts(), lines);
        long begin = System.nanoTime();
        job.submit();
        AtomicBoolean over = new AtomicBoolean();
        Thread sampling = Thread.ofPlatform().daemon().start(() -> sample(service, memory, over));
        Tally with = open(service, requests, seconds).tally();
        KillJob.Progress during = job.progress();
        double took = (System.nanoTime() - begin) / 1e9;
        double alone = 0;
        if (whole && !during.over()) {
            long from = System.nanoTime();
            job.awaitEnd();
            alone = (lines - during.done()) / ((System.nanoTime() - from) / 1e9);
        }
        over.set(true);
        sampling.join();
        remember(service, memory);
        report.row(
                service,
                "a bulk job of %d signals beside %.0f signals/s of those who wait, %s"
                        .formatted(lines, perSecond, requests),
                "p99 without it %.1f ms, with it %.1f ms: %.2f times, required at most 3 (p50 %.1f and %.1f); %d verdicts of the job in %.0f s beside them%s; resident before, during (most), after: %s"
                        .formatted(
                                without.fromSchedule().millis(99),
                                with.fromSchedule().millis(99),
                                with.fromSchedule().millis(99) / without.fromSchedule().millis(99),
                                without.fromSchedule().millis(50),
                                with.fromSchedule().millis(50),
                                during.done(),
                                took,
                                alone > 0 ? ", then %.0f/s alone".formatted(alone) : "",
                                shown(memory)));
        List<String> wrong = new ArrayList<>(warming.wrong());
        wrong.addAll(without.wrong());
        wrong.addAll(with.wrong());
        return report.end(wrong);
    }

    private Loop.Outcome open(Service service, Requests requests, double time)
            throws InterruptedException {
        return new Loop(service, connections, true)
                .open(requests, perSecond / traffic.batch(), time, MOST_LATE_SECONDS);
    }

    private static void sample(Service service, List<Service.Memory> memory, AtomicBoolean over) {
        try {
            while (!over.get()) {
                Thread.sleep(SAMPLE_MILLIS);
                remember(service, memory);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.io.IOException e) {
            // Without it the rows say so.
            over.set(true);
        }
    }

    private static void remember(Service service, List<Service.Memory> memory)
            throws java.io.IOException {
        if (service.pid().isPresent()) {
            memory.add(service.memory());
        }
    }

    private static String shown(List<Service.Memory> memory) {
        return memory.isEmpty()
                ? "not measured without --pid"
                : "%d, %d, %d MiB"
                        .formatted(
                                memory.getFirst().resident(),
                                memory.stream().mapToLong(Service.Memory::resident).max().orElse(0),
                                memory.getLast().resident());
    }
}
