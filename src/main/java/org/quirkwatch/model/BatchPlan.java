package org.quirkwatch.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Cuts signals into batches within bounds. Sorted by length first, so that short signals are not
/// filled up to the length of long ones. What a signal costs depends on what is captured: rows for
/// its other choices and tokens of its label are counted where [HookedModel#run] makes them.
public final class BatchPlan {

    private BatchPlan() {}

    /// The batches, each a list of positions in `signals`; each position stands once.
    ///
    /// @param spec what the batches are run for
    public static List<List<Integer>> of(
            List<TokenizedSignal> signals, CaptureSpec spec, BatchBounds bounds) {
        List<Integer> byLength =
                IntStream.range(0, signals.size())
                        .boxed()
                        .sorted(
                                Comparator.comparingInt(
                                        i -> DecoderBatch.longestRow(signals.get(i), spec)))
                        .toList();
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> batch = new ArrayList<>();
        long rows = 0;
        for (int i : byLength) {
            // Ascending: this one is the longest of its batch so far.
            TokenizedSignal signal = signals.get(i);
            long more = DecoderBatch.rows(signal, spec);
            long padded = (rows + more) * DecoderBatch.longestRow(signal, spec);
            boolean fits = batch.size() < bounds.maxSignals() && padded <= bounds.maxTokens();
            if (!fits && !batch.isEmpty()) {
                batches.add(List.copyOf(batch));
                batch.clear();
                rows = 0;
            }
            batch.add(i);
            rows += more;
        }
        if (!batch.isEmpty()) {
            batches.add(List.copyOf(batch));
        }
        return batches;
    }

    /// The tokens that a batch costs, filled up.
    ///
    /// @param spec what the batch is run for
    public static long paddedTokens(List<TokenizedSignal> batch, CaptureSpec spec) {
        long rows = batch.stream().mapToLong(signal -> DecoderBatch.rows(signal, spec)).sum();
        return rows
                * batch.stream()
                        .mapToInt(signal -> DecoderBatch.longestRow(signal, spec))
                        .max()
                        .orElse(0);
    }
}
