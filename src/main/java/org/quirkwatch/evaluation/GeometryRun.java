package org.quirkwatch.evaluation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.linalg.LinearAlgebra;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;

/// Measures how normal and anomalous rows lie in a feature's layers, and projects some of them onto
/// the two directions of largest variance for a picture.
final class GeometryRun {

    private static final int MOST_POINTS = 300;

    private GeometryRun() {}

    static ResultLine.Geometry of(
            String key,
            ResultLine.Subject subject,
            String feature,
            LayerRows trusted,
            LayerRows test,
            int nNormal) {
        Map<String, Double> separations = new LinkedHashMap<>();
        test.layers()
                .forEach((layer, rows) ->
                        separations.put(
                                layer,
                                Separation.of(
                                        rows.slice(0, nNormal), rows.slice(nNormal, rows.rows()))));
        String best =
                separations.entrySet().stream()
                        .filter(entry -> !entry.getValue().isNaN())
                        .max(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .orElse(test.layers().firstEntry().getKey());
        Matrix rows = java.util.Objects.requireNonNull(test.layers().get(best));
        Map<String, Matrix> classes = new LinkedHashMap<>();
        classes.put(
                "trusted", spread(java.util.Objects.requireNonNull(trusted.layers().get(best))));
        classes.put("normal", spread(rows.slice(0, nNormal)));
        classes.put("anomalous", spread(rows.slice(nNormal, rows.rows())));
        return new ResultLine.Geometry(
                key,
                subject,
                feature,
                separations,
                Separation.overLayers(List.copyOf(separations.values())),
                best,
                projected(classes));
    }

    /// Rows from all over a matrix, at most [#MOST_POINTS].
    private static Matrix spread(Matrix rows) {
        int count = Math.min(MOST_POINTS, rows.rows());
        double[][] some = new double[count][];
        for (int i = 0; i < count; i++) {
            some[i] = rows.row((int) ((long) i * rows.rows() / count));
        }
        return Matrix.ofRows(some);
    }

    private static Map<String, List<double[]>> projected(Map<String, Matrix> classes) {
        int width = classes.values().iterator().next().columns();
        RunningCovariance covariance = new RunningCovariance(width);
        classes.values().forEach(covariance::add);
        Map<String, List<double[]>> points = new LinkedHashMap<>();
        Matrix all = covariance.principal().directions();
        Matrix directions = all.firstColumns(Math.min(2, all.columns()));
        double[] mean = covariance.mean();
        classes.forEach((name, rows) -> {
            Matrix centred = centred(rows, mean);
            Matrix projected = LinearAlgebra.multiply(centred, directions);
            List<double[]> pairs = new ArrayList<>();
            for (int row = 0; row < projected.rows(); row++) {
                pairs.add(
                        new double[] {
                            rounded(projected.get(row, 0)),
                            projected.columns() < 2 ? 0 : rounded(projected.get(row, 1)),
                        });
            }
            points.put(name, pairs);
        });
        return points;
    }

    private static Matrix centred(Matrix rows, double[] mean) {
        double[] values = rows.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] -= mean[i % mean.length];
        }
        return Matrix.wrap(rows.rows(), rows.columns(), values);
    }

    /// A picture needs no more than single precision.
    private static double rounded(double value) {
        return Double.parseDouble(Float.toString((float) value));
    }
}
