package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Patch;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// Effects by attribution against patching in float64: what the answer changes by when a head's
/// output z moves by ε of the way to what replaces it, over ε, is the effect in the limit.
class AttributionAgainstPatchingTest {

    private static final double EPSILON = 1e-5;

    /// Of one token and of several, the label first and second.
    private static final List<Signal> SIGNALS =
            List.of(
                    new Signal("a", "Is 12 + 30 the sum?", " Yes", List.of(" No", " Yes")),
                    new Signal("b", "Is it so?", " No", List.of(" No", " Yes")),
                    new Signal(
                            "c",
                            "When the rain stopped, the children",
                            " went out",
                            List.of(" counted the stars", " went out")),
                    new Signal("d", "The harbour", " master", List.of(" master", " No boats")));

    @ParameterizedTest
    @CsvSource({
        "llama-gqa, ATTN_Z, mean",
        "llama-gqa, ATTN_Z, zero",
        "llama-gqa, ATTN_OUT, mean",
        "mistral-window, ATTN_Z, mean",
        "mistral-window, ATTN_OUT, zero"
    })
    void effectsAreTheLimitOfPatching(String checkpoint, Site site, String ablation) {
        try (HookedModel model = load(checkpoint)) {
            List<TokenizedSignal> signals = SIGNALS.stream().map(model::tokenize).toList();
            List<HookPoint> points = points(model, site);
            FeatureExtractor extractor = fit(model, "attribution-" + ablation, points, signals);
            double largest = 0;
            for (TokenizedSignal signal : signals) {
                List<TokenizedSignal> one = List.of(signal);
                Capture capture = model.run(one, new CaptureSpec(extractor.taps(), Outputs.NONE));
                Map<String, Matrix> effects = extractor.extract(capture).byLayer();
                for (int layer = 0; layer < points.size(); layer++) {
                    HookPoint point = points.get(layer);
                    double[] z = capture.get(z(point)).row(0);
                    double[] to =
                            ablation.equals("mean")
                                    ? extractor.state().tensor("mean/" + layer, 1, z.length).row(0)
                                    : new double[z.length];
                    for (int head = 0; head < model.nHeads(); head++) {
                        Patch forth = patch(point, z, to, head, model.nHeads(), EPSILON);
                        Patch back = patch(point, z, to, head, model.nHeads(), -EPSILON);
                        Capture changed =
                                model.run(
                                        one,
                                        new CaptureSpec(
                                                List.of(), Outputs.NONE, List.of(forth, back)));
                        double limit =
                                (changed.change(forth)[0] - changed.change(back)[0])
                                        / (2 * EPSILON);
                        double effect =
                                layer(effects, "attribution-%s:%s".formatted(ablation, point))
                                        .get(0, head);
                        largest = Math.max(largest, Math.abs(effect));
                        assertThat(effect)
                                .isCloseTo(limit, within(1e-5 * Math.max(1e-3, Math.abs(limit))));
                    }
                }
            }
            assertThat(largest).isGreaterThan(0.1);
        }
    }

    @ParameterizedTest
    @CsvSource({"llama-gqa", "mistral-window"})
    void zeroAblationsOfAllHeadsAddUpToMinusTheGradientTimesTheValue(String checkpoint) {
        try (HookedModel model = load(checkpoint)) {
            List<TokenizedSignal> signals = SIGNALS.stream().map(model::tokenize).toList();
            List<HookPoint> points = points(model, Site.ATTN_Z);
            FeatureExtractor extractor = fit(model, "attribution-zero", points, signals);
            Capture capture = model.run(signals, new CaptureSpec(extractor.taps(), Outputs.NONE));
            Map<String, Matrix> effects = extractor.extract(capture).byLayer();
            for (HookPoint point : points) {
                Matrix z = capture.get(z(point));
                Matrix g = capture.get(AttributionFeature.gradient(point));
                for (int row = 0; row < signals.size(); row++) {
                    double product = 0;
                    for (int i = 0; i < z.columns(); i++) {
                        product += z.get(row, i) * g.get(row, i);
                    }
                    double sum = 0;
                    for (double effect : layer(effects, "attribution-zero:" + point).row(row)) {
                        sum += effect;
                    }
                    assertThat(sum).isCloseTo(-product, within(1e-12));
                }
            }
        }
    }

