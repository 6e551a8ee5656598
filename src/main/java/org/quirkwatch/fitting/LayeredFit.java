package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Detector;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.detector.LayeredFitter;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;

/// Fits, scales and calibrates in three passes over disjoint parts of the rows.
///
/// @param detector fitted on the first two parts
/// @param calibrationScores of the third, `[n, nLayers]`, raw
public record LayeredFit(LayeredDetector detector, Matrix calibrationScores) {

    /// Fits on feature matrices.
    ///
    /// @param rule with its hyperparameters
    /// @param aggregation how the layers' scores become one
    /// @param split of the trusted rows
    /// @param trusted all of its layers are used
    /// @param untrusted rows that a rule which is offline learns from too
    /// @param progress told of trusted rows
    /// @throws Problem `invalid-fit` when there are too few rows or a layer does not vary
    public static LayeredFit of(
            Detector rule,
            Aggregation aggregation,
            Split split,
            LayerRows trusted,
            Optional<LayerRows> untrusted,
            Progress progress) {
        List<String> layers = List.copyOf(trusted.layers().sequencedKeySet());
        return of(
                rule,
                aggregation,
                layers,
                split,
                trusted.source(layers),
                untrusted.map(rows -> rows.source(layers)),
                progress);
    }

    /// The calibration of the aggregated scores.
    ///
    /// @throws Problem `invalid-fit` when one is not finite
    public Calibration calibration() {
        double[][] scores = new double[calibrationScores.rows()][];
        for (int row = 0; row < scores.length; row++) {
            scores[row] = calibrationScores.row(row);
        }
        return new Calibration(detector.aggregate(scores));
    }

    /// The same layers and scores with another aggregation.
    ///
    /// @throws Problem `invalid-fit` when it needs a scale and a layer has none
    public LayeredFit with(Aggregation aggregation) {
        try {
            return new LayeredFit(detector.with(aggregation), calibrationScores);
        } catch (IllegalArgumentException e) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the scores of %d held-out trusted rows have no scale: %s"
                            .formatted(detector.scale().scores().rows(), e.getMessage()),
                    e);
        }
    }

    static LayeredFit of(
            Detector rule,
            Aggregation aggregation,
            List<String> layers,
            Split split,
            RowSource source,
            Progress progress) {
        return of(rule, aggregation, layers, split, source, Optional.empty(), progress);
    }

    /// @param untrusted rows that a rule which is offline learns from too, all of them
    static LayeredFit of(
            Detector rule,
            Aggregation aggregation,
            List<String> layers,
            Split split,
            RowSource source,
            Optional<RowSource> untrusted,
            Progress progress) {
        Count count = new Count(source.size(), progress);
        LayeredFitter fitter = new LayeredFitter(rule, layers);
        source.read(
                split.fit(),
                (rows, features) -> {
                    fitter.add(features);
                    count.add(rows.size(), "fitting");
                });
        untrusted.ifPresent(others ->
                others.read(
                        IntStream.range(0, others.size()).boxed().toList(),
                        (rows, features) -> fitter.addUntrusted(features)));
        source.read(
                split.scale(),
                (rows, features) -> {
                    fitter.addHeldOut(features);
                    count.add(rows.size(), "scaling");
                });
        LayeredDetector detector = fitter.fit(aggregation);
        List<double[]> scores = new ArrayList<>();
        source.read(
                split.calibration(),
                (rows, features) -> {
                    scores.addAll(Arrays.asList(detector.score(features).perLayer()));
                    count.add(rows.size(), "calibrating");
                });
        return new LayeredFit(detector, Matrix.ofRows(scores.toArray(double[][]::new)));
    }

    private static final class Count {
        private final long total;
        private final Progress progress;
        private long done;

        Count(long total, Progress progress) {
            this.total = total;
            this.progress = progress;
        }

        void add(int rows, String detail) {
            done += rows;
            progress.update(done, total, detail);
        }
    }
}
