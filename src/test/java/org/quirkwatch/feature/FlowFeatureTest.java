package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.flow.Flow;
import org.quirkwatch.flow.FlowPrior;
import org.quirkwatch.flow.FlowTraining;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// On a tiny checkpoint with random weights.
class FlowFeatureTest {

    private static final FeatureKind KIND = FeatureKinds.named("flow");

    private static HookedModel model;
    private static Capture trusted;
    private static Capture fresh;
    private static FeatureExtractor fitted;

    @BeforeAll
    static void fit() {
        Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/golden/llama-gqa"));
        model = HookedModel.load(checkpoint, ComputeDevice.CPU, Precision.FLOAT32);
        Feature feature = KIND.of(view(List.of()));
        trusted = capture(feature, 90, 1);
        fresh = capture(feature, 20, 2);
        FeatureFitter fitter = feature.fitter();
        assertThat(fitter.learns()).isTrue();
        fitter.add(trusted);
        fitted = fitter.fit();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void byItselfItLooksAtWhatLeavesEveryBlockAndWithLayersAtWhatEntersThem() {
        assertThat(KIND.of(view(List.of())).taps().stream().map(Tap::key))
                .containsExactly(
                        "blocks.0.hook_resid_post",
                        "blocks.1.hook_resid_post",
                        "blocks.2.hook_resid_post");
        assertThat(KIND.of(view(List.of(2))).taps().stream().map(Tap::key))
                .containsExactly("blocks.2.hook_resid_pre");
    }

    @Test
    void aLayerIsTheLatentsOfAFlowOfItsActivations() {
        Features features = fitted.extract(fresh);
        assertThat(features.byLayer().keySet())
                .containsExactlyElementsOf(
                        fitted.layers().stream().map(FeatureLayer::name).toList())
                .first()
                .isEqualTo("flow:blocks.0.hook_resid_post");
        for (Tap tap : fitted.taps()) {
            Flow flow = FlowTraining.standard(FlowPrior.NORMAL).train(trusted.get(tap));
            assertThat(features.byLayer().get("flow:" + tap.key()))
                    .isEqualTo(flow.latents(fresh.get(tap)));
        }
    }

    @Test
    void aSignalHasTheSameLatentsAloneAndInABatch() {
        List<Matrix> together = List.copyOf(fitted.extract(fresh).byLayer().values());
        for (int row = 0; row < 20; row++) {
            Map<Tap, Matrix> one = new HashMap<>();
            for (Tap tap : fitted.taps()) {
                one.put(tap, fresh.get(tap).slice(row, row + 1));
            }
            Capture capture = new Capture(one, new double[0], new double[0], Optional.empty());
            List<Matrix> alone = List.copyOf(fitted.extract(capture).byLayer().values());
            assertThat(alone).hasSameSizeAs(together);
            for (int layer = 0; layer < alone.size(); layer++) {
                assertThat(alone.get(layer).row(0))
                        .containsExactly(together.get(layer).row(row), within(1e-9));
            }
        }
    }

    @Test
    void theStateGivesTheSameExtractorBack() {
        FeatureExtractor restored = KIND.restore(fitted.taps(), fitted.state());
        assertThat(restored.state()).isEqualTo(fitted.state());
        assertThat(restored.extract(fresh)).isEqualTo(fitted.extract(fresh));
        assertThat(restored.layers()).isEqualTo(fitted.layers());
    }

    @Test
    void aStateWithoutOneOfItsPartsOrWithMoreIsRefusedByName() {
        FittedState state = fitted.state();
        for (String name : state.tensors().keySet()) {
            Map<String, Matrix> tensors = new HashMap<>(state.tensors());
            tensors.remove(name);
            assertRefused(new FittedState(state.numbers(), tensors), name);
            tensors.put(name, Matrix.of(5, 7, new double[35]));
            assertRefused(new FittedState(state.numbers(), tensors), name);
        }
        for (String name : state.numbers().keySet()) {
            Map<String, Double> numbers = new HashMap<>(state.numbers());
            numbers.remove(name);
            assertRefused(new FittedState(numbers, state.tensors()), name);
            numbers.put(name, -1.5);
            assertRefused(new FittedState(numbers, state.tensors()), name);
        }
        Map<String, Double> more = new HashMap<>(state.numbers());
        more.put("3/hidden", 64.0);
        assertThatThrownBy(
                        () -> KIND.restore(fitted.taps(), new FittedState(more, state.tensors())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[3/hidden]");
    }

    @Test
    void whatItCannotLearnFromIsRefusedWithTheLayer() {
        Feature feature = KIND.of(view(List.of(0)));
        FeatureFitter few = feature.fitter();
        few.add(capture(feature, 9, 1));
        assertThatThrownBy(few::fit)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("flow:blocks.0.hook_resid_pre: 9 trusted row(s)");
        FeatureFitter same = feature.fitter();
        same.add(capture(feature, 30, 1));
        assertThatThrownBy(same::fit)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("flow:blocks.0.hook_resid_pre: the features are the same");
    }

    @Test
    void tapsThatItCannotUseAreRefused() {
        HookPoint point = new HookPoint(0, Site.RESID_POST);
        Tap gradient =
                new Tap(point, Position.LAST, new Quantity.Gradient(Quantity.Objective.CONTRAST));
        for (List<Tap> taps :
                List.of(
                        List.<Tap>of(),
                        List.of(fitted.taps().getFirst(), fitted.taps().getFirst()),
                        List.of(gradient))) {
            assertThatThrownBy(() -> KIND.restore(taps, new FittedState(Map.of(), Map.of())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("flow");
        }
    }

    private static void assertRefused(FittedState state, String part) {
        String name = part.substring(part.indexOf('/') + 1);
        assertThatThrownBy(() -> KIND.restore(fitted.taps(), state))
                .as(part)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("flow %s: ".formatted(part.substring(0, part.indexOf('/'))))
                .hasMessageContaining(name);
    }

    private static FeatureView view(List<Integer> layers) {
        return new FeatureView(
                model.config().nLayers(),
                model.nHeads(),
                layers,
                List.of(),
                List.of(Position.LAST),
                Optional.empty());
    }

    /// Prompts of many lengths that all end alike.
    private static Capture capture(Feature feature, int n, long seed) {
        Random random = new Random(seed);
        List<TokenizedSignal> signals = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String prompt =
                    "Sum:%s 0. Is it so?"
                            .formatted(
                                    " %d +"
                                            .formatted(random.nextInt(1000))
                                            .repeat(1 + random.nextInt(5)));
            signals.add(
                    model.tokenize(new Signal("s" + i, prompt, " Yes", List.of(" No", " Yes"))));
        }
        return model.run(signals, new CaptureSpec(feature.taps(), Outputs.NONE));
    }
}
