package org.quirkwatch.scoring;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.json.JsonMapper;

/// Writes verdicts down before they are answered. What passes (an overload, a deadline, the end of
/// the service) is no verdict on the signal: it is not written down, so that the same signal may
/// come again. Thread-safe.
final class Recording {

    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final SequencedSet<String> TRANSIENT = transientCodes();

    private final Detectors detectors;
    private final Answers heard;
    private final VerdictLedger ledger;
    private final TimeOrderedIds ids;
    private final InstantSource clock;
    private final JsonMapper json;

    /// @param heard told of what is answered
    Recording(
            Detectors detectors,
            Answers heard,
            VerdictLedger ledger,
            TimeOrderedIds ids,
            InstantSource clock,
            JsonMapper json) {
        this.detectors = detectors;
        this.heard = heard;
        this.ledger = ledger;
        this.ids = ids;
        this.clock = clock;
        this.json = json;
    }

    /// What is to be written down of a verdict.
    ///
    /// @param line of the input; null where it came without
    VerdictRecord record(
            Signal signal,
            Verdict verdict,
            Optional<IdempotencyKey> key,
            boolean explain,
            @Nullable Long line,
            String source) {
        Instant at = clock.instant();
        UUID id = ids.next(at);
        Scorer scorer = detectors.scorer();
        VerdictDocument document = VerdictDocuments.of(verdict, line, scorer, explain);
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

    private static SequencedSet<String> transientCodes() {
        SequencedSet<String> codes = new LinkedHashSet<>();
        for (ProblemCode code : ProblemCode.values()) {
            if (code.status() == 503 || code == ProblemCode.REQUEST_TIMEOUT) {
                codes.add(code.code());
            }
        }
        return codes;
    }

    /// What is answered, when it is written down.
    ///
    /// @param pointer to the signal in its batch, for an error
    /// @param deadlineNanos of [System#nanoTime]
    /// @throws Problem `log-unavailable`, `idempotency-conflict`, `shutting-down`
    static String await(
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

    /// The answer that is kept under a key.
    ///
    /// @param pointer to the signal in its batch, for an error
    /// @throws Problem `idempotency-conflict` when it was given to another signal
    static String same(VerdictLedger.Kept kept, IdempotencyKey key, String pointer) {
        if (kept.fingerprint().filter(first -> !first.equals(key.fingerprint())).isPresent()) {
            throw key.conflict(pointer);
        }
        return kept.answer();
    }
}
