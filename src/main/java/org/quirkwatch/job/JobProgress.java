package org.quirkwatch.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.SequencedMap;

/// How far a job is.
///
/// @param done units of work (lines, signals, steps), 0 or more
/// @param total of which the job has so many; empty where nobody knows
/// @param counts what was counted, by names of the kind's own
/// @param faults the first things that went wrong and did not end the job, up to [#MOST_FAULTS]
public record JobProgress(
        long done, OptionalLong total, SequencedMap<String, Long> counts, List<Fault> faults) {

    /// As many faults are kept; the counts say how many there were.
    public static final int MOST_FAULTS = 20;

    /// Nothing done, and nobody knows of how much.
    public static final JobProgress NONE =
            new JobProgress(0, OptionalLong.empty(), new LinkedHashMap<>(), List.of());

    /// Copies the collections, and keeps the first faults.
    public JobProgress {
        if (!(done >= 0)) {
            throw new IllegalArgumentException("done must be 0 or more, got " + done);
        }
        counts = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(counts));
        faults = List.copyOf(faults.subList(0, Math.min(MOST_FAULTS, faults.size())));
    }

    /// One thing that went wrong.
    ///
    /// @param line of the input, from 1
    /// @param code of the problem
    /// @param detail what was wrong
    public record Fault(long line, String code, String detail) {}

    /// So much is done, of a known total.
    public static JobProgress of(long done, long total) {
        return new JobProgress(done, OptionalLong.of(total), new LinkedHashMap<>(), List.of());
    }
}
