package org.quirkwatch.rollout;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.stream.IntStream;
import org.quirkwatch.scoring.Disposition;

/// What two detectors made of the same signals. Memory is bounded: counts, the p-values of the last
/// signals, and the last signals that they disagreed on. Thread-safe.
final class Comparison {

    static final int MOST_PAIRS = 2_000;
    static final int MOST_DISAGREEMENTS = 100;

    private final Map<Disposition, Map<Disposition, Long>> counts =
            new EnumMap<>(Disposition.class);
    private final double[] active = new double[MOST_PAIRS];
    private final double[] shadow = new double[MOST_PAIRS];
    private final ArrayDeque<Pair> disagreements = new ArrayDeque<>();
    private long judged;

    /// What the two made of one signal.
    ///
    /// @param verdictId under which the verdict of the active one is logged
    /// @param at when it was given
    /// @param policy by which both were ruled
    record Pair(
            UUID verdictId, Instant at, String signalId, String policy, Side active, Side shadow) {}

    /// What one of the two made of it.
    record Side(Disposition ruling, double score, double pValue) {}

    /// One cell of the table.
    record Cell(Disposition active, Disposition shadow, long signals) {}

    /// All that is known at one time.
    ///
    /// @param judged signals that both judged
    /// @param cells of the table, those with signals
    /// @param rankCorrelation Spearman's, of the last p-values; empty where there is none yet
    /// @param pairs of how many
    /// @param disagreements the last ones, the latest first
    record Summary(
            long judged,
            List<Cell> cells,
            OptionalDouble rankCorrelation,
            int pairs,
            List<Pair> disagreements) {}

    synchronized void add(Pair pair) {
        counts.computeIfAbsent(pair.active().ruling(), ignored -> new EnumMap<>(Disposition.class))
                .merge(pair.shadow().ruling(), 1L, Long::sum);
        int place = (int) (judged % MOST_PAIRS);
        active[place] = pair.active().pValue();
        shadow[place] = pair.shadow().pValue();
        judged++;
        if (pair.active().ruling() != pair.shadow().ruling()) {
            if (disagreements.size() == MOST_DISAGREEMENTS) {
                disagreements.removeLast();
            }
            disagreements.addFirst(pair);
        }
    }

    synchronized Summary summary() {
        List<Cell> cells = new ArrayList<>();
        counts.forEach((first, row) ->
                row.forEach((second, count) -> cells.add(new Cell(first, second, count))));
        int pairs = (int) Math.min(judged, MOST_PAIRS);
        return new Summary(
                judged,
                cells,
                rankCorrelation(Arrays.copyOf(active, pairs), Arrays.copyOf(shadow, pairs)),
                pairs,
                List.copyOf(disagreements));
    }

    /// Spearman's rank correlation: the correlation of ranks, where equal values have the mean of
    /// theirs.
    ///
    /// @param first `[n]`
    /// @param second `[n]`
    /// @return in [-1, 1]; empty where either does not vary
    static OptionalDouble rankCorrelation(double[] first, double[] second) {
        double[] x = ranks(first);
        double[] y = ranks(second);
        double mean = (x.length - 1) / 2.0;
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - mean) * (y[i] - mean);
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
        }
        return xx > 0 && yy > 0
                ? OptionalDouble.of(Math.clamp(xy / Math.sqrt(xx * yy), -1, 1))
                : OptionalDouble.empty();
    }

    private static double[] ranks(double[] values) {
        List<Integer> order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> values[i]))
                        .toList();
        double[] ranks = new double[values.length];
        int from = 0;
        while (from < ranks.length) {
            int to = from;
            while (to + 1 < ranks.length && values[order.get(to + 1)] == values[order.get(from)]) {
                to++;
            }
            for (int i = from; i <= to; i++) {
                ranks[order.get(i)] = (from + to) / 2.0;
            }
            from = to + 1;
        }
        return ranks;
    }
}