    /// In one pass beside the estimate; each patch by itself gives the same.
    @ParameterizedTest
    @CsvSource({"mean", "zero"})
    void exactEffectsAreWhatTheirPatchesChange(String ablation) {
        try (HookedModel model = load("llama-gqa")) {
            List<TokenizedSignal> signals = SIGNALS.stream().map(model::tokenize).toList();
            List<HookPoint> points = points(model, Site.ATTN_Z);
            String name = "attribution-" + ablation + "-exact";
            FeatureExtractor exact = fit(model, name, points, signals);
            FeatureExtractor estimate = fit(model, "attribution-" + ablation, points, signals);
            FeatureSet set = new FeatureSet(List.of(exact, estimate), Combination.ENSEMBLE);
            Capture capture = model.run(signals, set.spec(false));
            Map<String, Matrix> layers = set.extract(capture).byLayer();
            for (HookPoint point : points) {
                Matrix effects = layer(layers, name + ":" + point);
                double[] z0 = capture.get(z(point)).row(0);
                double[] to =
                        ablation.equals("mean")
                                ? estimate.state()
                                        .tensor("mean/" + point.layer(), 1, z0.length)
                                        .row(0)
                                : new double[z0.length];
                for (int head = 0; head < model.nHeads(); head++) {
                    Patch patch = patch(point, z0, to, head, model.nHeads(), 1);
                    double[] changed =
                            model.run(
                                            signals,
                                            new CaptureSpec(
                                                    List.of(), Outputs.NONE, List.of(patch)))
                                    .change(patch);
                    assertThat(effects.column(head)).containsExactly(changed, within(1e-10));
                }
            }
        }
    }

    private static Matrix layer(Map<String, Matrix> layers, String name) {
        return Objects.requireNonNull(layers.get(name), name);
    }

    private static HookedModel load(String checkpoint) {
        return HookedModel.load(
                Checkpoint.open(Path.of("src/test/resources/golden", checkpoint)),
                ComputeDevice.CPU,
                Precision.FLOAT64);
    }

    private static List<HookPoint> points(HookedModel model, Site site) {
        List<HookPoint> points = new ArrayList<>();
        for (int layer = 0; layer < model.identity().nLayers(); layer++) {
            points.add(new HookPoint(layer, site));
        }
        return points;
    }

    private static Tap z(HookPoint point) {
        return AttributionFeature.activation(point);
    }

    private static FeatureExtractor fit(
            HookedModel model, String name, List<HookPoint> points, List<TokenizedSignal> signals) {
        Feature feature =
                FeatureKinds.named(name)
                        .of(
                                new FeatureView(
                                        model.identity().nLayers(),
                                        model.nHeads(),
                                        List.of(),
                                        points,
                                        List.of(Position.LAST),
                                        Optional.empty()));
        FeatureFitter fitter = feature.fitter();
        fitter.add(model.run(signals, new CaptureSpec(feature.taps(), Outputs.NONE)));
        return fitter.fit();
    }

    /// A head's columns moved by a share of the way from `z` to `to`, both `[width]`.
    private static Patch patch(
            HookPoint point, double[] z, double[] to, int head, int heads, double share) {
        int columns = z.length / heads;
        double[] values = new double[columns];
        for (int i = 0; i < columns; i++) {
            int at = head * columns + i;
            values[i] = share == 1 ? to[at] : z[at] + share * (to[at] - z[at]);
        }
        return new Patch(point, head * columns, Matrix.wrap(1, columns, values));
    }
}
