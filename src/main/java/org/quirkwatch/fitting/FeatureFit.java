package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.Feature;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.feature.FeatureFitter;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.feature.FeatureView;
import org.quirkwatch.feature.OwnSignals;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// Makes features and lets those that learn see trusted signals, all in one pass of the model over
/// each.
public final class FeatureFit {

    /// Most trusted signals that features learn from: as many as the method takes for means and
    /// principal directions.
    public static final int MOST_ROWS = 1200;

    private final List<Feature> features;
    private final Combination combination;

    private FeatureFit(List<Feature> features, Combination combination) {
        this.features = features;
        this.combination = combination;
    }

    /// The features of options, before they have seen any data.
    ///
    /// @param options of them only what is said of features matters
    /// @throws Problem `invalid-fit` for an unknown feature, or one that cannot look there
    public static FeatureFit of(HookedModel model, FitOptions options) {
        FeatureView view =
                new FeatureView(
                        model.identity().nLayers(),
                        model.nHeads(),
                        options.layers(),
                        options.hookPoints(),
                        options.positions(),
                        options.sae());
        return new FeatureFit(
                options.features().stream().map(name -> FeatureKinds.named(name).of(view)).toList(),
                options.combination());
    }

    /// Whether a signal needs a label to have these features.
    public boolean needsLabels() {
        return features.stream()
                .anyMatch(feature ->
                        feature.needsLabels()
                                || feature.taps().stream()
                                        .anyMatch(tap ->
                                                tap.position().ofLabel() || tap.isGradient()));
    }

    /// The features, fitted.
    ///
    /// @param model used by this thread until it returns
    /// @param signals at most [#MOST_ROWS] of them are looked at, the first
    /// @throws Problem `invalid-fit` when there are too few, or a tap gives values that are not
    ///   finite: names it and the signal
    public FeatureSet fit(HookedModel model, List<TokenizedSignal> signals) {
        return fit(model, Passes.ALONE, signals);
    }

    /// The features, fitted.
    ///
    /// @param passes how the passes of the model are run
    /// @throws Problem as the other method does
    FeatureSet fit(HookedModel model, Passes passes, List<TokenizedSignal> signals) {
        List<FeatureFitter> fitters = features.stream().map(Feature::fitter).toList();
        List<Tap> taps = new ArrayList<>();
        for (int i = 0; i < fitters.size(); i++) {
            if (fitters.get(i).learns()) {
                taps.addAll(features.get(i).fitTaps());
            }
        }
        if (!taps.isEmpty()) {
            CaptureSpec spec = new CaptureSpec(taps.stream().distinct().toList(), Outputs.NONE);
            List<TokenizedSignal> some = signals.subList(0, Math.min(MOST_ROWS, signals.size()));
            for (List<Integer> places : BatchPlan.of(some, spec, passes.bounds())) {
                List<TokenizedSignal> batch = places.stream().map(some::get).toList();
                Capture capture = passes.run(() -> model.run(batch, spec));
                requireFinite(capture, batch);
                List<Signal> rows = batch.stream().map(TokenizedSignal::signal).toList();
                fitters.stream().filter(FeatureFitter::learns).forEach(f -> f.add(rows, capture));
            }
        }
        for (int i = 0; i < fitters.size(); i++) {
            OwnSignals own = features.get(i).ownSignals();
            if (!own.signals().isEmpty()) {
                fitters.get(i).addOwn(runOwn(model, passes, own, features.get(i).kind().name()));
            }
        }
        List<FeatureExtractor> fitted = fitters.stream().map(FeatureFitter::fit).toList();
        return new FeatureSet(fitted, combination);
    }

    /// Runs the model on a feature's own signals.
    ///
    /// @throws Problem `invalid-fit` when the tokenizer cannot tell two of them apart, as one that
    ///   lacks their words may do, or they do not fit into the model's context
    private static Capture runOwn(
            HookedModel model, Passes passes, OwnSignals own, String feature) {
        List<TokenizedSignal> tokens = new ArrayList<>();
        Map<List<Long>, String> seen = new HashMap<>();
        for (Signal signal : own.signals()) {
            TokenizedSignal tokenized;
            try {
                tokenized = model.tokenize(signal);
            } catch (Problem e) {
                throw invalid(
                        "%s cannot be fitted on this model: its question \"%s\": %s"
                                .formatted(feature, signal.prompt(), e.detail()),
                        e);
            }
            tokens.add(tokenized);
            String same = seen.put(all(tokenized), signal.prompt());
            if (same != null) {
                throw invalid(
                        ("%s cannot be fitted on this model: its tokenizer does not tell \"%s\" and"
                                        + " \"%s\", or their answers, apart")
                                .formatted(feature, same, signal.prompt()),
                        null);
            }
        }
        Capture capture =
                model.runAll(
                        tokens,
                        new CaptureSpec(own.taps(), Outputs.NONE),
                        passes.bounds(),
                        passes::run);
        requireFinite(capture, tokens);
        return capture;
    }

    private static List<Long> all(TokenizedSignal signal) {
        return Stream.concat(Stream.of(signal.prompt()), signal.choices().stream())
                .flatMapToLong(LongStream::of)
                .boxed()
                .toList();
    }

    private static Problem invalid(String detail, @Nullable Problem cause) {
        return new Problem(ProblemCode.INVALID_FIT, detail, cause);
    }

    private static void requireFinite(Capture capture, List<TokenizedSignal> batch) {
        capture.taps()
                .forEach((tap, matrix) -> {
                    for (int row = 0; row < matrix.rows(); row++) {
                        if (!matrix.slice(row, row + 1).isFinite()) {
                            throw new Problem(
                                    ProblemCode.INVALID_FIT,
                                    "%s is not finite for signal %s"
                                            .formatted(tap.key(), batch.get(row).signal().id()));
                        }
                    }
                });
    }
}
