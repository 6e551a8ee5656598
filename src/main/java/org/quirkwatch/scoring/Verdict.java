package org.quirkwatch.scoring;

import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.Outcome;
import org.quirkwatch.lane.Timing;
import org.quirkwatch.problem.Problem;

/// What is answered to a signal. An error is a verdict of its own kind: it has no score, and its
/// ruling is never to accept.
public sealed interface Verdict {

    /// The signal's id.
    String id();

    /// The policy that it was judged by.
    Policy policy();

    /// What the policy says, whether or not it is answered.
    Disposition ruling();

    /// What is answered: the ruling, or `accept` in shadow mode.
    default Disposition disposition() {
        return policy().mode() == Policy.Mode.SHADOW ? Disposition.ACCEPT : ruling();
    }

    /// Whether anything but `accept` is answered.
    default boolean flagged() {
        return disposition() != Disposition.ACCEPT;
    }

    /// A signal with a score.
    ///
    /// @param tokens of its prompt and label
    record Scored(
            String id, Policy policy, Measurement.Measured measured, int tokens, Timing timing)
            implements Verdict {
        @Override
        public Disposition ruling() {
            return policy.rule(measured.pValue());
        }
    }

    /// A signal without one.
    ///
    /// @param reason why there is none
    record Unscored(String id, Policy policy, Problem reason) implements Verdict {
        @Override
        public Disposition ruling() {
            return policy.onUnscored().disposition();
        }
    }

    /// The verdict on a signal that was measured.
    ///
    /// @param id the signal's
    static Verdict of(String id, Policy policy, Outcome outcome) {
        return switch (outcome.measurement()) {
            case Measurement.Measured measured ->
                    new Scored(id, policy, measured, outcome.tokens(), outcome.timing());
            case Measurement.Failed failed -> new Unscored(id, policy, failed.reason());
        };
    }
}
