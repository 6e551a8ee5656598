package org.quirkwatch.feature;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// How easily the model is talked out of its answer, one column: with hi the choice of two that is
/// likelier after the prompt and lo the other,
///
/// ```text
/// log (p1(hi)/p1(lo)) − log (p2(hi)/p2(lo))
/// ```
///
/// in nats, p1 after the prompt, p2 after the prompt and a remark that lo is a possible answer. For
/// choices of one token it is the method's difference of logits. It costs a second pass of the
/// model; signals need exactly two choices. The rule `value` scores it as it is.
record IterativeRephraseFeature() implements Feature, FeatureExtractor, FollowUp {

    static final FeatureKind KIND = new Kind();

    private static final class Kind implements FeatureKind {
        @Override
        public String name() {
            return "iterative-rephrase";
        }

        @Override
        public String summary() {
            return "how easily the model is talked out of its answer; a second pass";
        }

        @Override
        public Feature of(FeatureView view) {
            if (!view.hookPoints().isEmpty() || !view.layers().isEmpty()) {
                throw FeatureView.invalid(name() + " looks at the choices, not at layers");
            }
            return new IterativeRephraseFeature();
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            state.requireNames(Set.of(), Set.of());
            if (!taps.isEmpty()) {
                throw new IllegalArgumentException(
                        "%s reads no taps, got %d".formatted(name(), taps.size()));
            }
            return new IterativeRephraseFeature();
        }
    }

    @Override
    public FeatureKind kind() {
        return KIND;
    }

    @Override
    public boolean needsLabels() {
        return true;
    }

    @Override
    public FeatureFitter fitter() {
        return new NothingToLearn(this);
    }

    @Override
    public String name() {
        return KIND.name();
    }

    @Override
    public List<Tap> taps() {
        return List.of();
    }

    @Override
    public List<FeatureLayer> layers() {
        return List.of(FeatureLayer.plain(name(), -1));
    }

    @Override
    public Optional<FollowUp> followUp() {
        return Optional.of(this);
    }

    @Override
    public Signal next(Signal signal, Capture first, int row) {
        List<String> choices = signal.choices();
        String label = signal.label();
        if (label == null || choices.size() != 2 || !choices.contains(label)) {
            throw new Problem(
                    ProblemCode.INVALID_SIGNAL,
                    "needs a label and two choices with it among them, the signal has %d"
                            .formatted(choices.size()));
        }
        double odds = first.labelLogOdds()[row];
        if (!Double.isFinite(odds)) {
            throw new Problem(
                    ProblemCode.NON_FINITE, "the log-odds of the label are %s".formatted(odds));
        }
        String other = choices.get(1 - choices.indexOf(label));
        String lo = labelIsLikelier(odds) ? other : label;
        return new Signal(signal.id(), signal.prompt() + remark(lo.strip()), label, choices);
    }

    private static String remark(String answer) {
        return "\n\n One possible answer is \""
                + answer
                + "\"\n\n Is the statement factually correct?";
    }

    private static boolean labelIsLikelier(double odds) {
        return odds >= 0;
    }

    @Override
    public Features extract(Capture capture) {
        double[] second = capture.followUp(name()).labelLogOdds();
        double[] values = capture.labelLogOdds().clone();
        for (int i = 0; i < values.length; i++) {
            double less = values[i] - second[i];
            values[i] = labelIsLikelier(values[i]) ? less : -less;
        }
        SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
        byLayer.put(name(), Matrix.wrap(values.length, 1, values));
        return new Features(byLayer);
    }

    @Override
    public FittedState state() {
        return new FittedState(Map.of(), Map.of());
    }
}
