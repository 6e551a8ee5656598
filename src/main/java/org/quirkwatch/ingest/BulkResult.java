package org.quirkwatch.ingest;

import io.micrometer.core.instrument.Counter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.quirkwatch.job.JobProgress;
import org.quirkwatch.job.JobRun;
import org.quirkwatch.scoring.BackgroundScoring;

/// The verdicts of a run: gathered, and written with a checkpoint when they are many or the time
/// has come. For one thread.
final class BulkResult {

    private static final int MOST_BYTES = 1 << 20;
    private static final String UNSCORED = "unscored";

    private final JobRun run;
    private final IngestProperties properties;
    private final Counter signals;
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private final SequencedMap<String, Long> counts = new LinkedHashMap<>();
    private final List<JobProgress.Fault> faults;
    private long line;
    private long done;
    private int lines;
    private long writtenNanos = System.nanoTime();

    /// Goes on where the latest checkpoint is: the number of the last line that was answered.
    BulkResult(JobRun run, IngestProperties properties, Counter signals) {
        this.run = run;
        this.properties = properties;
        this.signals = signals;
        JobProgress before = run.progress();
        List.of("accept", "review", "discard", UNSCORED).forEach(name -> counts.put(name, 0L));
        counts.putAll(before.counts());
        faults = new ArrayList<>(before.faults());
        done = before.done();
        line = run.checkpoint().map(Long::parseLong).orElse(0L);
    }

    /// The last line that was answered, from 1; 0 before the first.
    long line() {
        return line;
    }

    /// Lines that were answered; blank ones are none.
    long done() {
        return done;
    }

    void add(BackgroundScoring.Answer answer) {
        gathered.writeBytes(answer.json().getBytes(StandardCharsets.UTF_8));
        gathered.write('\n');
        var _ = counts.merge(answer.disposition(), 1L, Long::sum);
        Optional<BackgroundScoring.Reason> reason = answer.reason();
        if (reason.isPresent()) {
            var _ = counts.merge(UNSCORED, 1L, Long::sum);
            if (faults.size() < JobProgress.MOST_FAULTS) {
                faults.add(
                        new JobProgress.Fault(
                                answer.line(), reason.get().code(), reason.get().detail()));
            }
        }
        line = answer.line();
        done++;
        lines++;
    }

    void writeWhenDue() {
        boolean due =
                lines >= properties.checkpointLines()
                        || gathered.size() >= MOST_BYTES
                        || System.nanoTime() - writtenNanos
                                >= properties.checkpointEvery().toNanos();
        if (due && lines > 0) {
            write();
        }
    }

    /// Writes what was gathered, and that it was.
    void write() {
        run.append(
                gathered.toByteArray(),
                String.valueOf(line),
                new JobProgress(done, run.progress().total(), counts, faults));
        signals.increment(lines);
        gathered.reset();
        lines = 0;
        writtenNanos = System.nanoTime();
    }
}
