package org.quirkwatch.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quirkwatch.linalg.Matrix;

/// Parts of a batch that go through the model side by side on a processor, each of signals of about
/// the same length: in a batch of mixed lengths a third of the positions only fill up, and what a
/// part computes stays in the processor's cache.
///
/// @param indices per part the positions of its signals in the batch, each once; the longest first
record BatchParts(List<List<Integer>> indices) {

    /// Positions from which a part is worth a pass of its own where a thread is free for it.
    private static final int LEAST_POSITIONS = 192;

    /// Positions of a part, filled up ones included: enough that reading the weights once more is
    /// no matter.
    private static final int POSITIONS = 768;

    /// The parts of a batch: one for each thread where they are worth it, and so many more that
    /// none is large.
    ///
    /// @param spec what it is run for
    /// @param threads that take parts side by side, 1 or more
    static BatchParts of(List<TokenizedSignal> batch, CaptureSpec spec, int threads) {
        int size = batch.size();
        List<Integer> byLength =
                IntStream.range(0, size)
                        .boxed()
                        .sorted(
                                Comparator.comparingInt(
                                        i -> -DecoderBatch.longestRow(batch.get(i), spec)))
                        .toList();
        long positions = BatchPlan.paddedTokens(batch, spec);
        long rounds = Math.ceilDiv(positions, (long) POSITIONS * threads);
        long count = rounds > 1 ? rounds * threads : Math.min(threads, positions / LEAST_POSITIONS);
        int parts = Math.clamp(count, 1, size);
        return new BatchParts(
                IntStream.range(0, parts)
                        .mapToObj(i -> byLength.subList(i * size / parts, (i + 1) * size / parts))
                        .toList());
    }

    /// The signals of a part.
    static List<TokenizedSignal> select(List<TokenizedSignal> batch, List<Integer> part) {
        return part.stream().map(batch::get).toList();
    }

    /// What the parts gave, in the order of the batch.
    ///
    /// @param captures one per part
    Capture join(List<Capture> captures) {
        Map<Tap, Matrix> taps = new LinkedHashMap<>();
        for (Tap tap : captures.getFirst().taps().keySet()) {
            taps.put(tap, joinRows(captures.stream().map(part -> part.get(tap)).toList()));
        }
        Map<Patch, double[]> patches = new LinkedHashMap<>();
        for (Patch patch : captures.getFirst().patches().keySet()) {
            patches.put(patch, joinNumbers(captures.stream().map(c -> c.change(patch)).toList()));
        }
        List<Matrix> logits =
                captures.stream().map(Capture::logits).flatMap(Optional::stream).toList();
        return new Capture(
                taps,
                joinNumbers(captures.stream().map(Capture::labelLogProb).toList()),
                joinNumbers(captures.stream().map(Capture::labelLogOdds).toList()),
                logits.isEmpty() ? Optional.empty() : Optional.of(joinRows(logits)),
                patches);
    }

    private Matrix joinRows(List<Matrix> parts) {
        List<double[]> rows = new ArrayList<>();
        for (Matrix part : parts) {
            for (int i = 0; i < part.rows(); i++) {
                rows.add(part.row(i));
            }
        }
        List<Integer> order = indices.stream().flatMap(List::stream).toList();
        double[][] joined = new double[rows.size()][];
        for (int i = 0; i < joined.length; i++) {
            joined[order.get(i)] = rows.get(i);
        }
        return Matrix.ofRows(joined);
    }

    private double[] joinNumbers(List<double[]> parts) {
        double[] joined = new double[parts.stream().mapToInt(part -> part.length).sum()];
        for (int i = 0; i < parts.size(); i++) {
            for (int k = 0; k < parts.get(i).length; k++) {
                joined[indices.get(i).get(k)] = parts.get(i)[k];
            }
        }
        return joined;
    }
}
