package org.quirkwatch.feature;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LogisticRegression;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;

/// How much the residual stream looks as it does where a wrong answer has just been given: per
/// layer the logit of a probe, one column, higher for wrong. The probe (a cross-validated
/// [LogisticRegression]) is fitted on the project's own questions, each with a wrong and with the
/// right answer, at the last token of the answer, and read at the last token of the prompt. Nothing
/// is learned of trusted signals; the rule `value` scores the logits as they are.
///
/// Layers are as those of [ActivationFeature]: with named ones what enters those blocks, as in the
/// method, by itself what leaves every block.
///
/// @param points one per layer
record MisconceptionFeature(List<HookPoint> points) implements Feature {

    static final FeatureKind KIND = new Kind();

    MisconceptionFeature {
        points = List.copyOf(points);
        if (points.isEmpty() || points.stream().distinct().count() != points.size()) {
            throw new IllegalArgumentException(
                    "expected hook points, each once, got %s".formatted(points));
        }
    }

    private static final class Kind implements FeatureKind {
        @Override
        public String name() {
            return "misconception-contrast";
        }

        @Override
        public String summary() {
            return "how much it looks as after a wrong answer to common questions, by a probe";
        }

        @Override
        public Feature of(FeatureView view) {
            if (!view.positions().equals(List.of(Position.LAST))) {
                throw FeatureView.invalid(
                        "%s looks at the last token of the prompt, no other position"
                                .formatted(name()));
            }
            try {
                return new MisconceptionFeature(
                        view.points(view.layers().isEmpty() ? Site.RESID_POST : Site.RESID_PRE));
            } catch (IllegalArgumentException e) {
                throw FeatureView.invalid(name() + ": " + e.getMessage());
            }
        }

        @Override
        public FeatureExtractor restore(List<Tap> taps, FittedState state) {
            MisconceptionFeature feature =
                    new MisconceptionFeature(taps.stream().map(Tap::point).toList());
            if (!feature.taps().equals(taps)) {
                throw new IllegalArgumentException(
                        "%s reads activations at the last token".formatted(name()));
            }
            int count = taps.size();
            state.requireNames(Probes.numberNames(count), Probes.tensorNames(count));
            return new Extractor(feature, state, Probes.of(state, count));
        }
    }

    @Override
    public FeatureKind kind() {
        return KIND;
    }

    @Override
    public List<Tap> taps() {
        return points.stream().map(point -> Tap.activation(point, Position.LAST)).toList();
    }

    @Override
    public boolean needsLabels() {
        return false;
    }

    @Override
    public OwnSignals ownSignals() {
        return new OwnSignals(
                MisconceptionPairs.read().signals(),
                points.stream().map(MisconceptionFeature::answer).toList());
    }

    private static Tap answer(HookPoint point) {
        return Tap.activation(point, Position.LABEL);
    }

    @Override
    public FeatureFitter fitter() {
        return new ProbeFitter(points);
    }

    private static final class ProbeFitter implements FeatureFitter {

        private final List<HookPoint> points;
        private @Nullable Probes probes;

        ProbeFitter(List<HookPoint> points) {
            this.points = points;
        }

        @Override
        public boolean learns() {
            return false;
        }

        @Override
        public void add(Capture capture) {}

        @Override
        public void addOwn(Capture capture) {
            double[] targets = MisconceptionPairs.read().targets();
            probes =
                    new Probes(
                            points.stream()
                                    .map(point -> capture.get(answer(point)))
                                    .map(rows ->
                                            LogisticRegression.crossValidated(
                                                    rows, targets, Probes.SEED))
                                    .toList());
        }

        @Override
        public FeatureExtractor fit() {
            if (probes == null) {
                throw new IllegalStateException("the own signals have not been added");
            }
            return new Extractor(
                    new MisconceptionFeature(points),
                    new FittedState(probes.numbers(), probes.tensors()),
                    probes);
        }
    }

    private record Extractor(MisconceptionFeature feature, FittedState state, Probes probes)
            implements FeatureExtractor {

        @Override
        public String name() {
            return KIND.name();
        }

        @Override
        public List<Tap> taps() {
            return feature.taps();
        }

        @Override
        public boolean needsLabels() {
            return false;
        }

        @Override
        public List<FeatureLayer> layers() {
            return feature.points().stream()
                    .map(point -> FeatureLayer.plain(layer(point), point.layer()))
                    .toList();
        }

        private static String layer(HookPoint point) {
            return KIND.name() + ":" + point;
        }

        @Override
        public Features extract(Capture capture) {
            SequencedMap<String, Matrix> byLayer = new LinkedHashMap<>();
            IntStream.range(0, taps().size())
                    .forEach(i -> {
                        double[] logits = probes.list().get(i).logits(capture.get(taps().get(i)));
                        byLayer.put(
                                layer(feature.points().get(i)),
                                Matrix.wrap(logits.length, 1, logits));
                    });
            return new Features(byLayer);
        }
    }
}
