package org.quirkwatch.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.feature.FeatureLayer;
import org.quirkwatch.feature.FeatureRun;
import org.quirkwatch.lane.Measurement;
import org.quirkwatch.lane.Measurer;
import org.quirkwatch.linalg.FittedState;
import org.quirkwatch.linalg.LogisticRegression;
import org.quirkwatch.linalg.Matrix;
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
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// Fits on a tiny checkpoint of three blocks with random weights.
class ProbeShiftFitTest {

    private static final List<String> CHOICES = List.of("%", "&");

    private static HookedModel model;

    @BeforeAll
    static void load() {
        Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/golden/llama-gqa"));
        model = HookedModel.load(checkpoint, ComputeDevice.CPU, Precision.FLOAT64);
        assertThat(model.tokenize(signals(1).getFirst()).choices())
                .allMatch(choice -> choice.length == 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void shiftsAreEffectsOnTheProbeLessEffectsOnTheAnswerBlockByBlockAndHeadByHead() {
        Artifact artifact = fit("probe-shift-mean", List.of());
        assertThat(artifact.features().layers().stream().map(FeatureLayer::name))
                .containsExactly("probe-shift-mean:blocks.2.hook_resid_pre");
        Artifact wide = fit("probe-shift-mean", List.of(0, 1, 2));
        int heads = model.nHeads();
        assertThat(wide.detector().layers().widths())
                .containsExactly(
                        Map.entry("probe-shift-mean:blocks.1.hook_resid_pre", heads),
                        Map.entry("probe-shift-mean:blocks.2.hook_resid_pre", 2 * heads));
        List<TokenizedSignal> signals = signals(9).stream().map(model::tokenize).toList();
        Map<String, Matrix> features = features(wide, signals);
        List<TokenizedSignal> fitted = fitted();
        for (int probed = 1; probed <= 2; probed++) {
            Matrix found =
                    Objects.requireNonNull(
                            features.get("probe-shift-mean:blocks." + probed + ".hook_resid_pre"));
            Matrix weights = probe(fitted, probed).weights().transposed();
            for (int ablated = 0; ablated < probed; ablated++) {
                HookPoint point = new HookPoint(ablated, Site.ATTN_Z);
                Matrix expected = shifts(fitted, signals, point, probed, weights);
                for (int row = 0; row < signals.size(); row++) {
                    for (int head = 0; head < heads; head++) {
                        double value = expected.get(row, head);
                        assertThat(found.get(row, ablated * heads + head))
                                .isCloseTo(value, within(1e-6 * (1e-3 + Math.abs(value))));
                        assertThat(Math.abs(value)).isGreaterThan(1e-9);
                    }
                }
            }
        }
    }

    private static Matrix shifts(
            List<TokenizedSignal> fitted,
            List<TokenizedSignal> signals,
            HookPoint point,
            int probed,
            Matrix weights) {
        Tap z = Tap.activation(point, Position.LAST);
        Tap ofProbe = new Tap(point, Position.LAST, new Quantity.ReadoutGradient(probed));
        Tap ofAnswer =
                new Tap(point, Position.LAST, new Quantity.Gradient(Quantity.Objective.CONTRAST));
        Matrix trusted = activations(fitted, z);
        var capture =
                model.run(
                        signals,
                        new CaptureSpec(
                                List.of(z, ofProbe, ofAnswer),
                                Outputs.NONE,
                                Map.of(probed, weights)));
        int width = trusted.columns();
        int dHead = width / model.nHeads();
        double[] expected = new double[signals.size() * model.nHeads()];
        for (int row = 0; row < signals.size(); row++) {
            for (int i = 0; i < width; i++) {
                double mean = 0;
                for (int other = 0; other < trusted.rows(); other++) {
                    mean += trusted.get(other, i) / trusted.rows();
                }
                double slope = capture.get(ofProbe).get(row, i) - capture.get(ofAnswer).get(row, i);
                expected[row * model.nHeads() + i / dHead] +=
                        (mean - capture.get(z).get(row, i)) * slope;
            }
        }
        return Matrix.wrap(signals.size(), model.nHeads(), expected);
    }

    private static LogisticRegression probe(List<TokenizedSignal> fitted, int block) {
        Matrix stream =
                activations(
                        fitted,
                        Tap.activation(new HookPoint(block, Site.RESID_PRE), Position.LAST));
        double[] targets =
                fitted.stream()
                        .mapToDouble(one -> CHOICES.get(1).equals(one.signal().label()) ? 1 : 0)
                        .toArray();
        return LogisticRegression.crossValidated(stream, targets, 42);
    }

    private static Matrix activations(List<TokenizedSignal> signals, Tap tap) {
        return model.run(signals, new CaptureSpec(List.of(tap), Outputs.NONE)).get(tap);
    }

    /// In the order in which the fit sees them.
    private static List<TokenizedSignal> fitted() {
        List<TokenizedSignal> all =
                SortedSignals.of(signals(160)).signals().stream().map(model::tokenize).toList();
        List<TokenizedSignal> some = Split.of(160, 0.5, 0).fit().stream().map(all::get).toList();
        return org.quirkwatch.model.BatchPlan.of(
                        some,
                        new CaptureSpec(
                                List.of(
                                        Tap.activation(
                                                new HookPoint(0, Site.ATTN_Z), Position.LAST)),
                                Outputs.NONE),
                        org.quirkwatch.model.BatchBounds.BULK)
                .stream()
                .flatMap(batch -> batch.stream().map(some::get))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"probe-shift-mean", "probe-shift-pcs"})
    void theArtifactSurvivesTheDiskAndSaysWhichPartIsMissing(String name, @TempDir Path folder) {
        Artifact artifact = fit(name, List.of(0, 1, 2));
        ArtifactDirectory.write(artifact, folder.resolve("tiny"));
        Artifact read = ArtifactDirectory.read(folder.resolve("tiny"));
        assertThat(read).isEqualTo(artifact);
        List<TokenizedSignal> signals = signals(9).stream().map(model::tokenize).toList();
        assertThat(features(read, signals)).isEqualTo(features(artifact, signals));
        int perHead = name.endsWith("pcs") ? 10 : 1;
        assertThat(artifact.detector().layers().widths().values())
                .containsExactly(perHead * model.nHeads(), perHead * 2 * model.nHeads());

        FeatureExtractor extractor = artifact.features().parts().getFirst();
        Set<String> parts = new HashSet<>(extractor.state().numbers().keySet());
        parts.addAll(extractor.state().tensors().keySet());
        for (String part : parts) {
            Map<String, Double> numbers = new HashMap<>(extractor.state().numbers());
            Map<String, Matrix> tensors = new HashMap<>(extractor.state().tensors());
            numbers.remove(part);
            tensors.remove(part);
            assertThatThrownBy(() ->
                            FeatureKinds.named(name)
                                    .restore(extractor.taps(), new FittedState(numbers, tensors)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(part);
        }
    }

    @Test
    void bothKindsShareTheirProbesAndOnePass() {
        Artifact both =
                fit(signals(160), List.of("probe-shift-mean", "probe-shift-pcs"), List.of());
        Artifact one = fit("probe-shift-pcs", List.of());
        assertThat(both.features().taps()).isEqualTo(one.features().taps());
        List<TokenizedSignal> signals = signals(9).stream().map(model::tokenize).toList();
        assertThat(features(both, signals)).containsAllEntriesOf(features(one, signals));
    }

    @Test
    void aChoiceOfSeveralTokensLeavesItsSignalUnscoredAndNoOther() {
        Artifact artifact = fit("probe-shift-mean", List.of());
        List<Signal> signals = new ArrayList<>(signals(4));
        List<Measurement> before = measure(artifact, signals);
        signals.set(
                1, new Signal("long", "Sum 3 + 4?", " perhaps not", List.of(" perhaps not", "%")));
        List<Measurement> after = measure(artifact, signals);
        assertThat(after.get(1))
                .isInstanceOfSatisfying(
                        Measurement.Failed.class,
                        failed -> {
                            assertThat(failed.reason().code())
                                    .isEqualTo(ProblemCode.INVALID_SIGNAL);
                            assertThat(failed.reason())
                                    .hasMessageContaining("needs choices of one token");
                        });
        for (int i : new int[] {0, 2, 3}) {
            assertThat(((Measurement.Measured) after.get(i)).score())
                    .isCloseTo(((Measurement.Measured) before.get(i)).score(), within(1e-6));
        }
    }

    @Test
    void labelsThatTeachNothingAreRefused() {
        List<Signal> same = new ArrayList<>();
        for (Signal signal : signals(160)) {
            same.add(new Signal(signal.id(), signal.prompt(), CHOICES.get(1), CHOICES));
        }
        assertThatThrownBy(() -> fit(same, "probe-shift-mean", List.of()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("of 80, 80 have the second");
        List<Signal> bare = new ArrayList<>(signals(160));
        bare.replaceAll(
                signal -> new Signal(signal.id(), signal.prompt(), signal.label(), List.of()));
        assertThatThrownBy(() -> fit(bare, "probe-shift-mean", List.of()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("needs two choices");
        assertThatThrownBy(() -> fit("probe-shift-mean", List.of(1)))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("one to ablate and one to probe");
    }

    private static List<Measurement> measure(Artifact artifact, List<Signal> signals) {
        return new Measurer(model, artifact)
                .measure(signals.stream().map(model::tokenize).toList())
                .measurements();
    }

    private static Map<String, Matrix> features(Artifact artifact, List<TokenizedSignal> signals) {
        var features = artifact.features();
        FeatureRun run = FeatureRun.of(model, features, signals, features.spec(false));
        return features.extract(run.capture()).byLayer();
    }

    private static Artifact fit(String feature, List<Integer> layers) {
        return fit(signals(160), feature, layers);
    }

    private static Artifact fit(List<Signal> signals, String feature, List<Integer> layers) {
        return fit(signals, List.of(feature), layers);
    }

    private static Artifact fit(List<Signal> signals, List<String> features, List<Integer> layers) {
        FitOptions options =
                new FitOptions(
                        "tiny",
                        features,
                        Combination.ENSEMBLE,
                        layers,
                        List.of(),
                        List.of(Position.LAST),
                        Optional.empty(),
                        "mahalanobis",
                        Map.of(),
                        Aggregation.MEAN,
                        0.5,
                        0);
        return Fit.fit(model, signals, List.of(), options, Progress.silent());
    }

    private static List<Signal> signals(int n) {
        List<Signal> signals = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int sum = i + 7 * i % 31;
            signals.add(
                    new Signal(
                            "s" + i,
                            "Sum %d + %d = %d?".formatted(i, 7 * i % 31, sum),
                            CHOICES.get(sum / 3 % 2),
                            CHOICES));
        }
        return signals;
    }
}
