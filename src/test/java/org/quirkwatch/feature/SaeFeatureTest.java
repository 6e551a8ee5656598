package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.Capture;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.problem.Problem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SaeFeatureTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/sae");

    @Test
    void latentsAreThoseOfAnIndependentProgramAlsoAfterTheStateCameBack() throws IOException {
        JsonNode golden =
                JsonMapper.shared()
                        .readTree(Files.readString(GOLDEN.resolve("codes.json")))
                        .get("cases")
                        .get(0);
        assertThat(golden.get("name").asString()).isEqualTo("layers.1");
        Feature feature = kind().of(view("layers.1", List.of()));
        Tap tap = Tap.activation(new HookPoint(1, Site.RESID_POST), Position.LAST);
        assertThat(feature.taps()).containsExactly(tap);
        FeatureExtractor fitted = feature.fitter().fit();
        Capture capture =
                new Capture(
                        Map.of(tap, matrix(golden.get("rows"))),
                        new double[0],
                        new double[0],
                        Optional.empty());
        Matrix latents =
                Objects.requireNonNull(
                        fitted.extract(capture).byLayer().get("sae:blocks.1.hook_resid_post"));
        assertThat(latents.toArray())
                .containsExactly(matrix(golden.get("codes")).toArray(), Offset.offset(1e-5));
        FeatureExtractor restored = kind().restore(fitted.taps(), fitted.state());
        assertThat(restored.extract(capture).byLayer())
                .isEqualTo(fitted.extract(capture).byLayer());
        assertThat(restored.layers()).isEqualTo(fitted.layers());
    }

    @Test
    void ofEquallyLargeLatentsTheFirstAreKept() {
        FittedState state =
                new FittedState(
                        Map.of("k", 2.0),
                        Map.of(
                                "encoder", Matrix.of(4, 1, new double[] {1, 2, 2, 2}),
                                "encoder_bias", Matrix.of(1, 4, new double[4]),
                                "decoder_bias", Matrix.of(1, 1, new double[] {0.5})));
        Tap tap = Tap.activation(new HookPoint(0, Site.RESID_POST), Position.LAST);
        Matrix rows = Matrix.of(2, 1, new double[] {1.5, -3});
        Capture capture =
                new Capture(Map.of(tap, rows), new double[0], new double[0], Optional.empty());
        Matrix latents =
                kind().restore(List.of(tap), state)
                        .extract(capture)
                        .byLayer()
                        .get("sae:blocks.0.hook_resid_post");
        assertThat(latents).isEqualTo(Matrix.of(2, 4, new double[] {0, 2, 2, 0, 0, 0, 0, 0}));
    }

    @Test
    void whereItBelongsHasToBeKnown() {
        assertThatThrownBy(() -> kind().of(view("layers.2.mlp", List.of())))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("the folder is called layers.2.mlp");
        HookPoint point = new HookPoint(2, Site.MLP_OUT);
        assertThat(kind().of(view("layers.2.mlp", List.of(point))).taps())
                .containsExactly(Tap.activation(point, Position.LAST));
        FeatureView without =
                new FeatureView(
                        3, 2, List.of(), List.of(), List.of(Position.LAST), Optional.empty());
        assertThatThrownBy(() -> kind().of(without))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("needs the folder of a sparse autoencoder");
    }

    private static FeatureKind kind() {
        return FeatureKinds.named("sae");
    }

    private static FeatureView view(String folder, List<HookPoint> points) {
        return new FeatureView(
                3,
                2,
                List.of(),
                points,
                List.of(Position.LAST),
                Optional.of(GOLDEN.resolve(folder)));
    }

    private static Matrix matrix(JsonNode rows) {
        return Matrix.ofRows(
                rows.valueStream()
                        .map(row -> row.valueStream().mapToDouble(JsonNode::asDouble).toArray())
                        .toArray(double[][]::new));
    }
}
