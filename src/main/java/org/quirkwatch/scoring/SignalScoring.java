package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.lane.Caller;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.Outcome;
import org.quirkwatch.lane.SharedOutcomes;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// The use case in the service: many callers at once, each signal by the policy that it names, the
/// model behind its lanes, equal work done once, and everything counted. Callers wait; they are
/// virtual threads. Thread-safe.
final class SignalScoring {

    private final Supplier<Scorer> scorer;
    private final Lanes lanes;
    private final Supplier<SharedOutcomes> sharing;
    private final ScoringMetrics metrics;
    private final StageSpans spans;
    private final Policies policies;

    /// @param scorer the model and the detector that judges at the moment
    /// @param sharing what equal signals share at the moment; another with each detector
    SignalScoring(
            Supplier<Scorer> scorer,
            Lanes lanes,
            Supplier<SharedOutcomes> sharing,
            ScoringMetrics metrics,
            StageSpans spans,
            Policies policies) {
        this.scorer = scorer;
        this.lanes = lanes;
        this.sharing = sharing;
        this.metrics = metrics;
        this.spans = spans;
        this.policies = policies;
    }

    /// A signal whose measurement has begun.
    ///
    /// @param own whether it was begun for this signal, not for an equal one
    /// @param deadlineNanos of [System#nanoTime]: when its caller stops waiting
    record Begun(
            Signal signal,
            Policy policy,
            CompletableFuture<Outcome> outcome,
            boolean own,
            long deadlineNanos) {}

    /// The verdict on one signal.
    ///
    /// @param source what brought it, for the metrics
    /// @param deadlineNanos of [System#nanoTime]: when its caller stops waiting
    /// @throws Problem `unknown-policy`, `prompt-too-long`, `invalid-signal`, `overloaded`,
    ///   `deadline-exceeded`, `shutting-down`
    Verdict judge(Signal signal, String source, long deadlineNanos) {
        Policy policy = policy(signal.policy(), "/policy");
        Verdict verdict =
                metrics.request(
                                source,
                                () -> traced(List.of(signal), List.of(policy), deadlineNanos))
                        .getFirst();
        if (verdict instanceof Verdict.Unscored unscored && !isOfTheModel(unscored.reason())) {
            throw unscored.reason();
        }
        metrics.verdict(verdict, scorer.get().artifact(), source);
        return verdict;
    }

    /// The verdicts on a batch, in order. A signal that is well formed but cannot be scored (too
    /// many tokens for this model) is unscored and says why; the others are not affected.
    ///
    /// @param source what brought them, for the metrics
    /// @param deadlineNanos of [System#nanoTime]: what has not begun to run then is unscored
    /// @throws Problem `unknown-policy`, `overloaded`, `shutting-down`
    List<Verdict> judge(List<Signal> signals, String source, long deadlineNanos) {
        List<Policy> policyOf = new ArrayList<>(signals.size());
        for (int i = 0; i < signals.size(); i++) {
            policyOf.add(policy(signals.get(i).policy(), "/signals/%d/policy".formatted(i)));
        }
        List<Verdict> verdicts =
                metrics.request(source, () -> traced(signals, policyOf, deadlineNanos));
        verdicts.forEach(verdict -> metrics.verdict(verdict, scorer.get().artifact(), source));
        return verdicts;
    }

    /// Begins with one signal of a stream: waits for a place where it has to be measured.
    ///
    /// @param caller the stream's
    /// @throws Problem `unknown-policy`, `prompt-too-long`, `invalid-signal`, `shutting-down`
    /// @throws CancellationException where the caller was closed meanwhile
    Begun begin(Caller caller, Signal signal) throws InterruptedException {
        Policy policy = policy(signal.policy(), "/policy");
        Optional<CompletableFuture<Outcome>> equal = sharing.get().find(signal);
        if (equal.isPresent()) {
            return new Begun(signal, policy, equal.get(), false, never());
        }
        TokenizedSignal tokenized = tokenize(List.of(signal)).getFirst().orThrow();
        if (!caller.awaitPlace()) {
            throw new CancellationException("the caller has gone");
        }
        return submit(caller, signal, policy, tokenized);
    }

