package org.quirkwatch.scoring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.quirkwatch.model.TokenizedSignal;

/// Cuts signals into batches within bounds. Sorted by length first, so that short signals are not
/// filled up to the length of long ones.
final class BatchPlan {

    private BatchPlan() {}

    /// The batches, each a list of positions in `signals`; each position stands once.
    static List<List<Integer>> of(List<TokenizedSignal> signals, BatchBounds bounds) {
        List<Integer> byLength =
                IntStream.range(0, signals.size())
                        .boxed()
                        .sorted(Comparator.comparingInt(i -> longest(signals.get(i))))
                        .toList();
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> batch = new ArrayList<>();
        long rows = 0;
        for (int i : byLength) {
            // Ascending: this one is the longest of its batch so far.
            long padded = (rows + rows(signals.get(i))) * longest(signals.get(i));
            boolean fits = batch.size() < bounds.maxSignals() && padded <= bounds.maxTokens();
            if (!fits && !batch.isEmpty()) {
                batches.add(List.copyOf(batch));
                batch.clear();
                rows = 0;
            }
            batch.add(i);
            rows += rows(signals.get(i));
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }

    /// The tokens that a batch costs, filled up.
    static long paddedTokens(List<TokenizedSignal> batch) {
        long rows = batch.stream().mapToLong(BatchPlan::rows).sum();
        return rows * batch.stream().mapToInt(BatchPlan::longest).max().orElse(0);
    }

    /// Each choice is a row of its own.
    private static int rows(TokenizedSignal signal) {
        return Math.max(1, signal.choices().size());
    }

    private static int longest(TokenizedSignal signal) {
        int choice = signal.choices().stream().mapToInt(tokens -> tokens.length).max().orElse(0);
        return signal.prompt().length + choice;
    }
}
