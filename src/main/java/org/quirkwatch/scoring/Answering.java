package org.quirkwatch.scoring;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.json.JsonMapper;

/// Signals to what their callers read: the first answer under a key where there is one, else a new
/// verdict, which is written down before it is answered. What passes (an overload, a deadline, the
/// end of the service) is no verdict on the signal: it is neither written down nor remembered, so
/// that the same signal may come again. Thread-safe.
final class Answering implements Rejudging {

    private static final String REPLAY = "replay";

    private final SignalScoring scoring;
    private final Detectors detectors;
    private final Supplier<DetectorLookup> others;
    private final VerdictLedger ledger;
    private final Recording recording;
    private final JsonMapper json;
    private final Duration maxWait;

    /// @param others where other detectors are found
    /// @param maxWait the longest that a line of a stream waits to be written down
    Answering(
            SignalScoring scoring,
            Detectors detectors,
            Supplier<DetectorLookup> others,
            VerdictLedger ledger,
            Recording recording,
            JsonMapper json,
            Duration maxWait) {
        this.scoring = scoring;
        this.detectors = detectors;
        this.others = others;
        this.ledger = ledger;
        this.recording = recording;
        this.json = json;
        this.maxWait = maxWait;
    }

    /// The answer to one signal.
    ///
    /// @param header `Idempotency-Key`, null where there is none
    /// @param deadlineNanos of [System#nanoTime]: when its caller stops waiting
    /// @return JSON
    /// @throws Problem as [SignalScoring#judge] does; `idempotency-conflict`, `log-unavailable`
    byte[] answer(
            Signal signal,
            @Nullable String header,
            boolean explain,
            String source,
            long deadlineNanos) {
        Optional<IdempotencyKey> key =
                ledger.keeps() ? IdempotencyKey.of(signal, header) : Optional.empty();
        Optional<String> before = before(key, deadlineNanos);
        String answer =
                before.orElseGet(() -> {
                    Verdict verdict = scoring.judge(signal, source, deadlineNanos);
                    VerdictRecord made =
                            recording.record(signal, verdict, key, explain, null, source);
                    return Recording.await(
                            recording.keep(made, verdict, deadlineNanos), made, "", deadlineNanos);
                });
        return answer.getBytes(StandardCharsets.UTF_8);
    }

    /// The answer to a batch: an object with its verdicts, in order. Those that were answered
    /// before are not judged again.
    ///
    /// @param header `Idempotency-Key` of the whole, null where there is none
    /// @param deadlineNanos of [System#nanoTime]: when its caller stops waiting
    /// @return JSON
    /// @throws Problem as [SignalScoring#judge] does; `idempotency-conflict` before anything is
    ///   judged, or where another caller was faster; `log-unavailable`
    byte[] answerBatch(
            List<Signal> signals,
            @Nullable String header,
            boolean explain,
            String source,
            long deadlineNanos) {
        List<Optional<IdempotencyKey>> keys =
                ledger.keeps()
                        ? IdempotencyKey.of(signals, header)
                        : Collections.nCopies(signals.size(), Optional.empty());
        List<Integer> first = firstOfEach(keys);
        @Nullable String[] answers = answersBefore(keys, deadlineNanos);
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            if (answers[i] == null && first.get(i) == i) {
                rest.add(i);
            }
        }
        if (!rest.isEmpty()) {
            List<Verdict> verdicts =
                    scoring.judge(rest.stream().map(signals::get).toList(), source, deadlineNanos);
            List<VerdictRecord> made = new ArrayList<>(rest.size());
            List<CompletableFuture<VerdictLedger.Kept>> kept = new ArrayList<>(rest.size());
            for (int j = 0; j < rest.size(); j++) {
                int i = rest.get(j);
                made.add(
                        recording.record(
                                signals.get(i),
                                verdicts.get(j),
                                keys.get(i),
                                explain,
                                null,
                                source));
                kept.add(recording.keep(made.get(j), verdicts.get(j), deadlineNanos));
            }
            for (int j = 0; j < rest.size(); j++) {
                int i = rest.get(j);
                answers[i] =
                        Recording.await(kept.get(j), made.get(j), "/signals/" + i, deadlineNanos);
            }
        }
        StringBuilder whole = new StringBuilder("{\"verdicts\":[");
        for (int i = 0; i < answers.length; i++) {
            whole.append(i == 0 ? "" : ",").append(answers[first.get(i)]);
        }
        return whole.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    /// What was answered under keys before, in order.
    ///
    /// @throws Problem `log-unavailable`
    List<Optional<VerdictLedger.Kept>> answeredBefore(
            List<IdempotencyKey> keys, long deadlineNanos) {
        return ledger.find(keys, deadlineNanos);
    }

