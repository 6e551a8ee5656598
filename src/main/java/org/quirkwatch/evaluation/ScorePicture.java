package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.quirkwatch.evaluation.Overview.Entry;
import org.quirkwatch.evaluation.Overview.Scored;

/// How scores are distributed: trusted, normal and anomalous rows.
final class ScorePicture {

    private ScorePicture() {}

    static String of(Entry entry, Scored scored, ResultLine.Pictures pictures, String id) {
        ResultLine.Histogram histogram = pictures.histogram();
        double most =
                Math.max(
                        highest(histogram.trusted()),
                        Math.max(highest(histogram.normal()), highest(histogram.anomalous())));
        Plot plot =
                new Plot(
                        Axis.asinh(
                                "deviations from the median of trusted rows",
                                new Interval(histogram.low(), histogram.high())),
                        Axis.linear("share of rows", new Interval(0, most * 1.05)));
        plot.area(steps(histogram, histogram.trusted()), "area trusted");
        plot.curve(steps(histogram, histogram.normal()), "curve normal");
        plot.curve(steps(histogram, histogram.anomalous()), "curve anomalous");
        plot.key("area trusted", "trusted, held out");
        plot.key("curve normal", "normal");
        plot.key("curve anomalous", "anomalous");
        return plot.figure(
                id,
                "Scores of %s (%s)".formatted(scored.name(), pictures.aggregation()),
                "Distributions of scores of %s on %s, AUROC %s; higher is more anomalous. The axis is logarithmic far from 0; scores beyond its ends are in the outermost bins."
                        .formatted(scored.name(), entry.title(), Numbers.share(scored.auroc())));
    }

    private static double highest(int[] counts) {
        return Arrays.stream(counts).max().orElse(0) / (double) Arrays.stream(counts).sum();
    }

    private static List<double[]> steps(ResultLine.Histogram histogram, int[] counts) {
        double total = Arrays.stream(counts).sum();
        double width = (histogram.high() - histogram.low()) / counts.length;
        List<double[]> points = new ArrayList<>();
        points.add(new double[] {histogram.low(), 0});
        for (int bin = 0; bin < counts.length; bin++) {
            double from = histogram.low() + bin * width;
            points.add(new double[] {from, counts[bin] / total});
            points.add(new double[] {from + width, counts[bin] / total});
        }
        points.add(new double[] {histogram.high(), 0});
        return points;
    }
}
