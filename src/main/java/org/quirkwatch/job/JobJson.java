package org.quirkwatch.job;

import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What is kept of a job's progress and checkpoint, as JSON.
final class JobJson {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private record Kept(SequencedMap<String, Long> counts, List<JobProgress.Fault> faults) {}

    /// A checkpoint and the progress of which it knows.
    record Checkpoint(String text, JobProgress progress) {}

    private record KeptCheckpoint(String text, long done, @Nullable Long total, Kept progress) {}

    private JobJson() {}

    static String checkpoint(String text, JobProgress progress) {
        return JSON.writeValueAsString(
                new KeptCheckpoint(
                        text,
                        progress.done(),
                        progress.total().isPresent() ? progress.total().getAsLong() : null,
                        new Kept(progress.counts(), progress.faults())));
    }

    static Checkpoint checkpoint(String kept) {
        KeptCheckpoint read = JSON.readValue(kept, KeptCheckpoint.class);
        Long total = read.total();
        return new Checkpoint(
                read.text(),
                new JobProgress(
                        read.done(),
                        total == null ? OptionalLong.empty() : OptionalLong.of(total),
                        read.progress().counts(),
                        read.progress().faults()));
    }

    static String progress(JobProgress progress) {
        return JSON.writeValueAsString(new Kept(progress.counts(), progress.faults()));
    }

    static JobProgress progress(long done, OptionalLong total, String text) {
        Kept kept = JSON.readValue(text, Kept.class);
        return new JobProgress(done, total, kept.counts(), kept.faults());
    }
}
