package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.SparseAutoencoderCheckpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.fitting.Fit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Quantity.Objective;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// What every feature promises, as it is used by default, fitted on a tiny checkpoint. A feature in
/// [FeatureKinds] is found here by itself.
@ParameterizedClass(name = "{0}")
@MethodSource("features")
class FeatureContractTest {

    private static final int TRUSTED = 120;
    private static final Pattern NUMBERED = Pattern.compile("(\\d+)/(.+)");
    private static final Map<String, FeatureExtractor> FITTED = new HashMap<>();

    @TempDir static Path folder;

    private static HookedModel model;

    @Parameter String name = "";

    static Stream<String> features() {
        return FeatureKinds.list().stream().map(FeatureKind::name);
    }

    @BeforeAll
    static void load() {
        if (model == null) {
            Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/golden/llama-gqa"));
            model = HookedModel.load(checkpoint, ComputeDevice.CPU, Precision.FLOAT32);
        }
    }

    @Test
    void namesAreUniqueAndEachHasASummary() {
        assertThat(features().filter(name::equals)).hasSize(1);
        assertThat(name).matches("[a-z][a-z0-9-]*");
        assertThat(FeatureKinds.named(name).summary()).isNotBlank();
        assertThat(fitted().name()).isEqualTo(name);
    }

    @Test
    void layersAreThoseThatItMakesEachNamedOnce() {
        List<TokenizedSignal> batch = signals(name, 7, 2);
        Map<String, Matrix> layers = extract(fitted(), batch);
        assertThat(fitted().layers().stream().map(FeatureLayer::name))
                .isNotEmpty()
                .doesNotHaveDuplicates()
                .containsExactlyElementsOf(layers.keySet());
        for (FeatureLayer layer : fitted().layers()) {
            Matrix matrix = layer(layers, layer.name());
            assertThat(layer.name()).isNotBlank();
            assertThat(matrix.rows()).isEqualTo(batch.size());
            assertThat(matrix.columns()).isPositive();
            assertThat(matrix.isFinite()).isTrue();
            assertThat(layer.block()).isBetween(-1, model.identity().nLayers() - 1);
            if (layer.heads() > 0) {
                assertThat(matrix.columns() % (layer.heads() * layer.run())).isZero();
                assertThat(layer.headOf(matrix.columns() - 1)).isEqualTo(layer.heads() - 1);
            }
        }
    }

    @Test
    void theStateGivesTheSameFeaturesBack() {
        FeatureExtractor restored = restore(fitted().state());
        List<TokenizedSignal> batch = signals(name, 5, 3);
        assertThat(extract(restored, batch)).isEqualTo(extract(fitted(), batch));
        assertThat(restored.name()).isEqualTo(name);
        assertThat(restored.state()).isEqualTo(fitted().state());
        assertThat(restored.layers()).isEqualTo(fitted().layers());
        assertThat(restored.taps()).isEqualTo(fitted().taps());
        assertThat(restored.patches()).isEqualTo(fitted().patches());
        assertThat(restored.needsLabels()).isEqualTo(fitted().needsLabels());
    }

