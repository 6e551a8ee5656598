package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Detector;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.detector.LayeredFitter;
import org.quirkwatch.progress.Progress;

/// Fits, scales and calibrates in three passes over disjoint parts of the rows.
///
/// @param detector fitted on the first two parts
/// @param calibration on the third
record LayeredFit(LayeredDetector detector, Calibration calibration) {

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
        List<Double> scores = new ArrayList<>();
        source.read(
                split.calibration(),
                (rows, features) -> {
                    for (double score : detector.score(features).aggregated()) {
                        scores.add(score);
                    }
                    count.add(rows.size(), "calibrating");
                });
        return new LayeredFit(
                detector,
                new Calibration(scores.stream().mapToDouble(Double::doubleValue).toArray()));
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
