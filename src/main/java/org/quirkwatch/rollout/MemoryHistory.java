package org.quirkwatch.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Where nothing is logged: remembered until the service stops. Thread-safe.
final class MemoryHistory implements ActivationHistory {

    private final List<Activation> entries = new ArrayList<>();

    @Override
    public synchronized Optional<Activation> latest() {
        return entries.isEmpty() ? Optional.empty() : Optional.of(entries.getLast());
    }

    @Override
    public synchronized Optional<Activation> find(int entry) {
        return entries.stream().filter(one -> one.entry() == entry).findFirst();
    }

    @Override
    public synchronized boolean startedWith(String digest) {
        return entries.stream()
                .anyMatch(one ->
                        one.cause() == Activation.Cause.START && one.to().digest().equals(digest));
    }

    @Override
    public synchronized void append(Activation activation) {
        int last = entries.isEmpty() ? 0 : entries.getLast().entry();
        if (activation.entry() != last + 1) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "another activation was faster: look, then ask again");
        }
        entries.add(activation);
        if (entries.size() > MOST_ENTRIES) {
            entries.removeFirst();
        }
    }

    @Override
    public synchronized List<Activation> page(int below, int most) {
        return entries.reversed().stream().filter(one -> one.entry() < below).limit(most).toList();
    }
}
