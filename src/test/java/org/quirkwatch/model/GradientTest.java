package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.Quantity.Objective;

/// Holds the gradients to those that autograd gives for transformers' own decoder in float64, which
/// `golden_decoder.py` checked against central differences. [FiniteDifferenceTest] takes
/// differences of this decoder itself.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GradientTest {

    private final Map<GoldenVariant, HookedModel> models = new EnumMap<>(GoldenVariant.class);

    @BeforeAll
    void loadModels() {
        variants().forEach(variant -> models.put(variant, variant.load(Precision.FLOAT64)));
    }

    @AfterAll
    void closeModels() {
        models.values().forEach(HookedModel::close);
    }

    static Stream<GoldenVariant> variants() {
        return Arrays.stream(GoldenVariant.values()).filter(GoldenVariant::hasGradients);
    }

    static Stream<Arguments> variantsAndObjectives() {
        return variants()
                .flatMap(variant ->
                        Stream.of(Objective.LOG_ODDS, Objective.LOG_PROB)
                                .map(objective -> Arguments.of(variant, objective)));
    }

    @ParameterizedTest
    @MethodSource("variantsAndObjectives")
    void gradientsInFloat64AreThoseOfTransformers(GoldenVariant variant, Objective objective) {
        HookedModel model = model(variant);
        List<Tap> taps = gradientTaps(model, objective, Position.values());
        Capture capture = run(model, taps, Outputs.NONE);
        for (Tap tap : taps) {
            if (tap.position() == Position.LABEL) {
                // Nothing is predicted from the label's last token.
                assertThat(capture.get(tap).toArray()).as(tap.key()).containsOnly(0.0);
            } else {
                Matrix golden = variant.golden(goldenName(tap, objective));
                assertThat(GoldenDecoderTest.worstError(capture.get(tap), golden))
                        .as(tap.key())
                        .isLessThan(1e-9);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variantsAndObjectives")
    void gradientsInFloat32AreCloseToThoseInFloat64(GoldenVariant variant, Objective objective) {
        try (HookedModel model = variant.load(Precision.FLOAT32)) {
            List<Tap> taps = gradientTaps(model, objective, Position.LAST, Position.MEAN_PROMPT);
            Capture capture = run(model, taps, Outputs.NONE);
            for (Tap tap : taps) {
                Matrix golden = variant.golden(goldenName(tap, objective));
                assertThat(GoldenDecoderTest.relativeError(capture.get(tap), golden))
                        .as(tap.key())
                        .isLessThan(1e-4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variantsAndObjectives")
    void aSignalAloneHasTheGradientThatItHasInABatch(GoldenVariant variant, Objective objective) {
        HookedModel model = model(variant);
        List<Tap> taps = gradientTaps(model, objective, Position.LAST, Position.MEAN_PROMPT);
        Capture together = run(model, taps, Outputs.NONE);
        List<TokenizedSignal> signals = GoldenVariant.tokens(model);
        for (int i = 0; i < signals.size(); i++) {
            Capture alone =
                    model.run(signals.subList(i, i + 1), new CaptureSpec(taps, Outputs.NONE));
            for (Tap tap : taps) {
                GoldenDecoderTest.assertClose(
                        alone.get(tap), together.get(tap).slice(i, i + 1), 1e-10);
            }
        }
    }

    /// A single gradient tap cuts the backward pass short there; activation taps are beside it.
    @ParameterizedTest
    @MethodSource("variantsAndObjectives")
    void whatElseIsTappedChangesNoGradientAndNoValue(GoldenVariant variant, Objective objective) {
        HookedModel model = model(variant);
        List<Tap> all = new ArrayList<>(gradientTaps(model, objective, Position.LAST));
        List<Tap> values =
                GoldenDecoderTest.allTaps(model).stream()
                        .filter(tap -> tap.position() == Position.LAST)
                        .toList();
        Capture without = run(model, values, Outputs.LABELS);
        List<Tap> mixed = new ArrayList<>(values);
        mixed.addAll(all);
        Capture with = run(model, mixed, Outputs.LABELS);
        assertThat(with.labelLogProb()).containsExactly(without.labelLogProb());
        for (Tap tap : values) {
            GoldenDecoderTest.assertClose(with.get(tap), without.get(tap), 1e-12);
        }
        for (Tap tap : all.subList(Site.values().length, 2 * Site.values().length)) {
            Capture single = run(model, List.of(tap), Outputs.NONE);
            GoldenDecoderTest.assertClose(single.get(tap), with.get(tap), 1e-10);
        }
    }

    /// Where the residual stream is a sum, so is the derivative.
    @ParameterizedTest
    @MethodSource("variantsAndObjectives")
    void sitesThatAddToTheSameStreamHaveTheSameGradient(
            GoldenVariant variant, Objective objective) {
        HookedModel model = model(variant);
        Capture capture = run(model, gradientTaps(model, objective, Position.LAST), Outputs.NONE);
        for (int layer = 0; layer < model.config().nLayers(); layer++) {
            Matrix middle = capture.get(gradient(layer, Site.RESID_MID, objective));
            Matrix post = capture.get(gradient(layer, Site.RESID_POST, objective));
            GoldenDecoderTest.assertClose(
                    capture.get(gradient(layer, Site.ATTN_OUT, objective)), middle, 1e-12);
            GoldenDecoderTest.assertClose(
                    capture.get(gradient(layer, Site.MLP_OUT, objective)), post, 1e-12);
            if (layer + 1 < model.config().nLayers()) {
                GoldenDecoderTest.assertClose(
                        capture.get(gradient(layer + 1, Site.RESID_PRE, objective)), post, 1e-12);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void onePassHasOneObjective(GoldenVariant variant) {
        HookedModel model = model(variant);
        List<Tap> both =
                List.of(
                        gradient(0, Site.ATTN_Z, Objective.LOG_PROB),
                        gradient(0, Site.ATTN_Z, Objective.LOG_ODDS));
        assertThatThrownBy(() -> run(model, both, Outputs.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LOG_PROB")
                .hasMessageContaining("LOG_ODDS");
    }

    private static Capture run(HookedModel model, List<Tap> taps, Outputs outputs) {
        return model.run(GoldenVariant.tokens(model), new CaptureSpec(taps, outputs));
    }

    private static Tap gradient(int layer, Site site, Objective objective) {
        return new Tap(new HookPoint(layer, site), Position.LAST, new Quantity.Gradient(objective));
    }

    private static List<Tap> gradientTaps(
            HookedModel model, Objective objective, Position... positions) {
        return GoldenDecoderTest.allTaps(model).stream()
                .filter(tap -> Arrays.asList(positions).contains(tap.position()))
                .map(tap -> new Tap(tap.point(), tap.position(), new Quantity.Gradient(objective)))
                .toList();
    }

    private static String goldenName(Tap tap, Objective objective) {
        String name =
                switch (objective) {
                    case LOG_ODDS -> "log_odds";
                    case LOG_PROB -> "log_prob";
                    case CONTRAST ->
                            throw new IllegalArgumentException(
                                    "the reference has no contrast: it is a sign away");
                };
        return "gradient/%s/%s@%s".formatted(name, tap.point(), tap.position().text());
    }

    private HookedModel model(GoldenVariant variant) {
        return Objects.requireNonNull(models.get(variant));
    }
}
