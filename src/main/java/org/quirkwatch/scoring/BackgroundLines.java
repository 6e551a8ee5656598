package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.lane.Caller;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.Outcome;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// The lines of one job on their way: begun in their order, answered in their order, each measured
/// and then written down. What passes (an overload, a log that is away) is tried again and is never
/// an answer. Nothing here waits longer than it is told to, and no thread is interrupted. For one
/// thread.
public final class BackgroundLines implements AutoCloseable {

    // A verdict that could not be written down by then is given to the log again.
    private static final Duration KEEP = Duration.ofSeconds(5);

    private final BackgroundScoring whole;
    private final SignalScoring scoring;
    private final Answering answering;
    private final Recording recording;
    private final Caller caller;
    private final UUID job;
    private final String source;
    private final boolean explain;
    private final Deque<Entry> measuring = new ArrayDeque<>();
    private final Deque<Entry> keeping = new ArrayDeque<>();
    private boolean hasPlace;

    /// A line that holds a signal.
    ///
    /// @param number from 1
    public record Line(long number, Signal signal) {}

    /// A line on its way.
    private static final class Entry {

        private final long line;
        private final @Nullable Signal signal;
        private SignalScoring.@Nullable Begun begun;
        private @Nullable Verdict verdict;
        private @Nullable VerdictRecord made;
        private @Nullable CompletableFuture<VerdictLedger.Kept> kept;
        private long keptUntilNanos;
        private BackgroundScoring.@Nullable Answer answer;

        Entry(long line, @Nullable Signal signal) {
            this.line = line;
            this.signal = signal;
        }

        Signal signal() {
            return java.util.Objects.requireNonNull(signal);
        }
    }

    BackgroundLines(
            BackgroundScoring whole, Caller caller, UUID job, String source, boolean explain) {
        this.whole = whole;
        this.scoring = whole.scoring();
        this.answering = whole.answering();
        this.recording = whole.recording();
        this.caller = caller;
        this.job = job;
        this.source = source;
        this.explain = explain;
    }

    /// Lines that were begun and not yet answered.
    public int pending() {
        return measuring.size() + keeping.size();
    }

    /// What an earlier run of the job answered to lines.
    ///
    /// @return for each its answer, empty where it has none
    /// @throws Problem `log-unavailable` when the log does not answer in time
    public List<Optional<BackgroundScoring.Answer>> answeredBefore(
            List<Line> lines, Duration wait) {
        List<IdempotencyKey> keys =
                lines.stream()
                        .map(line -> IdempotencyKey.ofJob(job, line.number(), line.signal()))
                        .toList();
        List<Optional<VerdictLedger.Kept>> found =
                answering.answeredBefore(keys, System.nanoTime() + wait.toNanos());
        List<Optional<BackgroundScoring.Answer>> answers = new ArrayList<>(lines.size());
        for (int i = 0; i < lines.size(); i++) {
            long number = lines.get(i).number();
            answers.add(found.get(i).map(kept -> whole.answer(number, kept.answer())));
        }
        return answers;
    }

    /// Begins with a line.
    ///
    /// @return false when there was no place in time: nothing was begun
    /// @throws Problem `shutting-down`
    public boolean begin(Line line, Duration wait) {
        Entry entry = new Entry(line.number(), line.signal());
        if (!measure(entry, wait, true)) {
            return false;
        }
        measuring.add(entry);
        return true;
    }

    /// Adds an answer in its place: of an earlier run.
    public void add(BackgroundScoring.Answer answer) {
        Entry entry = new Entry(answer.line(), null);
        entry.answer = answer;
        measuring.add(entry);
    }

    /// Adds a line that holds no signal. It has a verdict that is not logged, as there is nothing
    /// to judge or to look at.
    ///
    /// @param id what to call it
    public void refuse(long line, String id, Problem reason) {
        Verdict.Unscored verdict = new Verdict.Unscored(id, scoring.standardPolicy(), reason);
        scoring.count(verdict, source);
        add(answer(line, verdict, answering.refused(line, verdict)));
    }

    /// The answer to the next line, as soon as it is written down.
    ///
    /// @return empty when it is not within the time, or nothing is on its way
    /// @throws Problem `shutting-down`
    public Optional<BackgroundScoring.Answer> next(Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        keepWhatIsMeasured(0);
        while (keeping.isEmpty() && !measuring.isEmpty()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            keepWhatIsMeasured(left);
        }
        return keeping.isEmpty() ? Optional.empty() : kept(keeping.element(), deadline);
    }

    /// Gives up what is on its way; what the log has of it stays there.
    @Override
    public void close() {
        caller.close();
    }

    /// Puts an entry's signal before the model.
    private boolean measure(Entry entry, Duration wait, boolean follow) {
        try {
            if (!hasPlace && !caller.awaitPlace(wait)) {
                return false;
            }
            hasPlace = true;
            SignalScoring.Begun begun = scoring.beginOnPlace(caller, entry.signal(), follow);
            hasPlace = !begun.own();
            entry.begun = begun;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping(e);
        } catch (Problem e) {
            if (e.code() == ProblemCode.SHUTTING_DOWN) {
                throw e;
            }
            judged(entry, refused(entry.signal(), e));
        }
        return true;
    }

