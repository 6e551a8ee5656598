package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;

/// Learns means; for an ablation by nothing, only how wide the heads are.
final class ExactAttributionFitter implements FeatureFitter {

    private final ExactAttributionFeature feature;
    private final List<double[]> sums = new ArrayList<>();
    private long count;

    ExactAttributionFitter(ExactAttributionFeature feature) {
        this.feature = feature;
    }

    @Override
    public boolean learns() {
        return true;
    }

    @Override
    public void add(Capture capture) {
        List<Matrix> layers = feature.taps().stream().map(capture::get).toList();
        for (int i = 0; i < layers.size(); i++) {
            Matrix rows = layers.get(i);
            if (sums.size() <= i) {
                sums.add(new double[rows.columns()]);
            }
            double[] values = rows.toArray();
            double[] sum = sums.get(i);
            for (int k = 0; k < values.length; k++) {
                sum[k % sum.length] += values[k];
            }
        }
        count += layers.getFirst().rows();
    }

    @Override
    public FeatureExtractor fit() {
        if (!(count >= 1)) {
            throw FeatureView.invalid(
                    "%s: %d trusted signals to learn from, 1 or more are needed"
                            .formatted(feature.kind().name(), count));
        }
        Map<String, Double> numbers = new HashMap<>();
        Map<String, Matrix> tensors = new HashMap<>();
        numbers.put(ExactAttributionExtractor.HEADS, (double) feature.heads());
        if (feature.ablation().needsMean()) {
            numbers.put(ExactAttributionExtractor.N_FIT, (double) count);
            for (int i = 0; i < sums.size(); i++) {
                double[] mean = sums.get(i).clone();
                for (int k = 0; k < mean.length; k++) {
                    mean[k] /= count;
                }
                tensors.put(ExactAttributionExtractor.mean(i), Matrix.wrap(1, mean.length, mean));
            }
        } else {
            numbers.put(ExactAttributionExtractor.WIDTH, (double) sums.getFirst().length);
        }
        return new ExactAttributionExtractor(feature, new FittedState(numbers, tensors));
    }
}
