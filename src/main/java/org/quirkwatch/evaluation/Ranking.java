package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;

/// How scores order normal and anomalous rows, higher being more anomalous. Rows of the same score
/// share a level; levels are counted from the highest score.
///
/// * AUROC: the share of pairs of an anomalous and a normal row in which the anomalous one scores
///   higher, ties counting one half (Mann-Whitney).
/// * AP: Σ (R_i − R_{i−1}) P_i over the levels, R_i and P_i being recall and precision when all
///   down to level i are called anomalous.
///
/// Immutable and thread-safe.
final class Ranking {

    private final int levels;
    private final int[] normal;
    private final int[] anomalous;

    private Ranking(int levels, int[] normal, int[] anomalous) {
        this.levels = levels;
        this.normal = normal;
        this.anomalous = anomalous;
    }

    /// The ranking of two groups of scores.
    ///
    /// @param normal `[n]`, finite, at least one
    /// @param anomalous `[m]`, finite, at least one
    static Ranking of(double[] normal, double[] anomalous) {
        requireScores("normal", normal);
        requireScores("anomalous", anomalous);
        double[] ascending =
                DoubleStream.concat(Arrays.stream(normal), Arrays.stream(anomalous))
                        // 0.0 and −0.0 are the same score.
                        .map(score -> score + 0.0)
                        .sorted()
                        .distinct()
                        .toArray();
        return new Ranking(
                ascending.length, levels(ascending, normal), levels(ascending, anomalous));
    }

    private static void requireScores(String what, double[] scores) {
        if (!(scores.length >= 1 && Arrays.stream(scores).allMatch(Double::isFinite))) {
            throw new IllegalArgumentException(
                    "%s scores must be one or more finite numbers, got %d"
                            .formatted(what, scores.length));
        }
    }

    private static int[] levels(double[] ascending, double[] scores) {
        return Arrays.stream(scores)
                .mapToInt(
                        score -> ascending.length - 1 - Arrays.binarySearch(ascending, score + 0.0))
                .toArray();
    }

    /// The share of pairs in the right order, in [0, 1]; 0.5 = no information.
    double auroc() {
        return auroc(counts(normal), counts(anomalous));
    }

    /// Average precision, in (0, 1]; the share of anomalous rows = no information.
    double averagePrecision() {
        return averagePrecision(counts(normal), counts(anomalous));
    }

    /// The share of normal rows that is left when everything that scores at least as high as the
    /// lowest anomalous row is thrown away, in [0, 1]: what a filter that misses nothing keeps.
    double filterRemainder() {
        int lowest = Arrays.stream(anomalous).max().orElseThrow();
        long kept = Arrays.stream(normal).filter(level -> level > lowest).count();
        return (double) kept / normal.length;
    }

    /// The curve of true against false positives.
    ///
    /// @return points `{false positive rate, true positive rate}` from (0, 0) to (1, 1), without
    ///   those that lie on a straight line between their neighbours
    List<double[]> roc() {
        int[] normals = counts(normal);
        int[] anomalies = counts(anomalous);
        List<double[]> points = new ArrayList<>();
        points.add(new double[] {0, 0});
        long wrong = 0;
        long right = 0;
        for (int level = 0; level < levels; level++) {
            boolean turns =
                    level == 0
                            || (normals[level] == 0) != (normals[level - 1] == 0)
                            || (anomalies[level] == 0) != (anomalies[level - 1] == 0)
                            || (normals[level] > 0 && anomalies[level] > 0);
            if (turns && level > 0) {
                points.add(point(wrong, right));
            }
            wrong += normals[level];
            right += anomalies[level];
        }
        points.add(point(wrong, right));
        return points;
    }

    private double[] point(long wrong, long right) {
        return new double[] {
            (double) wrong / normal.length, (double) right / anomalous.length,
        };
    }

    /// Percentile intervals by the bootstrap.
    ///
    /// @param auroc of the AUROC
    /// @param averagePrecision of the AP
    record Intervals(Interval auroc, Interval averagePrecision) {}

    /// Draws as many normal and as many anomalous rows as there are, with replacement, again and
    /// again (stratified bootstrap), and takes the percentiles of what comes out.
    ///
    /// @param resamples 20 or more
    /// @param confidence in (0, 1)
    Intervals bootstrap(RandomGenerator random, int resamples, double confidence) {
        if (!(resamples >= 20)) {
            throw new IllegalArgumentException("resamples must be 20 or more, got " + resamples);
        }
        double[] aurocs = new double[resamples];
        double[] precisions = new double[resamples];
        int[] normals = new int[levels];
        int[] anomalies = new int[levels];
        for (int i = 0; i < resamples; i++) {
            draw(random, normal, normals);
            draw(random, anomalous, anomalies);
            aurocs[i] = auroc(normals, anomalies);
            precisions[i] = averagePrecision(normals, anomalies);
        }
        return new Intervals(percentiles(aurocs, confidence), percentiles(precisions, confidence));
    }

    private static void draw(RandomGenerator random, int[] rows, int[] counts) {
        Arrays.fill(counts, 0);
        for (int i = 0; i < rows.length; i++) {
            counts[rows[random.nextInt(rows.length)]]++;
        }
    }

    /// Percentiles with linear interpolation between order statistics.
    private static Interval percentiles(double[] values, double confidence) {
        Arrays.sort(values);
        double tail = (1 - confidence) / 2;
        return new Interval(percentile(values, tail), percentile(values, 1 - tail));
    }

    static double percentile(double[] ascending, double share) {
        double place = share * (ascending.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, ascending.length - 1);
        return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
    }

    private int[] counts(int[] rows) {
        int[] counts = new int[levels];
        for (int level : rows) {
            counts[level]++;
        }
        return counts;
    }

    private double auroc(int[] normals, int[] anomalies) {
        long twice = 0;
        long below = normal.length;
        for (int level = 0; level < levels; level++) {
            below -= normals[level];
            twice += anomalies[level] * (2 * below + normals[level]);
        }
        return twice / (2.0 * normal.length * anomalous.length);
    }

    private double averagePrecision(int[] normals, int[] anomalies) {
        double sum = 0;
        long wrong = 0;
        long right = 0;
        for (int level = 0; level < levels; level++) {
            wrong += normals[level];
            right += anomalies[level];
            if (anomalies[level] > 0) {
                sum += anomalies[level] * ((double) right / (right + wrong));
            }
        }
        return sum / anomalous.length;
    }
}
