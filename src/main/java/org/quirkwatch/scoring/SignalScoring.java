package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// The use case in the service: many callers at once, each signal by the policy that it names, the
/// model behind its lane, and everything counted. Thread-safe.
final class SignalScoring {

    private final Scorer scorer;
    private final ModelLane lane;
    private final ScoringMetrics metrics;
    private final Map<String, Policy> policies;

    SignalScoring(
            Scorer scorer, ModelLane lane, ScoringMetrics metrics, Collection<Policy> policies) {
        this.scorer = scorer;
        this.lane = lane;
        this.metrics = metrics;
        Map<String, Policy> byId = new LinkedHashMap<>();
        policies.forEach(policy -> byId.put(policy.id(), policy));
        this.policies = Map.copyOf(byId);
    }

    /// The verdict on one signal.
    ///
    /// @param source what brought it, for the metrics
    /// @throws Problem `unknown-policy`, `prompt-too-long`, `invalid-signal`, `overloaded`,
    ///   `shutting-down`
    Verdict judge(Signal signal, String source) {
        Policy policy = policy(signal.policy(), "/policy");
        long start = System.nanoTime();
        TokenizedSignal tokenized = scorer.tokenize(signal);
        metrics.tokenized(since(start));
        ModelLane.Result result = lane.measure(List.of(tokenized)).getFirst();
        Verdict verdict = Verdict.of(tokenized, policy, result.measurement(), result.timing());
        metrics.verdict(verdict, source);
        metrics.request(since(start));
        return verdict;
    }

    /// The verdicts on a batch, in order. A signal that is well formed but cannot be scored (too
    /// many tokens for this model) is unscored and says why; the others are not affected.
    ///
    /// @param source what brought them, for the metrics
    /// @throws Problem `unknown-policy`, `overloaded`, `shutting-down`
    List<Verdict> judge(List<Signal> signals, String source) {
        List<Policy> policyOf = new ArrayList<>(signals.size());
        for (int i = 0; i < signals.size(); i++) {
            policyOf.add(policy(signals.get(i).policy(), "/signals/%d/policy".formatted(i)));
        }
        long start = System.nanoTime();
        Verdict[] verdicts = new Verdict[signals.size()];
        List<TokenizedSignal> tokenized = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < verdicts.length; i++) {
            try {
                tokenized.add(scorer.tokenize(signals.get(i)));
                places.add(i);
            } catch (Problem e) {
                verdicts[i] = new Verdict.Unscored(signals.get(i).id(), policyOf.get(i), e);
            }
        }
        metrics.tokenized(since(start));
        List<ModelLane.Result> results = tokenized.isEmpty() ? List.of() : lane.measure(tokenized);
        for (int row = 0; row < results.size(); row++) {
            int place = places.get(row);
            ModelLane.Result result = results.get(row);
            verdicts[place] =
                    Verdict.of(
                            tokenized.get(row),
                            policyOf.get(place),
                            result.measurement(),
                            result.timing());
        }
        List<Verdict> all = List.of(verdicts);
        all.forEach(verdict -> metrics.verdict(verdict, source));
        metrics.request(since(start));
        return all;
    }

    private Policy policy(@Nullable String id, String pointer) {
        Policy policy = policies.get(id == null ? Policy.DEFAULT_ID : id);
        if (policy == null) {
            String detail =
                    "there is no policy \"%s\", expected one of %s"
                            .formatted(
                                    id,
                                    String.join(
                                            ", ", policies.keySet().stream().sorted().toList()));
            throw new Problem(
                    ProblemCode.UNKNOWN_POLICY,
                    detail,
                    List.of(new Problem.FieldError(pointer, detail)));
        }
        return policy;
    }

    private static Duration since(long startNanos) {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
