package org.quirkwatch.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.detector.Scores;
import org.quirkwatch.feature.FeatureRun;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A model and a detector that belong together: signals in, measurements out. Owns neither the
/// model nor its memory.
public final class Measurer implements BatchMeasurer {

    private final HookedModel model;
    private final Judges judges;
    private final FeatureSet features;
    private final CaptureSpec spec;
    private final List<String> headLayers;
    private final Optional<Aside> aside;

    /// Matches the two.
    ///
    /// @param model stays open as long as this is used
    /// @param artifact the detector
    /// @throws Problem `artifact-mismatch` when the detector was fitted on another model
    public Measurer(HookedModel model, Artifact artifact) {
        this(model, Judges.fixed(artifact), Optional.empty());
    }

    /// Matches the two, with judges of the detector that change.
    ///
    /// @param judges of the detector
    /// @param aside what is taken from the same passes beside; one that these passes do not give is
    ///   left out
    /// @throws Problem `artifact-mismatch` when the detector was fitted on another model
    public Measurer(HookedModel model, Judges judges, Optional<Aside> aside) {
        Artifact artifact = judges.artifact();
        artifact.requireModel(model.identity());
        this.model = model;
        this.judges = judges;
        this.headLayers = HeadContributions.layers(artifact);
        this.features = artifact.features();
        this.spec = features.spec(true);
        this.aside = aside.filter(a -> a.isGivenBy(features));
    }

    /// Whether its measurements have the features that were asked for beside.
    public boolean givesAside() {
        return aside.isPresent();
    }

    @Override
    public CaptureSpec spec() {
        return spec;
    }

    @Override
    public Batch measure(List<TokenizedSignal> batch) {
        long start = System.nanoTime();
        FeatureRun run = FeatureRun.of(model, features, batch, spec);
        Capture capture = run.capture();
        long forward = System.nanoTime();
        Map<String, Matrix> byLayer = features.extract(capture).byLayer();
        // One judge for the whole batch, whatever takes its place meanwhile.
        Judge judge = judges.current();
        Scores scores = judge.detector().score(byLayer);
        Map<String, Matrix> beside =
                aside.<Map<String, Matrix>>map(a -> a.of(batch, capture)).orElse(Map.of());
        List<Measurement> measurements = new ArrayList<>(batch.size());
        for (int row = 0; row < batch.size(); row++) {
            int at = row;
            measurements.add(
                    run.refused()
                            .get(row)
                            .<Measurement>map(Measurement.Failed::new)
                            .orElseGet(() ->
                                    measurement(
                                            capture,
                                            byLayer,
                                            judge,
                                            scores,
                                            at,
                                            asideRow(batch, beside, at))));
        }
        judges.saw(
                byLayer,
                IntStream.range(0, batch.size())
                        .filter(row -> measurements.get(row) instanceof Measurement.Measured)
                        .boxed()
                        .toList());
        long end = System.nanoTime();
        return new Batch(
                measurements, Duration.ofNanos(forward - start), Duration.ofNanos(end - forward));
    }

    private Measurement measurement(
            Capture capture,
            Map<String, Matrix> byLayer,
            Judge judge,
            Scores scores,
            int row,
            Map<String, double[]> besideRow) {
        int fired = fired(capture, row);
        int taps = spec.taps().size();
        if (fired < taps) {
            return failed(
                    "%d of %d taps gave values that are not finite".formatted(taps - fired, taps));
        }
        double score = scores.aggregated()[row];
        double logProb = capture.labelLogProb()[row];
        if (!Double.isFinite(score)) {
            return failed("the score is %s, not a finite number".formatted(score));
        }
        if (!Double.isFinite(logProb)) {
            return failed(
                    "the log-probability of the label is %s, not a finite number"
                            .formatted(logProb));
        }
        SequencedMap<String, Double> layers = new LinkedHashMap<>();
        for (String layer : judge.detector().layers().widths().keySet()) {
            layers.put(layer, scores.perLayer()[row][layers.size()]);
        }
        Map<String, double[]> headRows = new HashMap<>();
        for (String layer : headLayers) {
            headRows.put(layer, Objects.requireNonNull(byLayer.get(layer)).row(row));
        }
        return new Measurement.Measured(
                new Measurement.Basis(judges, judge.calibration(), judge.window()),
                score,
                judge.calibration().pValue(score),
                layers,
                logProb,
                capture.labelLogOdds()[row],
                fired,
                headRows,
                besideRow);
    }

    private Map<String, double[]> asideRow(
            List<TokenizedSignal> batch, Map<String, Matrix> beside, int row) {
        Map<String, double[]> rows = new HashMap<>();
        if (aside.isPresent() && aside.get().wanted().test(batch.get(row).signal())) {
            beside.forEach((layer, matrix) -> rows.put(layer, matrix.row(row)));
        }
        return rows;
    }

    private int fired(Capture capture, int row) {
        int fired = 0;
        for (var tap : spec.taps()) {
            Matrix rows = capture.get(tap);
            if (rows.slice(row, row + 1).isFinite()) {
                fired++;
            }
        }
        return fired;
    }

    private static Measurement failed(String detail) {
        return new Measurement.Failed(new Problem(ProblemCode.NON_FINITE, detail));
    }
}
