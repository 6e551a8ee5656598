package org.quirkwatch.rollout;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.review.ReviewOutcomes;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.scoring.Policies;
import org.quirkwatch.scoring.Policy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Levels that people's decisions propose, applied where somebody asks for it: as a new version of
/// the policy. Nothing is applied by itself, and no level that the outcomes do not propose at the
/// moment. Thread-safe.
final class Recalibration {

    private static final Logger LOG = LoggerFactory.getLogger(Recalibration.class);

    private final Policies policies;
    private final Map<String, Policy> configured = new LinkedHashMap<>();
    private final Detectors detectors;
    private final ReviewOutcomes outcomes;
    private final PolicyLevelTable table;
    private final InstantSource clock;

    Recalibration(
            Policies policies,
            Detectors detectors,
            ReviewOutcomes outcomes,
            PolicyLevelTable table,
            InstantSource clock) {
        this.policies = policies;
        policies.all().forEach(policy -> configured.put(policy.id(), policy));
        this.detectors = detectors;
        this.outcomes = outcomes;
        this.table = table;
        this.clock = clock;
    }

    /// Has the levels hold that are written down, by this replica or another. Levels that were
    /// applied over another configuration than the present one do not.
    void follow() {
        for (Policy base : configured.values()) {
            Optional<PolicyLevel> latest = table.latest(base.id());
            Policy wanted =
                    latest.filter(level -> level.overVersion() == base.version())
                            .map(level -> with(base, level))
                            .orElse(base);
            if (!policies.find(base.id()).equals(Optional.of(wanted))) {
                policies.replace(wanted);
                LOG.info(
                        "policy {} is version {} now, alpha_review {}, alpha_discard {}",
                        wanted.id(),
                        wanted.version(),
                        wanted.alphaReview(),
                        wanted.alphaDiscard());
            }
        }
    }

    private static Policy with(Policy base, PolicyLevel level) {
        return new Policy(
                base.id(),
                level.version(),
                level.alphaReview(),
                level.alphaDiscard(),
                base.onUnscored(),
                base.mode());
    }

    /// Applies what the outcomes propose for the detector that judges.
    ///
    /// @param id the policy's
    /// @param alphaReview the level that was proposed
    /// @param target the share of flags that should be confirmed, in (0, 1)
    /// @throws Problem `unknown-policy`; `policy-conflict` where the outcomes do not propose this
    ///   level, or the calibration does not reach it; `log-unavailable`
    synchronized Policy apply(String id, double alphaReview, double target, String actor) {
        Policy now = policy(id);
        String digest = detectors.active().digest();
        ReviewOutcomes.Proposal proposal =
                outcomes.proposals(target).stream()
                        .filter(one ->
                                one.policy().equals(id)
                                        && one.detectorDigest().equals(digest)
                                        && one.alpha() == now.alphaReview())
                        .findFirst()
                        .orElseThrow(() ->
                                conflict(
                                        "no review was decided of what detector %s flagged by policy %s at %s"
                                                .formatted(
                                                        detectors.active().id(),
                                                        id,
                                                        now.alphaReview())));
        ReviewOutcomes.Level level =
                proposal.proposed()
                        .orElseThrow(() ->
                                conflict(
                                        "the reviews propose no level for a precision of %s"
                                                .formatted(target)));
        if (level.alpha() == now.alphaReview()) {
            throw conflict("policy %s has the proposed level %s".formatted(id, level.alpha()));
        }
        if (level.alpha() != alphaReview) {
            throw conflict(
                    "the reviews propose %s for a precision of %s, not %s"
                            .formatted(level.alpha(), target, alphaReview));
        }
        return write(
                now,
                alphaReview,
                Math.min(now.alphaDiscard(), alphaReview),
                actor,
                "reviews of %s: %d confirmed, %d dismissed below it, for a precision of %s"
                        .formatted(digest, level.confirmed(), level.dismissed(), target));
    }

    /// Has the configured levels hold again.
    ///
    /// @throws Problem `unknown-policy`; `policy-conflict` where they do; `log-unavailable`
    synchronized Policy restore(String id, String actor) {
        Policy now = policy(id);
        Policy base = java.util.Objects.requireNonNull(configured.get(id));
        if (now.alphaReview() == base.alphaReview() && now.alphaDiscard() == base.alphaDiscard()) {
            throw conflict("policy %s has the configured levels".formatted(id));
        }
        return write(now, base.alphaReview(), base.alphaDiscard(), actor, "as configured");
    }

    /// Levels that were applied, the last first.
    List<PolicyLevel> history(String id, int most) {
        return table.list(policy(id).id(), most);
    }

    private Policy write(
            Policy now, double alphaReview, double alphaDiscard, String actor, String reason) {
        Policy base = java.util.Objects.requireNonNull(configured.get(now.id()));
        int last = table.latest(now.id()).map(PolicyLevel::version).orElse(0);
        PolicyLevel level =
                new PolicyLevel(
                        now.id(),
                        Math.max(Math.max(last, now.version()), base.version()) + 1,
                        alphaReview,
                        alphaDiscard,
                        clock.instant(),
                        actor,
                        base.version(),
                        reason);
        Policy next = with(base, level);
        try {
            next.requireResolvable(detectors.active().calibration());
        } catch (Problem e) {
            throw new Problem(ProblemCode.POLICY_CONFLICT, e.detail(), e);
        }
        table.append(level);
        policies.replace(next);
        return next;
    }

    private Policy policy(String id) {
        return policies.find(id)
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.UNKNOWN_POLICY,
                                "there is no policy \"%s\", only %s"
                                        .formatted(id, String.join(", ", configured.keySet()))));
    }

    private static Problem conflict(String detail) {
        return new Problem(ProblemCode.POLICY_CONFLICT, detail);
    }
}