    /// What cannot be measured whenever it is tried.
    private Verdict.Unscored refused(Signal signal, Problem reason) {
        return new Verdict.Unscored(signal.id(), scoring.policyOrStandard(signal), reason);
    }

    /// Gives to the log what is measured, in order.
    ///
    /// @param nanos that it may wait for the first
    private void keepWhatIsMeasured(long nanos) {
        long left = nanos;
        while (!measuring.isEmpty()) {
            Entry entry = measuring.element();
            if (entry.answer == null && entry.made == null && !isMeasured(entry, left)) {
                return;
            }
            measuring.remove();
            keeping.add(entry);
            left = 0;
        }
    }

    private boolean isMeasured(Entry entry, long nanos) {
        SignalScoring.Begun begun = java.util.Objects.requireNonNull(entry.begun);
        try {
            Outcome outcome = begun.outcome().get(nanos, TimeUnit.NANOSECONDS);
            if (outcome.measurement() instanceof Measurement.Measured) {
                if (!begun.own()) {
                    scoring.countShared();
                }
                judged(entry, Verdict.of(entry.signal().id(), begun.policy(), outcome));
                return true;
            }
            return failed(entry, begun, ((Measurement.Failed) outcome.measurement()).reason());
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping(e);
        } catch (CancellationException e) {
            return failed(entry, begun, stopping(e));
        } catch (ExecutionException e) {
            return failed(
                    entry,
                    begun,
                    e.getCause() instanceof Problem problem
                            ? problem
                            : new Problem(
                                    ProblemCode.INTERNAL, "the log of the service says why", e));
        }
    }

    private boolean failed(Entry entry, SignalScoring.Begun begun, Problem reason) {
        if (!begun.own()) {
            // An equal signal failed or was given up: this one may have more luck.
            boolean _ = measure(entry, Duration.ZERO, false);
            return entry.made != null;
        }
        if (Recording.passes(reason)) {
            throw reason;
        }
        judged(entry, refused(entry.signal(), reason));
        return true;
    }

    private void judged(Entry entry, Verdict verdict) {
        scoring.count(verdict, source);
        entry.made =
                recording.record(
                        entry.signal(),
                        verdict,
                        Optional.of(IdempotencyKey.ofJob(job, entry.line, entry.signal())),
                        explain,
                        verdict instanceof Verdict.Unscored ? entry.line : null,
                        source);
        entry.answer = null;
        entry.verdict = verdict;
        keep(entry, entry.made, verdict);
    }

    /// Gives a verdict to the log, for the first time or again: under the same id and key, so that
    /// it is there once.
    private void keep(Entry entry, VerdictRecord made, Verdict verdict) {
        entry.keptUntilNanos = System.nanoTime() + KEEP.toNanos();
        entry.kept = recording.keep(made, verdict, entry.keptUntilNanos);
    }

    private Optional<BackgroundScoring.Answer> kept(Entry entry, long deadline) {
        if (entry.answer != null) {
            keeping.remove();
            return Optional.of(entry.answer);
        }
        VerdictRecord made = java.util.Objects.requireNonNull(entry.made);
        CompletableFuture<VerdictLedger.Kept> future = java.util.Objects.requireNonNull(entry.kept);
        try {
            long left = Math.max(0, deadline - System.nanoTime());
            String text = future.get(left, TimeUnit.NANOSECONDS).answer();
            keeping.remove();
            return Optional.of(
                    text.equals(made.answer())
                            ? new BackgroundScoring.Answer(
                                    entry.line,
                                    text,
                                    made.disposition().text(),
                                    made.reason().map(code -> reason(code, text)))
                            : whole.answer(entry.line, text));
        } catch (TimeoutException e) {
            if (System.nanoTime() - entry.keptUntilNanos > 0) {
                // The log writes nothing whose time is over, and says nothing of it.
                future.cancel(false);
                keep(entry, made, java.util.Objects.requireNonNull(entry.verdict));
            }
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Problem problem && Recording.passes(problem)) {
                keep(entry, made, java.util.Objects.requireNonNull(entry.verdict));
                return Optional.empty();
            }
            throw new Problem(ProblemCode.INTERNAL, "the log of the service says why", e);
        }
    }

    private BackgroundScoring.Reason reason(String code, String text) {
        return whole.answer(0, text).reason().orElse(new BackgroundScoring.Reason(code, ""));
    }

    private static BackgroundScoring.Answer answer(
            long line, Verdict.Unscored verdict, byte[] json) {
        return new BackgroundScoring.Answer(
                line,
                new String(json, java.nio.charset.StandardCharsets.UTF_8),
                verdict.disposition().text(),
                Optional.of(
                        new BackgroundScoring.Reason(
                                verdict.reason().code().code(), verdict.reason().detail())));
    }

    private static Problem stopping(Exception cause) {
        return new Problem(
                ProblemCode.SHUTTING_DOWN, "the service stops, and the job goes on later", cause);
    }
}
