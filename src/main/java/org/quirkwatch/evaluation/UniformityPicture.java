package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.evaluation.Overview.Entry;
import org.quirkwatch.evaluation.Overview.Scored;

/// Quantiles of the p-values of normal rows against those of the uniform law. Below the diagonal
/// p-values are smaller than they say: more is flagged than alpha.
final class UniformityPicture {

    private static final double OUTSIDE = 0.01;

    private UniformityPicture() {}

    static String of(
            Entry entry,
            Scored scored,
            ResultLine.Pictures pictures,
            ResultLine.Counts rows,
            String id) {
        Plot plot = new Plot(Axis.unit("uniform law"), Axis.unit("p-values of normal rows"));
        // Two samples, calibration and normal rows, differ by no more than this in 99 of 100 cases.
        double distance =
                Math.sqrt(
                        Math.log(2 / OUTSIDE)
                                / 2
                                * (1.0 / rows.normal() + 1.0 / rows.calibration()));
        plot.area(
                List.of(
                        new double[] {0, distance},
                        new double[] {1 - distance, 1},
                        new double[] {1, 1},
                        new double[] {1, 1 - distance},
                        new double[] {distance, 0},
                        new double[] {0, 0}),
                "area band");
        plot.line(0, 0, 1, 1, "chance");
        List<double[]> points = new ArrayList<>();
        double[] quantiles = pictures.quantiles();
        for (int i = 0; i < quantiles.length; i++) {
            points.add(new double[] {i / (quantiles.length - 1.0), quantiles[i]});
        }
        plot.curve(points, "curve normal");
        plot.key("curve normal", "p-values");
        plot.key("area band", "99 % band without shift");
        return plot.figure(
                id,
                "p-values of normal rows",
                "Quantiles of p-values of %s on %s; farthest from uniform by %s."
                        .formatted(
                                scored.name(),
                                entry.title(),
                                Numbers.share(scored.uniformity().distance())));
    }
}
