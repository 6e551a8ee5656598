package org.quirkwatch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What became of requests. Belongs to one thread; those of several threads are added up
/// afterwards.
final class Tally {

    private final LatencyHistogram fromSchedule = new LatencyHistogram();
    private final LatencyHistogram fromSending = new LatencyHistogram();
    private final Map<String, Long> wrong = new TreeMap<>();
    private long requests;
    private long verdicts;
    private long unscored;
    private long refused;
    private long unsent;

    /// Counts an answer.
    ///
    /// @param scheduledNanos when it should have been sent
    /// @param sendingNanos when its sending began
    void answer(
            Requests requests,
            Requests.Request request,
            Answer answer,
            long scheduledNanos,
            long sendingNanos) {
        long now = System.nanoTime();
        this.requests++;
        if (requests.answers(answer, request)) {
            verdicts += request.signals();
            unscored += Requests.unscored(answer);
            fromSchedule.record(now - scheduledNanos);
            fromSending.record(now - sendingNanos);
        } else if (answer.head().isRefusal()) {
            refused++;
        } else if (answer.status() == 200) {
            wrong("status 200 without the verdicts of the request");
        } else if (answer.status() == 503) {
            wrong("status 503 without Retry-After");
        } else {
            wrong("status " + answer.status());
        }
    }

    /// Counts a request that got no answer.
    void failure(Exception e) {
        requests++;
        wrong(e.getClass().getSimpleName() + ": " + e.getMessage());
    }

    /// Counts a request that was not sent, because none of the connections was free in time.
    void unsent() {
        unsent++;
    }

    private void wrong(String what) {
        wrong.merge(what, 1L, Long::sum);
    }

    void add(Tally other) {
        fromSchedule.add(other.fromSchedule);
        fromSending.add(other.fromSending);
        other.wrong.forEach((what, count) -> wrong.merge(what, count, Long::sum));
        requests += other.requests;
        verdicts += other.verdicts;
        unscored += other.unscored;
        refused += other.refused;
        unsent += other.unsent;
    }

    /// Takes over what went wrong, as from a time that does not count for anything else.
    void addWrong(Tally other) {
        other.wrong.forEach((what, count) -> wrong.merge(what, count, Long::sum));
    }

    /// Latency of requests that got their verdicts, from when they should have been sent.
    LatencyHistogram fromSchedule() {
        return fromSchedule;
    }

    /// The same from when their sending began.
    LatencyHistogram fromSending() {
        return fromSending;
    }

    /// Requests that were sent.
    long requests() {
        return requests;
    }

    long verdicts() {
        return verdicts;
    }

    /// Requests that got a 503 with `Retry-After`.
    long refused() {
        return refused;
    }

    long unsentRequests() {
        return unsent;
    }

    /// What got neither a verdict nor a 503 with `Retry-After`, each kind with its count.
    List<String> wrong() {
        List<String> lines = new ArrayList<>();
        wrong.forEach((what, count) -> lines.add(count + " x " + what));
        return lines;
    }

    @Override
    public String toString() {
        return "%d requests: %d verdicts (%d unscored), %d refused with Retry-After, %s%s"
                .formatted(
                        requests,
                        verdicts,
                        unscored,
                        refused,
                        wrong.isEmpty() ? "nothing else" : "else " + String.join("; ", wrong()),
                        unsent == 0
                                ? ""
                                : "; %d not sent for want of a connection".formatted(unsent));
    }
}
