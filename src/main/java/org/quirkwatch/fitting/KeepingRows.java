package org.quirkwatch.fitting;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.quirkwatch.artifact.KeptRows;
import org.quirkwatch.feature.FeatureLayer;
import org.quirkwatch.linalg.Matrix;

/// Rows on their way to a fit, of which some are kept for the artifact: the means of the layers
/// with heads over the rows that are fitted, the held-out rows of an offline rule, and the features
/// of examples. Mutable, for one thread; each row comes once.
final class KeepingRows implements RowSource {

    private final RowSource rows;
    private final Split split;
    private final List<FeatureLayer> layers;
    private final boolean heldOut;
    private final Map<Integer, Integer> placeOf = new HashMap<>();
    private final Map<String, double[][]> kept = new HashMap<>();
    private final Map<String, double[]> sums = new HashMap<>();
    private final Examples examples;
    private long values;

    /// @param offline whether the rule learns from untrusted rows
    /// @param examples which of the rows that are fitted become examples
    KeepingRows(
            RowSource rows,
            Split split,
            List<FeatureLayer> layers,
            boolean offline,
            Examples examples) {
        this.examples = examples;
        this.rows = rows;
        this.split = split;
        this.layers = layers;
        this.heldOut = offline;
        int nScale = split.scale().size();
        for (int i = 0; i < nScale; i++) {
            placeOf.put(split.scale().get(i), i);
        }
        for (int i = 0; i < split.calibration().size(); i++) {
            placeOf.put(split.calibration().get(i), nScale + i);
        }
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public void read(List<Integer> wanted, BiConsumer<List<Integer>, Map<String, Matrix>> taker) {
        rows.read(
                wanted,
                (batch, features) -> {
                    keep(batch, features);
                    taker.accept(batch, features);
                });
    }

    private void keep(List<Integer> batch, Map<String, Matrix> features) {
        examples.keep(batch, features);
        for (FeatureLayer layer : layers) {
            Matrix matrix = java.util.Objects.requireNonNull(features.get(layer.name()));
            for (int i = 0; i < batch.size(); i++) {
                Integer place = placeOf.get(batch.get(i));
                if (place == null && layer.heads() > 0) {
                    add(layer.name(), matrix.row(i));
                } else if (place != null && heldOut && values <= KeptRows.MOST_VALUES) {
                    values += matrix.columns();
                    kept.computeIfAbsent(layer.name(), ignored -> new double[placeOf.size()][])[
                                    place] =
                            matrix.row(i);
                }
            }
        }
    }

    private void add(String layer, double[] row) {
        double[] sum = sums.computeIfAbsent(layer, ignored -> new double[row.length]);
        for (int i = 0; i < row.length; i++) {
            sum[i] += row[i] / split.fit().size();
        }
    }

    /// What was kept. Held-out rows beyond [KeptRows#MOST_VALUES] numbers are not: none are then.
    KeptRows kept() {
        SequencedMap<String, Matrix> means = new LinkedHashMap<>();
        SequencedMap<String, Matrix> scale = new LinkedHashMap<>();
        SequencedMap<String, Matrix> calibration = new LinkedHashMap<>();
        int nScale = split.scale().size();
        for (FeatureLayer layer : layers) {
            double[] sum = sums.get(layer.name());
            if (sum != null) {
                means.put(layer.name(), Matrix.of(1, sum.length, sum));
            }
            double[][] own = kept.get(layer.name());
            if (own != null && values <= KeptRows.MOST_VALUES) {
                Matrix all = Matrix.ofRows(own);
                scale.put(layer.name(), all.slice(0, nScale));
                calibration.put(layer.name(), all.slice(nScale, all.rows()));
            }
        }
        return new KeptRows(
                means,
                scale,
                calibration,
                examples.kept(layers.stream().map(FeatureLayer::name).toList()));
    }
}
