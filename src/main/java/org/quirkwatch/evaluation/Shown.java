package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.quirkwatch.detector.Aggregation;

/// Thins out what is drawn of scores, so that a line of results stays small.
final class Shown {

    static final int BINS = 40;
    static final int QUANTILES = 41;

    private static final int MOST_POINTS = 80;
    private static final double OUTSIDE = 0.005;

    private Shown() {}

    /// @param trusted scores of calibration rows
    /// @param normal scores of tested normal rows
    /// @param anomalous scores of tested anomalous rows
    /// @param pValues of tested normal rows
    static ResultLine.Pictures of(
            Aggregation aggregation,
            Ranking ranking,
            double[] trusted,
            double[] normal,
            double[] anomalous,
            double[] pValues) {
        double[] ascending = pValues.clone();
        Arrays.sort(ascending);
        double[] quantiles = new double[QUANTILES];
        for (int i = 0; i < QUANTILES; i++) {
            quantiles[i] = Ranking.percentile(ascending, i / (QUANTILES - 1.0));
        }
        return new ResultLine.Pictures(
                aggregation.text(),
                thinned(ranking.roc()),
                histogram(trusted, normal, anomalous),
                quantiles);
    }

    /// Points of a curve that are a step apart, and both ends.
    private static List<double[]> thinned(List<double[]> curve) {
        if (curve.size() <= MOST_POINTS) {
            return curve;
        }
        double step = 2.0 / MOST_POINTS;
        List<double[]> thinned = new ArrayList<>();
        double[] last = curve.getFirst();
        thinned.add(last);
        for (double[] point : curve.subList(1, curve.size() - 1)) {
            if (point[0] - last[0] + point[1] - last[1] >= step) {
                thinned.add(point);
                last = point;
            }
        }
        thinned.add(curve.getLast());
        return thinned;
    }

    /// Scores are drawn in deviations from the median of trusted rows, on a scale that is
    /// logarithmic far from it: anomalous rows may score a thousand times as high. Of those that
    /// lie farthest out, a few are put at the ends.
    private static ResultLine.Histogram histogram(
            double[] trusted, double[] normal, double[] anomalous) {
        double[] ascending = DoubleStream.of(trusted).sorted().toArray();
        double centre = Ranking.percentile(ascending, 0.5);
        // Half the width of the middle 68 %: the standard deviation, were the law normal.
        double unit =
                (Ranking.percentile(ascending, 0.84) - Ranking.percentile(ascending, 0.16)) / 2;
        if (!(unit > 0)) {
            double spread = ascending[ascending.length - 1] - ascending[0];
            unit = spread > 0 ? spread : 1;
        }
        List<double[]> places = new ArrayList<>();
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double[] scores : List.of(trusted, normal, anomalous)) {
            double[] place = new double[scores.length];
            for (int i = 0; i < scores.length; i++) {
                place[i] = Axis.asinh((scores[i] - centre) / unit);
            }
            places.add(place);
            double[] sorted = DoubleStream.of(place).sorted().toArray();
            low = Math.min(low, Ranking.percentile(sorted, OUTSIDE));
            high = Math.max(high, Ranking.percentile(sorted, 1 - OUTSIDE));
        }
        if (!(high > low)) {
            high = low + 1;
        }
        return new ResultLine.Histogram(
                centre,
                unit,
                low,
                high,
                counts(places.get(0), low, high),
                counts(places.get(1), low, high),
                counts(places.get(2), low, high));
    }

    private static int[] counts(double[] places, double low, double high) {
        int[] counts = new int[BINS];
        for (double place : places) {
            counts[Math.clamp((long) ((place - low) / (high - low) * BINS), 0, BINS - 1)]++;
        }
        return counts;
    }
}
