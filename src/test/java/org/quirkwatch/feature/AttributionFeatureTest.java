package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;

/// Two heads of two columns, two rows: z and g small enough for the head.
class AttributionFeatureTest {

    private static final Matrix Z = Matrix.of(2, 4, new double[] {1, 2, 3, 4, -1, 0, 2, 5});
    private static final Matrix G = Matrix.of(2, 4, new double[] {5, 7, 11, 13, 1, -2, 3, -4});
    private static final double[] MEAN = {2, 4, 6, 8};

    /// Two directions, the columns (3, 4, 0, 0) / 5 and (0, 0, 0, 1).
    private static final Matrix DIRECTIONS =
            Matrix.of(4, 2, new double[] {0.6, 0, 0.8, 0, 0, 0, 0, 1});

    private static final HookPoint POINT = new HookPoint(1, Site.ATTN_Z);

    @Test
    void byTheMeanItIsTheGradientTimesWhatIsMissing() {
        // (1, 2, 3, 4) and (3, 4, 4, 3) are missing.
        assertEffects(Ablation.MEAN, 5 + 14, 33 + 52, 3 - 8, 12 - 12);
    }

    @Test
    void byNothingItIsMinusTheGradientTimesTheValue() {
        assertEffects(Ablation.ZERO, -(5 + 14), -(33 + 52), 1, -(6 - 20));
    }

    @Test
    void alongDirectionsItIsWhatIsMissingThereTimesTheGradientThere() {
        // Row 0: 0.6 + 1.6 and 4 are missing; row 1: 1.8 + 3.2 and 3.
        assertEffects(
                Ablation.PCS,
                2.2 * (0.6 * 5 + 0.8 * 7),
                0,
                0,
                4 * 13,
                5 * (0.6 - 1.6),
                0,
                0,
                3 * -4);
    }

    @Test
    void theLegacyFormIsAZeroAblationAndATermAlongTheDirection() {
        double[] zero = effects(Ablation.ZERO).toArray();
        double[] legacy = effects(Ablation.PCS_LEGACY).toArray();
        double[] along = {
            (1 + 2.2) * (0.6 * 5 + 0.8 * 7),
            0,
            0,
            (1 + 4) * 13,
            (1 + 5) * (0.6 - 1.6),
            0,
            0,
            (1 + 3) * -4
        };
        for (int row = 0; row < 2; row++) {
            for (int j = 0; j < 2; j++) {
                for (int head = 0; head < 2; head++) {
                    int at = (row * 2 + j) * 2 + head;
                    assertThat(legacy[at])
                            .isCloseTo(zero[row * 2 + head] + along[at], within(1e-12));
                }
            }
        }
    }

    @Test
    void theNormIsSquaredAndTheRawFormIsTheGradientItself() {
        assertEffects(Ablation.GRAD_NORM, 25 + 49, 121 + 169, 1 + 4, 9 + 16);
        assertThat(effects(Ablation.RAW)).isEqualTo(G);
    }

    /// What leaves the output projection is cut into as many blocks as there are heads.
    @ParameterizedTest
    @EnumSource(names = {"ATTN_Z", "ATTN_OUT"})
    void aFittedFeatureTakesItsMeanFromTrustedSignals(Site site) {
        HookPoint point = new HookPoint(1, site);
        Feature feature = FeatureKinds.named("attribution-mean").of(view(List.of(point)));
        FeatureFitter fitter = feature.fitter();
        fitter.add(capture(point, Z, G));
        FeatureExtractor extractor = fitter.fit();
        // The mean of Z is (0, 1, 2.5, 4.5).
        Map<String, Matrix> layers = extractor.extract(capture(point, Z, G)).byLayer();
        assertThat(layers.keySet()).containsExactly("attribution-mean:" + point);
        assertThat(layers.values().iterator().next().toArray())
                .containsExactly(
                        new double[] {-5 - 7, -0.5 * 11 + 0.5 * 13, 1 - 2, 0.5 * 3 - 0.5 * -4},
                        within(1e-12));
        assertThat(extractor.layers())
                .containsExactly(new FeatureLayer("attribution-mean:" + point, 1, 2, 1));
    }

    @Test
    void moreDirectionsThanTrustedSignalsHaveAreRefused() {
        Feature feature = FeatureKinds.named("attribution-pcs").of(view(List.of(POINT)));
        FeatureFitter fitter = feature.fitter();
        fitter.add(capture(POINT, Z, G));
        assertThatThrownBy(fitter::fit)
                .isInstanceOf(Problem.class)
                .hasMessageContaining("2 trusted signal(s)")
                .hasMessageContaining("11 or more");
    }

