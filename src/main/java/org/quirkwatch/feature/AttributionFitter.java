package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.linalg.RunningCovariance;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;

/// Learns means, and the principal directions where they are looked at: those of the whole vector,
/// not of each head.
final class AttributionFitter implements FeatureFitter {

    private static final int DIRECTIONS = 10;

    private final AttributionFeature feature;
    private final List<RunningCovariance> layers = new ArrayList<>();
    private final List<double[]> sums = new ArrayList<>();
    private long count;

    AttributionFitter(AttributionFeature feature) {
        this.feature = feature;
    }

    @Override
    public boolean learns() {
        return true;
    }

    @Override
    public void add(Capture capture) {
        for (int i = 0; i < feature.points().size(); i++) {
            HookPoint point = feature.points().get(i);
            Matrix rows = capture.get(AttributionFeature.activation(point));
            if (sums.size() <= i) {
                sums.add(new double[rows.columns()]);
                layers.add(new RunningCovariance(rows.columns()));
            }
            double[] values = rows.toArray();
            double[] sum = sums.get(i);
            for (int k = 0; k < values.length; k++) {
                sum[k % sum.length] += values[k];
            }
            if (feature.ablation().needsDirections()) {
                layers.get(i).add(rows);
            }
            count += i == 0 ? rows.rows() : 0;
        }
    }

    @Override
    public FeatureExtractor fit() {
        int least = feature.ablation().needsDirections() ? DIRECTIONS + 1 : 1;
        if (!(count >= least)) {
            throw FeatureView.invalid(
                    "%s: %d trusted signal(s) to learn from, %d or more are needed"
                            .formatted(feature.kind().name(), count, least));
        }
        Map<String, Matrix> tensors = new HashMap<>();
        for (int i = 0; i < sums.size(); i++) {
            double[] mean = sums.get(i).clone();
            for (int k = 0; k < mean.length; k++) {
                mean[k] /= count;
            }
            tensors.put(AttributionExtractor.mean(i), Matrix.wrap(1, mean.length, mean));
            if (feature.ablation().needsDirections()) {
                Matrix directions = layers.get(i).principal().directions();
                int kept = Math.min(DIRECTIONS, directions.columns());
                tensors.put(AttributionExtractor.directions(i), directions.firstColumns(kept));
            }
        }
        return AttributionExtractor.of(
                feature,
                new FittedState(
                        Map.of(
                                AttributionExtractor.HEADS, (double) feature.heads(),
                                AttributionExtractor.N_FIT, (double) count),
                        tensors));
    }
}
