package org.quirkwatch.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What a model gave for a batch and all features of a set: one pass, and one more for each feature
/// that asks for it.
///
/// @param capture of the pass that all share, and of the others
/// @param refused per signal why it cannot have all features: its choices have several tokens where
///   read-outs are differentiated, or there can be no second pass; empty where it has them
public record FeatureRun(Capture capture, List<Optional<Problem>> refused) {

    /// Copies the list.
    public FeatureRun {
        refused = List.copyOf(refused);
    }

    /// Runs a model.
    ///
    /// @param spec of the features, as [FeatureSet#spec] gives it
    public static FeatureRun of(
            HookedModel model, FeatureSet features, List<TokenizedSignal> batch, CaptureSpec spec) {
        List<Optional<Problem>> refused =
                new ArrayList<>(Collections.nCopies(batch.size(), Optional.empty()));
        Capture first = model.run(spec.readsOut() ? withShortChoices(batch, refused) : batch, spec);
        Map<String, Capture> further = new LinkedHashMap<>();
        for (FeatureExtractor feature : features.parts()) {
            feature.followUp()
                    .ifPresent(followUp ->
                            further.put(
                                    feature.name(),
                                    second(model, batch, first, feature, followUp, refused)));
        }
        return new FeatureRun(further.isEmpty() ? first : first.with(further), refused);
    }

    /// The batch, with the choices of signals that have longer ones cut to one token: gradients of
    /// read-outs cannot be taken with such choices, and the others of the batch must not suffer.
    private static List<TokenizedSignal> withShortChoices(
            List<TokenizedSignal> batch, List<Optional<Problem>> refused) {
        List<TokenizedSignal> signals = new ArrayList<>(batch);
        for (int row = 0; row < batch.size(); row++) {
            TokenizedSignal signal = batch.get(row);
            if (signal.choices().stream().anyMatch(choice -> choice.length > 1)) {
                signals.set(
                        row,
                        new TokenizedSignal(
                                signal.signal(),
                                signal.prompt(),
                                signal.choices().stream()
                                        .map(choice -> Arrays.copyOf(choice, 1))
                                        .toList()));
                refused.set(
                        row,
                        Optional.of(
                                new Problem(
                                        ProblemCode.INVALID_SIGNAL,
                                        "the detector needs choices of one token, the longest has "
                                                + longest(signal))));
            }
        }
        return signals;
    }

    private static int longest(TokenizedSignal signal) {
        return signal.choices().stream().mapToInt(choice -> choice.length).max().orElse(0);
    }

    private static Capture second(
            HookedModel model,
            List<TokenizedSignal> batch,
            Capture first,
            FeatureExtractor feature,
            FollowUp followUp,
            List<Optional<Problem>> refused) {
        List<TokenizedSignal> signals = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (int row = 0; row < batch.size(); row++) {
            try {
                signals.add(model.tokenize(followUp.next(batch.get(row).signal(), first, row)));
                places.add(row);
            } catch (Problem e) {
                String detail = "second pass of %s: %s".formatted(feature.name(), e.detail());
                refused.set(row, Optional.of(new Problem(e.code(), detail, e)));
            }
        }
        double[] logProb = new double[batch.size()];
        double[] logOdds = new double[batch.size()];
        Arrays.fill(logProb, Double.NaN);
        Arrays.fill(logOdds, Double.NaN);
        if (!signals.isEmpty()) {
            // Prompts grow by the second pass, so what was one batch may be several.
            Capture found =
                    model.runAll(
                            signals, new CaptureSpec(List.of(), Outputs.LABELS), BatchBounds.BULK);
            for (int i = 0; i < signals.size(); i++) {
                logProb[places.get(i)] = found.labelLogProb()[i];
                logOdds[places.get(i)] = found.labelLogOdds()[i];
            }
        }
        return new Capture(Map.of(), logProb, logOdds, Optional.empty());
    }
}
