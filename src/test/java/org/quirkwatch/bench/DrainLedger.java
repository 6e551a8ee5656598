package org.quirkwatch.bench;

import java.util.ArrayList;
import java.util.List;

/// What became of each request around the end of a service. Thread-safe.
final class DrainLedger {

    private final List<Unanswered> unanswered = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private long closedNanos = Long.MAX_VALUE;
    private long signalledNanos;
    private long verdicts;
    private long refusals;
    private long notSent;

    /// @param sentNanos when the request had gone out whole
    /// @param begun whether a part of an answer came
    private record Unanswered(long sentNanos, boolean begun, String what) {}

    /// The counts at the end.
    ///
    /// @param accepted requests that went out whole
    /// @param answered those with a verdict for each of their signals
    /// @param refused those with a 503 and `Retry-After`
    /// @param late without an answer, sent when nothing listened any more
    /// @param notSent requests that broke off in the sending or found no connection
    /// @param wrong each that was lost, and each answer that is neither verdict nor refusal
    record Balance(
            long accepted,
            long answered,
            long refused,
            long late,
            long notSent,
            List<String> wrong) {}

    synchronized void verdict() {
        verdicts++;
    }

    synchronized void refused() {
        refusals++;
    }

    synchronized void wrong(String what) {
        wrong.add(what);
    }

    synchronized void notSent() {
        notSent++;
    }

    synchronized void unanswered(long sentNanos, boolean begun, String what) {
        unanswered.add(new Unanswered(sentNanos, begun, what));
    }

    /// Notes that the service was told to end.
    synchronized void signalled(long nanos) {
        signalledNanos = nanos;
    }

    /// Notes that a connection was refused.
    synchronized void closed(long nanos) {
        closedNanos = Math.min(closedNanos, nanos);
    }

    synchronized boolean isClosed() {
        return closedNanos != Long.MAX_VALUE;
    }

    /// A request without an answer is lost, unless it was sent after the listener had closed and
    /// nothing of an answer came.
    synchronized Balance balance() {
        List<String> bad = new ArrayList<>(wrong);
        long late = 0;
        for (Unanswered one : unanswered) {
            if (one.begun()) {
                bad.add("cut off: " + one.what());
            } else if (one.sentNanos() < closedNanos) {
                bad.add(
                        "lost, sent %.1f ms after SIGTERM and %.1f ms before a connection was refused: %s"
                                .formatted(
                                        (one.sentNanos() - signalledNanos) / 1e6,
                                        (closedNanos - one.sentNanos()) / 1e6,
                                        one.what()));
            } else {
                late++;
            }
        }
        long accepted = verdicts + refusals + wrong.size() + unanswered.size();
        return new Balance(accepted, verdicts, refusals, late, notSent, List.copyOf(bad));
    }
}