    /// As [#begin], on a place that its caller has.
    ///
    /// @param follow whether an equal signal that is on its way will do
    /// @throws Problem as [#begin] does; then the place is still there
    Begun beginOnPlace(Caller caller, Signal signal, boolean follow) {
        Policy policy = policy(signal.policy(), "/policy");
        Optional<CompletableFuture<Outcome>> equal =
                follow ? sharing.get().find(signal) : Optional.empty();
        return equal.isPresent()
                ? new Begun(signal, policy, equal.get(), false, never())
                : submit(caller, signal, policy, tokenize(List.of(signal)).getFirst().orThrow());
    }

    private Begun submit(Caller caller, Signal signal, Policy policy, TokenizedSignal tokenized) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        sharing.get().offer(signal, outcome);
        // Nobody waits for this signal alone: its stream is there or gone.
        try {
            caller.submit(List.of(new Caller.Order(tokenized, outcome)), never());
        } catch (RuntimeException e) {
            // Whoever follows it must not wait for ever.
            outcome.cancel(false);
            throw e;
        }
        return new Begun(signal, policy, outcome, true, never());
    }

    /// Waits for the verdict on a signal that was begun. A lane keeps the deadline of what it was
    /// given; who follows an equal signal keeps its own here.
    Verdict await(Begun begun) throws InterruptedException {
        Signal signal = begun.signal();
        try {
            if (begun.own()) {
                return Verdict.of(signal.id(), begun.policy(), begun.outcome().get());
            }
            long left = begun.deadlineNanos() - System.nanoTime();
            Outcome outcome = begun.outcome().get(Math.max(0, left), TimeUnit.NANOSECONDS);
            if (outcome.measurement() instanceof Measurement.Measured) {
                metrics.shared();
                return Verdict.of(signal.id(), begun.policy(), outcome);
            }
        } catch (TimeoutException e) {
            return unscored(
                    begun,
                    new Problem(
                            ProblemCode.DEADLINE_EXCEEDED,
                            "an equal signal was still waiting for the model when the time was up",
                            e));
        } catch (CancellationException e) {
            if (begun.own()) {
                return unscored(
                        begun,
                        new Problem(
                                ProblemCode.SHUTTING_DOWN,
                                "the service stopped before it had measured this",
                                e));
            }
        } catch (ExecutionException e) {
            if (begun.own()) {
                return unscored(begun, problem(e));
            }
        }
        // The equal signal failed or was given up: this one may have more luck.
        return measureAlone(signal, begun.policy(), begun.deadlineNanos());
    }

    private static Verdict unscored(Begun begun, Problem reason) {
        return new Verdict.Unscored(begun.signal().id(), begun.policy(), reason);
    }

    /// Counts a signal that got the measurement of an equal one.
    void countShared() {
        metrics.shared();
    }

    /// Checks that there is a policy of this name.
    ///
    /// @param id null for the default
    /// @throws Problem `unknown-policy`
    void requirePolicy(@Nullable String id) {
        Policy _ = policy(id, "");
    }

    /// Counts a verdict that a stream answers.
    void count(Verdict verdict, String source) {
        metrics.verdict(verdict, scorer.get().artifact(), source);
    }

    /// Counts a verdict that a stream answers, and what its line took.
    void count(Verdict verdict, String source, Duration time) {
        count(verdict, source);
        metrics.streamed(source, verdict, time);
    }

    /// The policy of signals that name none, or that cannot be read.
    Policy standardPolicy() {
        return policy(null, "");
    }

    /// The policy that a signal names, or that of signals that name none where there is no such.
    Policy policyOrStandard(Signal signal) {
        String id = signal.policy();
        return Optional.ofNullable(id).flatMap(policies::find).orElseGet(this::standardPolicy);
    }

    private Verdict measureAlone(Signal signal, Policy policy, long deadlineNanos)
            throws InterruptedException {
        try (Caller caller = lanes.admit(1)) {
            TokenizedSignal tokenized = tokenize(List.of(signal)).getFirst().orThrow();
            CompletableFuture<Outcome> outcome = new CompletableFuture<>();
            caller.submit(List.of(new Caller.Order(tokenized, outcome)), deadlineNanos);
            return await(new Begun(signal, policy, outcome, true, deadlineNanos));
        } catch (Problem e) {
            return new Verdict.Unscored(signal.id(), policy, e);
        }
    }

    private List<Verdict> traced(List<Signal> signals, List<Policy> policyOf, long deadlineNanos) {
        List<Verdict> verdicts = measure(signals, policyOf, deadlineNanos);
        spans.add(verdicts);
        return verdicts;
    }

    private List<Verdict> measure(List<Signal> signals, List<Policy> policyOf, long deadlineNanos) {
        List<Begun> all = new ArrayList<>(signals.size());
        List<Begun> own = new ArrayList<>();
        SharedOutcomes shared = sharing.get();
        try {
            for (int i = 0; i < signals.size(); i++) {
                Signal signal = signals.get(i);
                Optional<CompletableFuture<Outcome>> equal = shared.find(signal);
                Begun begun =
                        new Begun(
                                signal,
                                policyOf.get(i),
                                equal.orElseGet(CompletableFuture::new),
                                equal.isEmpty(),
                                deadlineNanos);
                all.add(begun);
                if (begun.own()) {
                    own.add(begun);
                    shared.offer(signal, begun.outcome());
                }
            }
            if (own.isEmpty()) {
                return await(all);
            }
            try (Caller caller = lanes.admit(own.size())) {
                submit(caller, own, deadlineNanos);
                return await(all);
            }
        } finally {
            // Whoever follows a signal that was given up must not wait for it for ever.
            own.forEach(begun -> begun.outcome().cancel(false));
        }
    }

    private void submit(Caller caller, List<Begun> own, long deadlineNanos) {
        List<Tokenized> tokenized = tokenize(own.stream().map(Begun::signal).toList());
        List<Caller.Order> orders = new ArrayList<>(own.size());
        for (int i = 0; i < own.size(); i++) {
            CompletableFuture<Outcome> outcome = own.get(i).outcome();
            switch (tokenized.get(i)) {
                case Tokenized.Fits(TokenizedSignal signal) ->
                        orders.add(new Caller.Order(signal, outcome));
                case Tokenized.Refused(Problem reason) -> outcome.completeExceptionally(reason);
            }
        }
        caller.submit(orders, deadlineNanos);
    }

    private List<Verdict> await(List<Begun> all) {
        List<Verdict> verdicts = new ArrayList<>(all.size());
        try {
            for (Begun begun : all) {
                verdicts.add(await(begun));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(
                    ProblemCode.SHUTTING_DOWN,
                    "the service stopped before it had measured this",
                    e);
        }
        return verdicts;
    }

    private List<Tokenized> tokenize(List<Signal> signals) {
        // Side by side: a batch that finds the lane idle would leave the other processors so.
        return metrics.tokenize(
                () -> signals.parallelStream().map(scorer.get()::tokenizeOrRefuse).toList());
    }

    /// Whether the model or the detector failed, rather than that the signal or the moment does not
    /// suit.
    static boolean isOfTheModel(Problem reason) {
        return switch (reason.code()) {
            case NON_FINITE, INTERNAL -> true;
            default -> false;
        };
    }

    private static Problem problem(ExecutionException e) {
        return e.getCause() instanceof Problem problem
                ? problem
                : new Problem(ProblemCode.INTERNAL, "the log of the service says why", e);
    }

    private static long never() {
        return System.nanoTime() + Long.MAX_VALUE / 2;
    }

    /// The policy that a signal names.
    ///
    /// @throws Problem `unknown-policy`
    Policy policy(Signal signal) {
        return policy(signal.policy(), "/policy");
    }

    private Policy policy(@Nullable String id, String pointer) {
        Optional<Policy> policy = policies.find(id == null ? Policy.DEFAULT_ID : id);
        if (policy.isEmpty()) {
            String detail =
                    "there is no policy \"%s\", expected one of %s"
                            .formatted(
                                    id,
                                    String.join(
                                            ", ",
                                            policies.all().stream().map(Policy::id).toList()));
            throw new Problem(
                    ProblemCode.UNKNOWN_POLICY,
                    detail,
                    List.of(new Problem.FieldError(pointer, detail)));
        }
        return policy.get();
    }
}