    @ParameterizedTest
    @EnumSource
    void theStateGivesTheSameEffectsBack(Ablation ablation) {
        Feature feature = kind(ablation).of(view(List.of(POINT)));
        FeatureExtractor extractor = kind(ablation).restore(feature.taps(), state(ablation));
        Capture capture = capture(POINT, Z, G);
        assertThat(extractor.extract(capture).byLayer())
                .containsExactly(Map.entry(kind(ablation).name() + ":" + POINT, effects(ablation)));
        assertThat(extractor.state()).isEqualTo(state(ablation));
        assertThat(extractor.taps()).isEqualTo(feature.taps());
    }

    @Test
    void aWidthThatHeadsDoNotShareEvenlyIsRefused() {
        Feature feature = kind(Ablation.MEAN).of(view(List.of(POINT)));
        Map<String, Double> numbers = new HashMap<>(state(Ablation.MEAN).numbers());
        numbers.put("heads", 3.0);
        assertThatThrownBy(() ->
                        kind(Ablation.MEAN)
                                .restore(
                                        feature.taps(),
                                        new FittedState(numbers, state(Ablation.MEAN).tensors())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mean/0")
                .hasMessageContaining("multiple of 3");
    }

    @ParameterizedTest
    @CsvSource({
        "attribution-zero",
        "attribution-raw",
        "attribution-mean-exact",
        "attribution-zero-exact"
    })
    void otherSitesAndPositionsAreRefused(String name) {
        FeatureKind kind = FeatureKinds.named(name);
        assertThatThrownBy(() -> kind.of(view(List.of(new HookPoint(0, Site.MLP_OUT)))))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(name)
                .hasMessageContaining("blocks.0.hook_mlp_out");
        assertThatThrownBy(() -> kind.of(view(List.of(POINT, new HookPoint(1, Site.ATTN_OUT)))))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("all hook points");
        assertThatThrownBy(() -> kind.of(view(List.of(POINT, POINT))))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("twice");
        FeatureView mean =
                new FeatureView(
                        3,
                        2,
                        List.of(),
                        List.of(),
                        List.of(Position.MEAN_PROMPT),
                        Optional.empty());
        assertThatThrownBy(() -> kind.of(mean))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("last token");
        FittedState state = new FittedState(Map.of("heads", 2.0), Map.of());
        assertThatThrownBy(() -> kind.restore(List.of(), state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hook point");
        assertThatThrownBy(
                        () -> kind.restore(List.of(Tap.activation(POINT, Position.LABEL)), state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }

    @Test
    void morePatchesThanAPassTakesAreRefused() {
        List<HookPoint> points =
                IntStream.range(0, 65).mapToObj(i -> new HookPoint(i, Site.ATTN_Z)).toList();
        FeatureView view =
                new FeatureView(
                        65, 64, List.of(), points, List.of(Position.LAST), Optional.empty());
        assertThatThrownBy(() -> FeatureKinds.named("attribution-zero-exact").of(view))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("64 heads at 65 hook points are more than 4096 patches");
    }

    private static FeatureView view(List<HookPoint> points) {
        return new FeatureView(3, 2, List.of(), points, List.of(Position.LAST), Optional.empty());
    }

    private static FeatureKind kind(Ablation ablation) {
        return FeatureKinds.named("attribution-" + ablation.text());
    }

    private static FittedState state(Ablation ablation) {
        Map<String, Double> numbers = new HashMap<>(Map.of("heads", 2.0));
        Map<String, Matrix> tensors = new HashMap<>();
        if (ablation.needsMean()) {
            numbers.put("n_fit", 20.0);
            tensors.put("mean/0", Matrix.of(1, 4, MEAN));
        }
        if (ablation.needsDirections()) {
            tensors.put("directions/0", DIRECTIONS);
        }
        return new FittedState(numbers, tensors);
    }

    private static Capture capture(HookPoint point, Matrix z, Matrix g) {
        return new Capture(
                Map.of(
                        AttributionFeature.activation(point),
                        z,
                        AttributionFeature.gradient(point),
                        g),
                new double[0],
                new double[0],
                Optional.empty());
    }

    private static Matrix effects(Ablation ablation) {
        return ablation.effects(Z, G, MEAN, DIRECTIONS, 2);
    }

    private static void assertEffects(Ablation ablation, double... expected) {
        Matrix effects = effects(ablation);
        assertThat(effects.rows()).isEqualTo(2);
        assertThat(effects.toArray()).containsExactly(expected, within(1e-12));
    }
}
