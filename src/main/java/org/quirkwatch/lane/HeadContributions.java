package org.quirkwatch.lane;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.detector.FittedLayers;
import org.quirkwatch.feature.FeatureLayer;
import org.quirkwatch.linalg.Matrix;

/// What each attention head contributes to the score of a layer, by occlusion: with x the row and
/// x_h the same with the columns of head h replaced by their means over the trusted rows that were
/// fitted,
///
/// ```text
/// c_h = s(x) − s(x_h)
/// ```
///
/// It is defined for every rule, has the unit of the layer's raw score, and is positive where the
/// head makes the row more anomalous. Contributions do not add up to the score: heads are replaced
/// one at a time, and most rules look at them together.
///
/// Layers have contributions where every column belongs to a head, the artifact keeps their means,
/// and the rule scores them from rows of such layers alone. Immutable and thread-safe.
public final class HeadContributions {

    private final Artifact artifact;
    private final Judges judges;
    private final List<String> layers;

    /// @param judges of the detector
    public HeadContributions(Judges judges) {
        this.artifact = judges.artifact();
        this.judges = judges;
        this.layers = layers(artifact);
    }

    /// The layers that have contributions.
    static List<String> layers(Artifact artifact) {
        List<String> withMeans =
                artifact.features().layers().stream()
                        .filter(layer -> layer.heads() > 0)
                        .map(FeatureLayer::name)
                        .filter(artifact.kept().headMeans()::containsKey)
                        .toList();
        FittedLayers scored = artifact.detector().layers();
        boolean enough = scored.scoresEachAlone() || withMeans.size() == scored.widths().size();
        return enough ? withMeans : List.of();
    }

    /// What a measurement keeps of its rows for this, about.
    public int bytes() {
        long values = 0;
        for (String layer : layers) {
            values += artifact.detector().layers().width(layer);
        }
        return (int) Math.min(1 << 30, values * Double.BYTES);
    }

    /// The contributions to a measurement.
    ///
    /// @return by the layer's name, `[heads]`; empty for layers without, and for all where the
    ///   window that judged is long gone
    public Map<String, double[]> of(Measurement.Measured measured) {
        Optional<Judge> judge = judges.of(measured.basis().window());
        Map<String, double[]> contributions = new HashMap<>();
        if (judge.isPresent()) {
            for (FeatureLayer layer : artifact.features().layers()) {
                if (layers.contains(layer.name())) {
                    contributions.put(
                            layer.name(), of(layer, measured, judge.get().detector().layers()));
                }
            }
        }
        return contributions;
    }

    private double[] of(FeatureLayer layer, Measurement.Measured measured, FittedLayers fitted) {
        int heads = layer.heads();
        SequencedMap<String, Matrix> rows = new LinkedHashMap<>();
        measured.headRows().forEach((name, row) -> rows.put(name, repeated(row, heads + 1)));
        double[] own = Objects.requireNonNull(measured.headRows().get(layer.name()));
        Matrix mean = Objects.requireNonNull(artifact.kept().headMeans().get(layer.name()));
        // The row itself, and one for each head.
        double[][] occluded = new double[heads + 1][];
        occluded[heads] = own;
        for (int head = 0; head < heads; head++) {
            occluded[head] = own.clone();
            for (int column = 0; column < own.length; column++) {
                if (layer.headOf(column) == head) {
                    occluded[head][column] = mean.get(0, column);
                }
            }
        }
        rows.put(layer.name(), Matrix.ofRows(occluded));
        double[] scores = fitted.score(layer.name(), rows);
        double[] contributions = new double[heads];
        for (int head = 0; head < heads; head++) {
            contributions[head] = scores[heads] - scores[head];
        }
        return contributions;
    }

    private static Matrix repeated(double[] row, int times) {
        double[][] rows = new double[times][];
        java.util.Arrays.fill(rows, row);
        return Matrix.ofRows(rows);
    }
}
