package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;

class ActivationFeatureTest {

    private static final Tap LAST = Tap.activation(new HookPoint(1, Site.RESID_PRE), Position.LAST);
    private static final Tap MEAN =
            Tap.activation(new HookPoint(0, Site.MLP_OUT), Position.MEAN_PROMPT);

    @Test
    void layersAreTheTapsInTheirOrder() {
        Matrix last = Matrix.of(1, 2, new double[] {1, 2});
        Matrix mean = Matrix.of(1, 3, new double[] {3, 4, 5});
        FeatureExtractor feature = activation(List.of(LAST, MEAN));
        Capture capture =
                new Capture(
                        Map.of(LAST, last, MEAN, mean),
                        new double[0],
                        new double[0],
                        Optional.empty());
        assertThat(feature.extract(capture).byLayer())
                .containsExactly(
                        Map.entry("blocks.1.hook_resid_pre", last),
                        Map.entry("blocks.0.hook_mlp_out@mean-prompt", mean));
        assertThat(feature.layers().stream().map(FeatureLayer::name))
                .containsExactlyElementsOf(feature.extract(capture).byLayer().keySet());
    }

    @Test
    void tapsThatItCannotUseAreRefused() {
        Tap gradient =
                new Tap(
                        LAST.point(),
                        Position.LAST,
                        new Quantity.Gradient(Quantity.Objective.LOG_ODDS));
        assertThatThrownBy(() -> activation(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a hook point");
        assertThatThrownBy(() -> activation(List.of(LAST, LAST)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> activation(List.of(gradient)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is a gradient");
        assertThatThrownBy(() -> FeatureKinds.named("soul"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("\"soul\"")
                .hasMessageContaining("activation");
    }

    private static FeatureExtractor activation(List<Tap> taps) {
        return FeatureKinds.named("activation").restore(taps, new FittedState(Map.of(), Map.of()));
    }
}
