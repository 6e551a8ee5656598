package org.quirkwatch.fitting;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.calibration.Calibration;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Detector;
import org.quirkwatch.detector.JointFitter;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.detector.Scores;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;

/// Use case: any rule on feature matrices, without a model. The rule is fitted on trusted rows,
/// split by the seed as in [Fit], and scores others. The same matrices and options give the same
/// scores on the same machine.
///
/// A rule that learns from untrusted rows takes the input rows for them where no others are given,
/// as the paper does. The p-values are then those of calibration rows that had no part in the fit
/// against input rows that had one: exact only as far as that makes no difference.
public final class DetectMatrices {

    private DetectMatrices() {}

    /// How it is done.
    ///
    /// @param rule the rule's name
    /// @param settings of the rule's options by name; others hold as the rule says
    /// @param aggregation how the layers' scores become one
    /// @param calibrationShare share of the trusted rows that no layer is fitted on, from 0.05 to
    ///   0.95, used as in [FitOptions]; or 0 for none: all trusted rows fit, there are no p-values,
    ///   and nothing gives the layers a common scale, so that the aggregation must do without
    /// @param seed of the split
    public record Options(
            String rule,
            Map<String, String> settings,
            Aggregation aggregation,
            double calibrationShare,
            long seed) {

        /// Copies and checks.
        ///
        /// @throws Problem `invalid-fit` for a share outside its range, or one of 0 with an
        ///   aggregation on a common scale
        public Options {
            settings = Map.copyOf(settings);
            if (!(calibrationShare == 0
                    || (calibrationShare >= 0.05 && calibrationShare <= 0.95))) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "calibration share must be 0 or in [0.05, 0.95], got " + calibrationShare);
            }
            if (calibrationShare == 0 && aggregation.needsScale()) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        ("the aggregation %s needs held-out trusted rows: with a calibration share"
                                        + " of 0 take mean or max")
                                .formatted(aggregation.text()));
            }
        }
    }

    /// What came out.
    ///
    /// @param layers the names of the layers in the order of the scores
    /// @param scores of the input rows, finite
    /// @param pValues `[n]`, of the aggregated scores; empty without calibration
    /// @param nFit trusted rows that the layers were fitted on
    /// @param nCalibration trusted rows that calibrate, 0 without calibration
    public record Detection(
            List<String> layers, Scores scores, double[] pValues, int nFit, int nCalibration) {}

    /// Fits on trusted rows and scores others.
    ///
    /// @param trusted rows of normal behaviour; all their layers are used
    /// @param untrusted rows to learn from for rules that do; empty for the input rows
    /// @param input rows to score
    /// @param progress told the trusted and input rows done so far, with `fitting`, `scaling`,
    ///   `calibrating` or `scoring`
    /// @throws Problem `invalid-file` when layers are missing or have other widths; `invalid-fit`
    ///   when there are too few rows, a layer does not vary, an option cannot be used, or untrusted
    ///   rows are given to a rule that does not learn from them; `non-finite` when a score
    ///   overflows
    public static Detection run(
            Options options,
            LayerRows trusted,
            Optional<LayerRows> untrusted,
            LayerRows input,
            Progress progress) {
        return run(
                Rules.detector(options.rule(), options.settings()),
                options,
                trusted,
                untrusted,
                input,
                progress);
    }

    static Detection run(
            Detector detector,
            Options options,
            LayerRows trusted,
            Optional<LayerRows> untrusted,
            LayerRows input,
            Progress progress) {
        SequencedMap<String, LayerRows.Size> sizes = trusted.sizes();
        for (LayerRows other : untrusted.map(rows -> List.of(rows, input)).orElse(List.of(input))) {
            LayerRows.requireLike(other.source(), other.sizes(), trusted.source(), sizes);
        }
        boolean offline = detector.rule().offline();
        if (untrusted.isPresent() && !offline) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "the rule %s learns from trusted rows only".formatted(detector.rule().name()));
        }
        List<String> layers = List.copyOf(sizes.sequencedKeySet());
        RowSource rows = trusted.source(layers);
        Optional<RowSource> others =
                offline ? Optional.of(untrusted.orElse(input).source(layers)) : Optional.empty();
        // Fitting and scoring are one piece of work, whose count must not fall.
        long total = (long) trusted.size() + input.size();
        Progress fitting = (done, ofTrusted, detail) -> progress.update(done, total, detail);
        Progress scoring =
                (done, ofInput, detail) -> progress.update(trusted.size() + done, total, detail);
        if (options.calibrationShare() == 0) {
            LayeredDetector fitted = onAll(detector, options, layers, rows, others, fitting);
            return score(fitted, null, layers, rows.size(), input, scoring);
        }
        Split split = Split.of(rows.size(), options.calibrationShare(), options.seed());
        LayeredFit fit =
                LayeredFit.of(
                        detector, options.aggregation(), layers, split, rows, others, fitting);
        return score(fit.detector(), fit.calibration(), layers, split.fit().size(), input, scoring);
    }

    private static LayeredDetector onAll(
            Detector detector,
            Options options,
            List<String> layers,
            RowSource rows,
            Optional<RowSource> untrusted,
            Progress progress) {
        JointFitter fitter = detector.fitter(layers);
        int[] done = {0};
        rows.read(
                everyRow(rows),
                (batch, features) -> {
                    fitter.add(features);
                    done[0] += batch.size();
                    progress.update(done[0], rows.size(), "fitting");
                });
        untrusted.ifPresent(others ->
                others.read(everyRow(others), (batch, features) -> fitter.addUntrusted(features)));
        return LayeredDetector.withoutScale(fitter.fit(), options.aggregation());
    }

    private static Detection score(
            LayeredDetector detector,
            @Nullable Calibration calibration,
            List<String> layers,
            int nFit,
            LayerRows input,
            Progress progress) {
        RowSource rows = input.source(layers);
        double[][] perLayer = new double[rows.size()][];
        double[] aggregated = new double[rows.size()];
        int[] done = {0};
        rows.read(
                everyRow(rows),
                (batch, features) -> {
                    Scores scores = detector.score(features);
                    for (int i = 0; i < batch.size(); i++) {
                        int row = batch.get(i);
                        double score = scores.aggregated()[i];
                        requireFinite(score, row, input, features);
                        perLayer[row] = scores.perLayer()[i];
                        aggregated[row] = score;
                    }
                    done[0] += batch.size();
                    progress.update(done[0], rows.size(), "scoring");
                });
        double[] pValues =
                calibration == null
                        ? new double[0]
                        : Arrays.stream(aggregated).map(calibration::pValue).toArray();
        return new Detection(
                layers,
                new Scores(perLayer, aggregated),
                pValues,
                nFit,
                calibration == null ? 0 : calibration.n());
    }

    /// Finite features can still be so large that their score is not.
    private static void requireFinite(
            double score, int row, LayerRows input, Map<String, Matrix> features) {
        if (!Double.isFinite(score)) {
            throw new Problem(
                    ProblemCode.NON_FINITE,
                    "%s: the score of row %d (from 0) over %d layer(s) is %s: its features are too large"
                            .formatted(input.source(), row, features.size(), score));
        }
    }

    private static List<Integer> everyRow(RowSource rows) {
        return IntStream.range(0, rows.size()).boxed().toList();
    }
}
