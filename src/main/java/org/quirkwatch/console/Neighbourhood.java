package org.quirkwatch.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.quirkwatch.artifact.TrustedExamples;
import org.quirkwatch.linalg.Matrix;

/// Which trusted examples look most like a signal inside the model.
///
/// With σ_j the standard deviation of column j over the n examples, the distance of x and e in a
/// layer of width d is the root mean square of the standardised differences,
///
/// ```text
/// √( (1/d) Σ_j ((x_j − e_j)/σ_j)² )
/// ```
///
/// so that neither a column's scale nor a layer's width weighs; the distance is the mean over the
/// layers. It has no part in any verdict. Immutable and thread-safe.
final class Neighbourhood {

    private final TrustedExamples examples;
    private final SequencedMap<String, Layer> layers = new LinkedHashMap<>();
    private final double typical;

    /// @param rows `[n][width]`, standardised
    /// @param factors `[width]`, 1/σ; 0 where a column does not vary
    private record Layer(double[][] rows, double[] factors) {}

    /// An example and how far it is.
    ///
    /// @param distance 0 or more
    record Neighbour(TrustedExamples.Text text, double distance) {}

    /// @param examples one or more
    Neighbourhood(TrustedExamples examples) {
        this.examples = examples;
        examples.features().forEach((name, rows) -> layers.put(name, layer(rows)));
        this.typical = typicalDistance();
    }

    private static Layer layer(Matrix features) {
        int n = features.rows();
        double[] factors = new double[features.columns()];
        for (int j = 0; j < factors.length; j++) {
            double[] column = features.column(j);
            double mean = Arrays.stream(column).sum() / n;
            double squares = Arrays.stream(column).map(v -> (v - mean) * (v - mean)).sum();
            // What does not vary tells nothing apart.
            factors[j] = squares > 0 ? 1 / Math.sqrt(squares / n) : 0;
        }
        double[][] rows = new double[n][];
        for (int i = 0; i < n; i++) {
            rows[i] = standardised(features.row(i), factors);
        }
        return new Layer(rows, factors);
    }

    private static double[] standardised(double[] row, double[] factors) {
        double[] standardised = new double[row.length];
        for (int j = 0; j < row.length; j++) {
            standardised[j] = row[j] * factors[j];
        }
        return standardised;
    }

    /// How many examples there are.
    int size() {
        return examples.texts().size();
    }

    /// The median distance of an example from its nearest other one; NaN for a single example.
    double typical() {
        return typical;
    }

    /// The nearest examples, the nearest first; equal ones in their order.
    ///
    /// @param features `[width]` of every layer
    /// @param most 1 or more
    List<Neighbour> nearest(Map<String, double[]> features, int most) {
        double[] distances = new double[size()];
        layers.forEach((name, layer) -> {
            double[] row = features.get(name);
            if (row == null || row.length != layer.factors().length) {
                throw new IllegalArgumentException(
                        "features of layer %s must have %d columns"
                                .formatted(name, layer.factors().length));
            }
            double[] here = standardised(row, layer.factors());
            for (int i = 0; i < distances.length; i++) {
                distances[i] += distance(here, layer.rows()[i]) / layers.size();
            }
        });
        return IntStream.range(0, distances.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> distances[i]))
                .limit(most)
                .map(i -> new Neighbour(examples.texts().get(i), distances[i]))
                .toList();
    }

    private static double distance(double[] left, double[] right) {
        double squares = 0;
        for (int j = 0; j < left.length; j++) {
            squares += (left[j] - right[j]) * (left[j] - right[j]);
        }
        return Math.sqrt(squares / left.length);
    }

    private double typicalDistance() {
        int n = size();
        List<Double> nearest = new ArrayList<>();
        // Of many examples some hundreds say it well enough.
        for (int i = 0; i < Math.min(n, 300) && n > 1; i++) {
            double least = Double.POSITIVE_INFINITY;
            for (int other = 0; other < n; other++) {
                if (other != i) {
                    double sum = 0;
                    for (Layer layer : layers.values()) {
                        sum += distance(layer.rows()[i], layer.rows()[other]);
                    }
                    least = Math.min(least, sum / layers.size());
                }
            }
            nearest.add(least);
        }
        double[] sorted = nearest.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
