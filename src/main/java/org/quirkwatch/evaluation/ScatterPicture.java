package org.quirkwatch.evaluation;

import java.util.List;
import java.util.stream.DoubleStream;
import org.quirkwatch.evaluation.Overview.Entry;

/// Rows in the plane of the two directions of largest variance.
final class ScatterPicture {

    private ScatterPicture() {}

    static String of(Entry entry, ResultLine.Geometry geometry, String id) {
        Plot plot =
                new Plot(
                        Axis.linear("first principal component", span(geometry, 0)),
                        Axis.linear("second principal component", span(geometry, 1)));
        draw(plot, geometry, "trusted", "dots trusted", "h0");
        draw(plot, geometry, "normal", "dots normal", "h0");
        draw(plot, geometry, "anomalous", "triangles anomalous", "m0-2.4l2.4 4h-4.8z");
        return plot.figure(
                id,
                "Activations: " + LayerNames.shortened(geometry.layer()),
                "Principal components of %s at %s, where classes lie apart most: separation %s."
                        .formatted(
                                entry.title(),
                                geometry.layer(),
                                Numbers.two(
                                        geometry.separations()
                                                .getOrDefault(geometry.layer(), Double.NaN))));
    }

    private static void draw(
            Plot plot, ResultLine.Geometry geometry, String name, String style, String mark) {
        List<double[]> points = geometry.points().getOrDefault(name, List.of());
        plot.marks(points, style, mark);
        plot.key(style, name);
    }

    private static Interval span(ResultLine.Geometry geometry, int axis) {
        double[] all =
                geometry.points().values().stream()
                        .flatMap(List::stream)
                        .mapToDouble(point -> point[axis])
                        .toArray();
        double low = DoubleStream.of(all).min().orElse(0);
        double high = DoubleStream.of(all).max().orElse(1);
        double margin = high > low ? (high - low) / 25 : 1;
        return new Interval(low - margin, high + margin);
    }
}
