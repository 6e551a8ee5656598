package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.linalg.LogisticRegression;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.signal.Signal;

/// Learns the probes of a [ProbeShiftFeature] and what its heads are replaced by. Holds the rows
/// that the probes are fitted on, of which [FeatureFitter] gets no more than it needs.
final class ProbeShiftFitter implements FeatureFitter {

    private static final int FEWEST_ROWS = 10;

    private final ProbeShiftFeature feature;
    private final AttributionFitter ablated;
    private final List<List<double[]>> rows = new ArrayList<>();
    private final List<Double> targets = new ArrayList<>();

    ProbeShiftFitter(ProbeShiftFeature feature) {
        this.feature = feature;
        this.ablated = new AttributionFitter(feature.ablated());
        feature.probed().forEach(block -> rows.add(new ArrayList<>()));
    }

    @Override
    public boolean learns() {
        return true;
    }

    @Override
    public void add(Capture capture) {
        throw new IllegalStateException("probes cannot be fitted without the labels");
    }

    @Override
    public void add(List<Signal> signals, Capture capture) {
        ablated.add(capture);
        for (Signal signal : signals) {
            targets.add(target(signal));
        }
        for (int i = 0; i < rows.size(); i++) {
            Matrix stream = capture.get(ProbeShiftFeature.probe(feature.probed().get(i)));
            for (int row = 0; row < stream.rows(); row++) {
                rows.get(i).add(stream.row(row));
            }
        }
    }

    private double target(Signal signal) {
        List<String> choices = signal.choices();
        String label = signal.label();
        if (label == null || choices.size() != 2 || !choices.contains(label)) {
            throw FeatureView.invalid(
                    "%s needs two choices and a label among them, trusted signal %s has %d choices"
                            .formatted(feature.kind().name(), signal.id(), choices.size()));
        }
        return choices.indexOf(label);
    }

    @Override
    public FeatureExtractor fit() {
        long second = targets.stream().filter(target -> target == 1).count();
        if (!(targets.size() >= FEWEST_ROWS && second > 0 && second < targets.size())) {
            throw FeatureView.invalid(
                    ("%s needs %d trusted signals or more, some labelled with each choice: of %d,"
                                    + " %d have the second")
                            .formatted(feature.kind().name(), FEWEST_ROWS, targets.size(), second));
        }
        double[] labels = targets.stream().mapToDouble(Double::doubleValue).toArray();
        Probes probes =
                new Probes(
                        rows.stream()
                                .map(of -> Matrix.ofRows(of.toArray(double[][]::new)))
                                .map(stream ->
                                        LogisticRegression.crossValidated(
                                                stream, labels, Probes.SEED))
                                .toList());
        return ProbeShiftExtractor.of(
                feature, ProbeShiftFeature.join(ablated.fit().state(), probes));
    }
}
