package org.quirkwatch.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;

/// Holds the decoder to transformers: values at every site, logits and label probabilities of tiny
/// random checkpoints of every variant, within 1e-4 in float32. All signals run as one batch of
/// mixed lengths; transformers ran each alone.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenDecoderTest {

    /// Largest error, absolute up to a value of 1 and relative to the value beyond.
    private static final double TOLERANCE = 1e-4;

    private final Map<GoldenVariant, HookedModel> models = new EnumMap<>(GoldenVariant.class);
    private final Map<GoldenVariant, Capture> captures = new EnumMap<>(GoldenVariant.class);

    @BeforeAll
    void runEveryVariant() {
        for (GoldenVariant variant : GoldenVariant.values()) {
            HookedModel model = variant.load(Precision.FLOAT32);
            models.put(variant, model);
            captures.put(
                    variant,
                    model.run(
                            GoldenVariant.tokens(model),
                            new CaptureSpec(allTaps(model), Outputs.logits(Position.LAST))));
        }
    }

    @AfterAll
    void closeEveryModel() {
        models.values().forEach(HookedModel::close);
    }

    static Stream<Arguments> variantsSitesAndPositions() {
        return Stream.of(GoldenVariant.values())
                .flatMap(variant ->
                        Stream.of(Site.values())
                                .flatMap(site ->
                                        Stream.of(Position.values())
                                                .map(position ->
                                                        Arguments.of(variant, site, position))));
    }

    @ParameterizedTest
    @MethodSource("variantsSitesAndPositions")
    void valuesAreThoseOfTransformersInEveryBlock(
            GoldenVariant variant, Site site, Position position) {
        for (int layer = 0; layer < model(variant).config().nLayers(); layer++) {
            Tap tap = Tap.activation(new HookPoint(layer, site), position);
            assertClose(capture(variant).get(tap), variant.golden(goldenName(tap)), TOLERANCE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tokensAreThoseOfTransformers(GoldenVariant variant) {
        SafetensorsFile golden = variant.golden();
        List<TokenizedSignal> signals = GoldenVariant.tokens(model(variant));
        for (int i = 0; i < signals.size(); i++) {
            TokenizedSignal signal = signals.get(i);
            assertThat(signal.prompt()).isEqualTo(golden.readLongs("signal." + i + ".prompt"));
            List<String> choices = signal.signal().choices();
            int label = Math.max(0, choices.indexOf(signal.signal().label()));
            List<long[]> labelFirst = new ArrayList<>();
            for (int j = 0; j < Math.max(1, choices.size()); j++) {
                long[] ids = golden.readLongs("signal." + i + ".choice." + j);
                labelFirst.add(j == label ? 0 : labelFirst.size(), ids);
            }
            assertThat(signal.choices()).usingRecursiveComparison().isEqualTo(labelFirst);
        }
    }

    @ParameterizedTest
    @EnumSource
    void logitsAndLabelProbabilitiesAreThoseOfTransformers(GoldenVariant variant) {
        Capture capture = capture(variant);
        assertClose(capture.logits().orElseThrow(), variant.golden("logits"), TOLERANCE);
        assertClose(
                column(capture.labelLogProb()),
                column(variant.golden().readDoubles("label_log_prob")),
                TOLERANCE);
        double[] odds = variant.golden().readDoubles("label_log_odds");
        for (int i = 0; i < odds.length; i++) {
            if (Double.isNaN(odds[i])) {
                assertThat(capture.labelLogOdds()[i]).isNaN();
                capture.labelLogOdds()[i] = odds[i] = 0;
            }
        }
        assertClose(column(capture.labelLogOdds()), column(odds), TOLERANCE);
    }

    @ParameterizedTest
    @EnumSource
    void aSignalAloneGivesWhatItGivesInABatchOfMixedLengths(GoldenVariant variant) {
        HookedModel model = model(variant);
        Capture together = capture(variant);
        List<TokenizedSignal> signals = GoldenVariant.tokens(model);
        CaptureSpec spec = new CaptureSpec(allTaps(model), Outputs.LABELS);
        for (int i = 0; i < signals.size(); i++) {
            Capture alone = model.run(List.of(signals.get(i)), spec);
            for (Tap tap : spec.taps()) {
                assertClose(alone.get(tap), together.get(tap).slice(i, i + 1), 2e-5);
            }
            assertThat(Math.abs(alone.labelLogProb()[0] - together.labelLogProb()[i]))
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatLiesAboveTheLastTapChangesNothing(GoldenVariant variant) {
        HookedModel model = model(variant);
        List<TokenizedSignal> signals = GoldenVariant.tokens(model);
        for (Site site : List.of(Site.RESID_PRE, Site.ATTN_Z, Site.RESID_POST)) {
            for (int layer = 0; layer < model.config().nLayers(); layer++) {
                Tap tap = Tap.activation(new HookPoint(layer, site), Position.LAST);
                Capture low = model.run(signals, new CaptureSpec(List.of(tap), Outputs.NONE));
                assertClose(low.get(tap), capture(variant).get(tap), 2e-5);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOrderOfTheTapsDoesNotMatter(GoldenVariant variant) {
        HookedModel model = model(variant);
        List<Tap> reversed = new ArrayList<>(allTaps(model));
        Collections.reverse(reversed);
        Capture capture =
                model.run(
                        GoldenVariant.tokens(model),
                        new CaptureSpec(reversed, Outputs.logits(Position.LAST)));
        for (Tap tap : reversed) {
            assertThat(capture.get(tap)).isEqualTo(capture(variant).get(tap));
        }
    }

    /// Relative to the length of all vectors of a tap: ‖x − y‖ ≤ 0.02 ‖y‖ over the batch.
    @Test
    void inBfloat16ValuesAreWithinTwoPercent() {
        GoldenVariant variant = GoldenVariant.LLAMA_BFLOAT16;
        try (HookedModel model = variant.load(Precision.BFLOAT16)) {
            assertThat(model.identity().dtype()).isEqualTo("bfloat16");
            List<Tap> taps = allTaps(model);
            Capture capture =
                    model.run(
                            GoldenVariant.tokens(model),
                            new CaptureSpec(taps, Outputs.logits(Position.LAST)));
            for (Tap tap : taps) {
                assertThat(relativeError(capture.get(tap), variant.golden(goldenName(tap))))
                        .as(tap.key())
                        .isLessThan(0.02);
            }
            assertThat(relativeError(capture.logits().orElseThrow(), variant.golden("logits")))
                    .isLessThan(0.02);
        }
    }

    static List<Tap> allTaps(HookedModel model) {
        List<Tap> taps = new ArrayList<>();
        for (int layer = 0; layer < model.config().nLayers(); layer++) {
            for (Site site : Site.values()) {
                for (Position position : Position.values()) {
                    taps.add(Tap.activation(new HookPoint(layer, site), position));
                }
            }
        }
        return taps;
    }

    static String goldenName(Tap tap) {
        return "activation/" + tap.point() + "@" + tap.position().text();
    }

    static void assertClose(Matrix actual, Matrix expected, double tolerance) {
        assertThat(actual.rows()).isEqualTo(expected.rows());
        assertThat(actual.columns()).isEqualTo(expected.columns());
        assertThat(worstError(actual, expected)).isLessThanOrEqualTo(tolerance);
    }

    /// The largest error, absolute up to a value of 1 and relative to the value beyond; NaN where
    /// one is NaN.
    static double worstError(Matrix actual, Matrix expected) {
        double worst = 0;
        for (int i = 0; i < actual.rows(); i++) {
            for (int j = 0; j < actual.columns(); j++) {
                double error = Math.abs(actual.get(i, j) - expected.get(i, j));
                double scaled = error / Math.max(1, Math.abs(expected.get(i, j)));
                // Math.max keeps NaN.
                worst = Math.max(worst, scaled);
            }
        }
        return worst;
    }

    /// ‖x − y‖ / ‖y‖
    static double relativeError(Matrix actual, Matrix expected) {
        double error = 0;
        double size = 0;
        double[] x = actual.toArray();
        double[] y = expected.toArray();
        assertThat(x).hasSameSizeAs(y);
        for (int i = 0; i < x.length; i++) {
            error += (x[i] - y[i]) * (x[i] - y[i]);
            size += y[i] * y[i];
        }
        return Math.sqrt(error / size);
    }

    private static Matrix column(double[] values) {
        return Matrix.of(values.length, 1, values);
    }

    private HookedModel model(GoldenVariant variant) {
        return java.util.Objects.requireNonNull(models.get(variant));
    }

    private Capture capture(GoldenVariant variant) {
        return java.util.Objects.requireNonNull(captures.get(variant));
    }
}