    /// Close relative to the largest value of the layer.
    @Test
    void aSignalAloneHasTheFeaturesThatItHasInABatch() {
        List<TokenizedSignal> batch = signals(name, 9, 4);
        Map<String, Matrix> together = extract(fitted(), batch);
        for (int row = 0; row < batch.size(); row++) {
            Map<String, Matrix> alone = extract(fitted(), batch.subList(row, row + 1));
            for (Map.Entry<String, Matrix> layer : together.entrySet()) {
                double[] expected = layer.getValue().row(row);
                double[] actual = layer(alone, layer.getKey()).row(0);
                double largest =
                        Arrays.stream(layer.getValue().toArray()).map(Math::abs).max().orElse(0);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Math.abs(actual[i] - expected[i]))
                            .as("%s, column %d of signal %d", layer.getKey(), i, row)
                            .isLessThanOrEqualTo(1e-4 * largest);
                }
            }
        }
    }

    @Test
    void aStateWithoutOneOfItsPartsIsRefusedByName() {
        FittedState state = fitted().state();
        for (String part : state.numbers().keySet()) {
            Map<String, Double> numbers = new HashMap<>(state.numbers());
            numbers.remove(part);
            assertRefused(new FittedState(numbers, state.tensors()), part);
        }
        for (String part : state.tensors().keySet()) {
            Map<String, Matrix> tensors = new HashMap<>(state.tensors());
            tensors.remove(part);
            assertRefused(new FittedState(state.numbers(), tensors), part);
        }
    }

    @Test
    void aStateWithAPartTooManyIsRefusedByName() {
        FittedState state = fitted().state();
        Map<String, Double> numbers = new HashMap<>(state.numbers());
        numbers.put("superfluous", 1.0);
        assertRefused(new FittedState(numbers, state.tensors()), "superfluous");
        Map<String, Matrix> tensors = new HashMap<>(state.tensors());
        tensors.put("superfluous", Matrix.of(1, 1, new double[1]));
        assertRefused(new FittedState(state.numbers(), tensors), "superfluous");
    }

    @Test
    void aTensorOfAnotherShapeIsRefusedByName() {
        FittedState state = fitted().state();
        for (Map.Entry<String, Matrix> part : state.tensors().entrySet()) {
            Map<String, Matrix> tensors = new HashMap<>(state.tensors());
            double[][] rows = new double[part.getValue().rows() + 1][];
            Arrays.setAll(rows, i -> part.getValue().row(Math.min(i, part.getValue().rows() - 1)));
            tensors.put(part.getKey(), Matrix.ofRows(rows));
            assertRefused(new FittedState(state.numbers(), tensors), part.getKey());
        }
    }

    @Test
    void aNumberOutsideItsRangeIsRefusedByName() {
        FittedState state = fitted().state();
        for (String part : state.numbers().keySet()) {
            if (part.contains("bias")) {
                // The only number of any size.
                continue;
            }
            Map<String, Double> numbers = new HashMap<>(state.numbers());
            numbers.put(part, -0.5);
            assertRefused(new FittedState(numbers, state.tensors()), part);
        }
    }

    @Test
    void otherTapsAreRefused() {
        FeatureExtractor fitted = fitted();
        List<Tap> taps = new ArrayList<>(fitted.taps());
        taps.add(
                new Tap(
                        new HookPoint(0, Site.MLP_IN),
                        Position.MEAN_LABEL,
                        new Quantity.Gradient(Objective.LOG_PROB)));
        assertThatThrownBy(() -> FeatureKinds.named(name).restore(taps, fitted.state()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void assertRefused(FittedState state, String part) {
        assertThatThrownBy(() -> restore(state))
                .as("a state with a wrong %s", part)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(?s).*" + named(part) + ".*");
    }

    /// What names a part: its name, or of one such as `0/k` also the number before what is said of
    /// the rest.
    private static String named(String part) {
        Matcher numbered = NUMBERED.matcher(part);
        return numbered.matches()
                ? "(%s|%s: .*%s)"
                        .formatted(
                                Pattern.quote(part),
                                numbered.group(1),
                                Pattern.quote(numbered.group(2)))
                : Pattern.quote(part);
    }

    private FeatureExtractor restore(FittedState state) {
        return FeatureKinds.named(name).restore(fitted().taps(), state);
    }

    private FeatureExtractor fitted() {
        return FITTED.computeIfAbsent(name, FeatureContractTest::fit);
    }

    private static FeatureExtractor fit(String name) {
        FitOptions options =
                new FitOptions(
                        "tiny",
                        List.of(name),
                        Combination.ENSEMBLE,
                        List.of(),
                        List.of(),
                        List.of(Position.LAST),
                        Optional.of(sparseAutoencoder()),
                        "mahalanobis",
                        Map.of(),
                        Aggregation.MEAN,
                        0.5,
                        0);
        List<Signal> trusted =
                signals(name, TRUSTED, 1).stream().map(TokenizedSignal::signal).toList();
        return Fit.fit(model, trusted, List.of(), options, Progress.silent())
                .features()
                .parts()
                .getFirst();
    }

    /// A random one at the second block, in a folder of the name that it is known by.
    private static Path sparseAutoencoder() {
        Path directory = folder.resolve("layers.1");
        if (directory.toFile().mkdirs()) {
            int width = model.identity().dModel();
            int latents = 3 * width;
            SparseAutoencoderCheckpoint.write(
                    directory,
                    new SparseAutoencoderCheckpoint.Shape(width, latents, 5),
                    random(latents * width, 1),
                    random(latents, 2),
                    random(latents * width, 3),
                    random(width, 4));
        }
        return directory;
    }

    private static float[] random(int length, int seed) {
        RandomGenerator random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat(-1, 1);
        }
        return values;
    }

    private static Map<String, Matrix> extract(
            FeatureExtractor extractor, List<TokenizedSignal> batch) {
        FeatureSet set = new FeatureSet(List.of(extractor), Combination.ENSEMBLE);
        FeatureRun run = FeatureRun.of(model, set, batch, set.spec(false));
        assertThat(run.refused()).containsOnly(Optional.empty());
        return set.extract(run.capture()).byLayer();
    }

    private static Matrix layer(Map<String, Matrix> layers, String name) {
        return Objects.requireNonNull(layers.get(name), name);
    }

    /// Of mixed lengths, with labels of one token and of several; of one for features that can have
    /// no others.
    private static List<TokenizedSignal> signals(String name, int count, int seed) {
        boolean readsOut = name.startsWith("probe-shift");
        RandomGenerator random = new SplittableRandom(seed);
        List<TokenizedSignal> signals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String prompt =
                    "Is %d + %d equal to %d?%s"
                            .formatted(
                                    random.nextInt(1000),
                                    random.nextInt(1000),
                                    random.nextInt(1000),
                                    " It is not.".repeat(random.nextInt(4)));
            List<String> choices =
                    readsOut
                            ? List.of("%", "&")
                            : i % 3 == 0 ? List.of(" not so", " so") : List.of(" No", " Yes");
            Signal signal = new Signal("s" + i, prompt, choices.get(random.nextInt(2)), choices);
            signals.add(model.tokenize(signal));
        }
        return signals;
    }
}