    /// What was answered to a line's signal before.
    ///
    /// @throws Problem `idempotency-conflict`, `log-unavailable`
    Optional<byte[]> answeredBefore(Signal signal) {
        return before(IdempotencyKey.of(signal, null), System.nanoTime() + maxWait.toNanos())
                .map(answer -> answer.getBytes(StandardCharsets.UTF_8));
    }

    /// A line's verdict on its way to being written down.
    ///
    /// @param made what is to be written
    /// @param kept what comes of it
    record Line(
            long number,
            Signal signal,
            Policy policy,
            VerdictRecord made,
            CompletableFuture<VerdictLedger.Kept> kept) {}

    /// Begins to write down the verdict on a line's signal.
    Line begin(long number, Signal signal, Verdict verdict, boolean explain, String source) {
        VerdictRecord made =
                recording.record(
                        signal,
                        verdict,
                        IdempotencyKey.of(signal, null),
                        explain,
                        verdict instanceof Verdict.Unscored ? number : null,
                        source);
        return new Line(
                number,
                signal,
                verdict.policy(),
                made,
                recording.keep(made, verdict, System.nanoTime() + maxWait.toNanos()));
    }

    /// The answer to a line, when it is written down; or why it could not be.
    byte[] finish(Line line) {
        try {
            long deadlineNanos = System.nanoTime() + maxWait.toNanos();
            return Recording.await(line.kept(), line.made(), "", deadlineNanos)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (Problem e) {
            return refused(
                    line.number(), new Verdict.Unscored(line.signal().id(), line.policy(), e));
        }
    }

    /// The answer to a line that has no verdict.
    byte[] refused(long number, Verdict.Unscored verdict) {
        return json.writeValueAsBytes(
                VerdictDocuments.of(verdict, number, detectors.scorer(), false));
    }

    @Override
    public VerdictRecord rejudge(Signal signal, Optional<String> detector, long deadlineNanos) {
        Optional<Artifact> other =
                detector.map(reference -> others.get().load(reference))
                        .filter(artifact -> !artifact.equals(detectors.active()));
        Verdict verdict =
                other.isEmpty()
                        ? scoring.judge(signal, REPLAY, deadlineNanos)
                        : detectors
                                .judge(
                                        other.get(),
                                        List.of(signal),
                                        List.of(scoring.policy(signal)),
                                        deadlineNanos)
                                .getFirst();
        if (other.isPresent()
                && verdict instanceof Verdict.Unscored unscored
                && !SignalScoring.isOfTheModel(unscored.reason())) {
            throw unscored.reason();
        }
        return recording.record(signal, verdict, Optional.empty(), false, null, REPLAY);
    }

    private Optional<String> before(Optional<IdempotencyKey> key, long deadlineNanos) {
        return ledger.keeps() && key.isPresent()
                ? ledger.find(List.of(key.get()), deadlineNanos)
                        .getFirst()
                        .map(kept -> Recording.same(kept, key.get(), ""))
                : Optional.empty();
    }

    /// `[batch]`, null where there is none.
    private @Nullable String[] answersBefore(
            List<Optional<IdempotencyKey>> keys, long deadlineNanos) {
        @Nullable String[] answers = new @Nullable String[keys.size()];
        List<Integer> keyed = new ArrayList<>();
        for (int i = 0; i < answers.length; i++) {
            if (keys.get(i).isPresent()) {
                keyed.add(i);
            }
        }
        if (!ledger.keeps() || keyed.isEmpty()) {
            return answers;
        }
        List<Optional<VerdictLedger.Kept>> found =
                ledger.find(
                        keyed.stream().map(i -> keys.get(i).orElseThrow()).toList(), deadlineNanos);
        for (int j = 0; j < keyed.size(); j++) {
            int i = keyed.get(j);
            answers[i] =
                    found.get(j)
                            .map(kept ->
                                    Recording.same(
                                            kept, keys.get(i).orElseThrow(), "/signals/" + i))
                            .orElse(null);
        }
        return answers;
    }

    /// For each place of a batch the first with the same key, which gives the answer to both.
    private static List<Integer> firstOfEach(List<Optional<IdempotencyKey>> keys) {
        Map<String, Integer> places = new LinkedHashMap<>();
        List<Integer> first = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            Optional<IdempotencyKey> key = keys.get(i);
            int place = i;
            if (key.isPresent()) {
                Integer before = places.putIfAbsent(key.get().key(), i);
                place = before == null ? i : before;
                IdempotencyKey other = keys.get(place).orElseThrow();
                if (!other.fingerprint().equals(key.get().fingerprint())) {
                    throw key.get().conflict("/signals/" + i);
                }
            }
            first.add(place);
        }
        return first;
    }
}
