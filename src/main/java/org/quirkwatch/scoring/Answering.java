package org.quirkwatch.scoring;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.json.JsonMapper;

/// Signals to what their callers read: the first answer under a key where there is one, else a new
/// verdict, which is written down before it is answered. What passes (an overload, a deadline, the
/// end of the service) is no verdict on the signal: it is neither written down nor remembered, so
/// that the same signal may come again. Thread-safe.
final class Answering implements Rejudging {

    private static final String REPLAY = "replay";
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final SignalScoring scoring;
    private final Detectors detectors;
    private final Supplier<DetectorLookup> others;
    private final Answers heard;
    private final VerdictLedger ledger;
    private final VerdictIds ids;
    private final InstantSource clock;
    private final JsonMapper json;
    private final Duration maxWait;

    /// @param others where other detectors are found
    /// @param heard told of what is answered
    /// @param maxWait the longest that a line of a stream waits to be written down
    Answering(
            SignalScoring scoring,
            Detectors detectors,
            Supplier<DetectorLookup> others,
            Answers heard,
            VerdictLedger ledger,
            VerdictIds ids,
            InstantSource clock,
            JsonMapper json,
            Duration maxWait) {
        this.scoring = scoring;
        this.detectors = detectors;
        this.others = others;
        this.heard = heard;
        this.ledger = ledger;
        this.ids = ids;
        this.clock = clock;
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
                    VerdictRecord made = written(signal, verdict, key, explain, null, source);
                    return await(keep(made, verdict, deadlineNanos), made, "", deadlineNanos);
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
                        written(
                                signals.get(i),
                                verdicts.get(j),
                                keys.get(i),
                                explain,
                                null,
                                source));
                kept.add(keep(made.get(j), verdicts.get(j), deadlineNanos));
            }
            for (int j = 0; j < rest.size(); j++) {
                int i = rest.get(j);
                answers[i] = await(kept.get(j), made.get(j), "/signals/" + i, deadlineNanos);
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
                written(
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
                keep(made, verdict, System.nanoTime() + maxWait.toNanos()));
    }

    /// The answer to a line, when it is written down; or why it could not be.
    byte[] finish(Line line) {
        try {
            long deadlineNanos = System.nanoTime() + maxWait.toNanos();
            return await(line.kept(), line.made(), "", deadlineNanos)
                    .getBytes(StandardCharsets.UTF_8);
        } catch (Problem e) {
            return refused(
                    line.number(), new Verdict.Unscored(line.signal().id(), line.policy(), e));
        }
    }

    /// The answer to a line that has no verdict.
    byte[] refused(long number, Verdict.Unscored verdict) {
        return json.writeValueAsBytes(
                VerdictDocument.of(verdict, number, detectors.scorer(), false));
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
        return written(signal, verdict, Optional.empty(), false, null, REPLAY);
    }

    private Optional<String> before(Optional<IdempotencyKey> key, long deadlineNanos) {
        return ledger.keeps() && key.isPresent()
                ? ledger.find(List.of(key.get()), deadlineNanos)
                        .getFirst()
                        .map(kept -> same(kept, key.get(), ""))
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
                            .map(kept -> same(kept, keys.get(i).orElseThrow(), "/signals/" + i))
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

    /// Begins to write a verdict down, unless its reason is one that passes.
    CompletableFuture<VerdictLedger.Kept> keep(
            VerdictRecord made, Verdict verdict, long deadlineNanos) {
        if (passes(made)) {
            return CompletableFuture.completedFuture(
                    new VerdictLedger.Kept(made.answer(), Optional.empty()));
        }
        try {
            return ledger.keep(made, deadlineNanos)
                    .whenComplete((kept, failure) -> {
                        // Not where another was faster under the same key.
                        if (failure == null && kept.answer().equals(made.answer())) {
                            heard.answered(made, verdict);
                        }
                    });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(stopped(e));
        } catch (Problem e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// Whether the reason is one that passes.
    private static boolean passes(VerdictRecord made) {
        return made.reason().filter(TRANSIENT::contains).isPresent();
    }

    /// Whether it is no verdict on the signal, but on the moment.
    static boolean passes(Problem reason) {
        return TRANSIENT.contains(reason.code().code());
    }

    private static final SequencedSet<String> TRANSIENT = transientCodes();

    private static SequencedSet<String> transientCodes() {
        SequencedSet<String> codes = new LinkedHashSet<>();
        for (ProblemCode code : ProblemCode.values()) {
            if (code.status() == 503 || code == ProblemCode.REQUEST_TIMEOUT) {
                codes.add(code.code());
            }
        }
        return codes;
    }

    private static String await(
            CompletableFuture<VerdictLedger.Kept> kept,
            VerdictRecord made,
            String pointer,
            long deadlineNanos) {
        try {
            long left = Math.max(0, deadlineNanos - System.nanoTime());
            VerdictLedger.Kept found = kept.get(left, TimeUnit.NANOSECONDS);
            return made.key().map(key -> same(found, key, pointer)).orElse(found.answer());
        } catch (TimeoutException e) {
            // What nobody waits for need not be written.
            kept.cancel(false);
            throw Problem.retryAfter(
                    ProblemCode.LOG_UNAVAILABLE,
                    "the verdict could not be written down in time, so it is not answered",
                    RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopped(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Problem problem
                    ? problem
                    : new Problem(ProblemCode.INTERNAL, "the log of the service says why", e);
        }
    }

    private static Problem stopped(InterruptedException e) {
        return new Problem(
                ProblemCode.SHUTTING_DOWN,
                "the service stopped before the verdict was written down",
                e);
    }

    private static String same(VerdictLedger.Kept kept, IdempotencyKey key, String pointer) {
        if (kept.fingerprint().filter(first -> !first.equals(key.fingerprint())).isPresent()) {
            throw key.conflict(pointer);
        }
        return kept.answer();
    }

    /// What is to be written down of a verdict.
    ///
    /// @param line of the input; null where it came without
    VerdictRecord written(
            Signal signal,
            Verdict verdict,
            Optional<IdempotencyKey> key,
            boolean explain,
            @Nullable Long line,
            String source) {
        Instant at = clock.instant();
        UUID id = ids.next(at);
        Scorer scorer = detectors.scorer();
        VerdictDocument document = VerdictDocument.of(verdict, line, scorer, explain);
        Artifact by = scorer.artifact();
        SequencedMap<String, Double> layers = new LinkedHashMap<>();
        OptionalDouble score = OptionalDouble.empty();
        OptionalDouble pValue = OptionalDouble.empty();
        Optional<String> reason = Optional.empty();
        switch (verdict) {
            case Verdict.Scored scored -> {
                by = scored.measured().basis().judges().artifact();
                layers = scored.measured().layers();
                score = OptionalDouble.of(scored.measured().score());
                pValue = OptionalDouble.of(scored.measured().pValue());
            }
            case Verdict.Unscored unscored -> reason = Optional.of(unscored.reason().code().code());
        }
        boolean logged = ledger.keeps() && reason.filter(TRANSIENT::contains).isEmpty();
        return new VerdictRecord(
                id,
                at,
                key,
                signal,
                source,
                reason,
                verdict.disposition(),
                verdict.ruling(),
                score,
                pValue,
                layers,
                new VerdictRecord.JudgedBy(
                        by.id(), by.digest(), scorer.model().id(), scorer.model().digest()),
                verdict.policy(),
                json.writeValueAsString(logged ? document.logged(id) : document));
    }
}
