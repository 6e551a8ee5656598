package org.quirkwatch.fitting;

import java.util.List;
import java.util.Optional;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.Provenance;
import org.quirkwatch.detector.Detector;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.FeatureLayer;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;

/// Use case: trusted signals to an artifact. The rows are split by the seed into three disjoint
/// parts: one fits the features and the layers' detectors, one gives the layers' common scale, one
/// calibrates.
///
/// The same signals (in any order), model, options and program give the same artifact on the same
/// machine.
public final class Fit {

    /// More rows than any detector gains from; all their tokens are held in memory.
    private static final int MOST_ROWS = 100_000;

    private Fit() {}

    /// Fits a detector, with a model that this thread has to itself until it returns.
    ///
    /// @throws Problem as the other method does
    public static Artifact fit(
            HookedModel model,
            List<Signal> trusted,
            List<Signal> untrusted,
            FitOptions options,
            Progress progress) {
        return fit(model, Passes.ALONE, trusted, untrusted, options, progress);
    }

    /// Fits a detector.
    ///
    /// @param model its passes are run as `passes` has it; this thread tokenizes with it
    /// @param passes how the passes of the model are run
    /// @param trusted signals of normal behaviour; labels are needed only where a feature looks at
    ///   the label or at gradients
    /// @param untrusted signals of which nothing is known, for rules that learn from them; empty
    ///   for others
    /// @param progress told the rows done so far, with `fitting`, `scaling` or `calibrating`
    /// @throws Problem `invalid-fit` when there are too few or too many rows, a layer does not vary
    ///   or an option cannot be used; that of a signal that cannot be tokenised, naming it
    public static Artifact fit(
            HookedModel model,
            Passes passes,
            List<Signal> trusted,
            List<Signal> untrusted,
            FitOptions options,
            Progress progress) {
        requireBounded("trusted", trusted);
        requireBounded("untrusted", untrusted);
        Detector detector = Rules.detector(options.rule(), options.settings());
        if (detector.rule().offline() == untrusted.isEmpty()) {
            throw invalid(
                    detector.rule().offline()
                            ? "the rule %s needs untrusted signals to learn from too"
                                    .formatted(options.rule())
                            : "the rule %s learns from trusted signals only"
                                    .formatted(options.rule()));
        }
        FeatureFit features = FeatureFit.of(model, options);
        Split split = Split.of(trusted.size(), options.calibrationShare(), options.seed());
        SortedSignals signals = SortedSignals.of(trusted);
        SortedSignals others = SortedSignals.of(untrusted);
        List<TokenizedSignal> tokens =
                tokenize(model, signals.signals(), "trusted", features.needsLabels());
        List<TokenizedSignal> otherTokens =
                tokenize(model, others.signals(), "untrusted", features.needsLabels());
        FeatureSet fitted =
                features.fit(model, passes, split.fit().stream().map(tokens::get).toList());
        KeepingRows rows =
                new KeepingRows(
                        new ModelRows(model, passes, fitted, tokens),
                        split,
                        fitted.layers(),
                        detector.rule().offline(),
                        new Examples(signals.signals(), split.fit(), options.keepExamples()));
        List<String> layers = fitted.layers().stream().map(FeatureLayer::name).toList();
        LayeredFit fit;
        try {
            fit =
                    LayeredFit.of(
                            detector,
                            options.aggregation(),
                            layers,
                            split,
                            rows,
                            otherTokens.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(
                                            new ModelRows(model, passes, fitted, otherTokens)),
                            progress);
        } catch (Problem e) {
            throw advised(e, layers, model.identity().nLayers());
        }
        return new Artifact(
                options.id(),
                fitted,
                fit.detector(),
                fit.calibration(),
                new Provenance(
                        model.identity(),
                        signals.digest(),
                        split.fit().size(),
                        split.scale().size(),
                        split.calibration().size(),
                        others.digest(),
                        others.signals().size(),
                        options.seed(),
                        CodeVersion.current()),
                rows.kept());
    }

    /// A first block may have nothing to tell at a token that never changes; nobody can know before
    /// the fit, so its refusal says how to go on.
    private static Problem advised(Problem e, List<String> layers, int nLayers) {
        boolean namesLayer =
                layers.size() > 1 && layers.stream().anyMatch(l -> e.detail().startsWith(l + ": "));
        return namesLayer
                ? invalid(
                        "%s; fit without this layer: of blocks 0 to %d, name the layers to look at"
                                .formatted(e.detail(), nLayers - 1),
                        e)
                : e;
    }

    private static void requireBounded(String what, List<Signal> signals) {
        if (!(signals.size() <= MOST_ROWS)) {
            throw invalid(
                    "%d %s rows are more than %d, which is the limit"
                            .formatted(signals.size(), what, MOST_ROWS));
        }
    }

    private static List<TokenizedSignal> tokenize(
            HookedModel model, List<Signal> signals, String what, boolean needsLabels) {
        return signals.parallelStream()
                .map(signal -> {
                    if (needsLabels && signal.label() == null) {
                        throw invalid(
                                "%s signal %s has no label, and the detector looks at it"
                                        .formatted(what, signal.id()));
                    }
                    try {
                        return model.tokenize(signal);
                    } catch (Problem e) {
                        throw new Problem(
                                e.code(),
                                "%s signal %s: %s".formatted(what, signal.id(), e.detail()),
                                e);
                    }
                })
                .toList();
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_FIT, detail);
    }

    private static Problem invalid(String detail, Problem cause) {
        return new Problem(ProblemCode.INVALID_FIT, detail, cause);
    }
}
