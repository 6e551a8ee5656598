package org.quirkwatch.fitting;

import java.util.List;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.Provenance;
import org.quirkwatch.detector.Detector;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;

/// Use case: trusted signals to an artifact. The rows are split by the seed into three disjoint
/// parts: one fits the layers' detectors, one gives the layers' common scale, one calibrates. The
/// model runs once over each row.
///
/// The same signals (in any order), model, options and program give the same artifact on the same
/// machine.
public final class Fit {

    /// More rows than any detector gains from; all their tokens are held in memory.
    private static final int MOST_ROWS = 100_000;

    private Fit() {}

    /// Fits a detector.
    ///
    /// @param model used by this thread until it returns
    /// @param trusted signals of normal behaviour; labels are needed only for positions in the
    ///   label
    /// @param progress told the rows done so far, with `fitting`, `scaling` or `calibrating`
    /// @throws Problem `invalid-fit` when there are too few or too many rows, a layer does not vary
    ///   or an option cannot be used; that of a signal that cannot be tokenised, naming it
    public static Artifact fit(
            HookedModel model, List<Signal> trusted, FitOptions options, Progress progress) {
        if (!(trusted.size() <= MOST_ROWS)) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "%d trusted rows are more than %d, which is the limit"
                            .formatted(trusted.size(), MOST_ROWS));
        }
        Detector rule = Rules.detector(options.rule(), options.settings());
        FeatureExtractor feature =
                FeatureExtractor.of(options.feature(), options.taps(model.identity().nLayers()));
        Split split = Split.of(trusted.size(), options.calibrationShare(), options.seed());
        TrustedSignals signals = TrustedSignals.of(trusted);
        LayeredFit fit =
                LayeredFit.of(
                        rule,
                        options.aggregation(),
                        feature.layers(),
                        split,
                        new ModelRows(model, feature, signals.signals()),
                        progress);
        return new Artifact(
                options.id(),
                feature.name(),
                feature.taps(),
                fit.detector(),
                fit.calibration(),
                new Provenance(
                        model.identity(),
                        signals.digest(),
                        split.fit().size(),
                        split.scale().size(),
                        split.calibration().size(),
                        options.seed(),
                        CodeVersion.current()));
    }
}
