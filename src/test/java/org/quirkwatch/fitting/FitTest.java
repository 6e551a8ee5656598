package org.quirkwatch.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.LayeredDetector;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// Fits on a tiny checkpoint with random weights.
class FitTest {

    private static HookedModel model;

    @BeforeAll
    static void load() {
        Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/golden/llama-gqa"));
        model = HookedModel.load(checkpoint, ComputeDevice.CPU, Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void trustedSignalsBecomeAnArtifactThatSurvivesTheDisk(@TempDir Path folder) {
        Artifact artifact = fit(signals(300, 1), FitOptions.defaults("tiny"));
        assertThat(artifact.features().taps().stream().map(tap -> tap.key()))
                .containsExactly(
                        "blocks.0.hook_resid_post",
                        "blocks.1.hook_resid_post",
                        "blocks.2.hook_resid_post");
        assertThat(artifact.detector().layers().widths().keySet())
                .containsExactlyElementsOf(
                        artifact.features().taps().stream().map(tap -> tap.key()).toList());
        assertThat(artifact.provenance().model()).isEqualTo(model.identity());
        assertThat(artifact.provenance().nFit()).isEqualTo(150);
        assertThat(artifact.provenance().nScale()).isEqualTo(30);
        assertThat(artifact.provenance().nCalibration()).isEqualTo(120);
        assertThat(artifact.detector().layers().states().firstEntry().getValue().numbers())
                .containsKeys("rank", "rcond")
                .containsEntry("n_fit", 150.0);
        artifact.requireModel(model.identity());
        ArtifactDirectory.write(artifact, folder.resolve("tiny"));
        assertThat(ArtifactDirectory.read(folder.resolve("tiny"))).isEqualTo(artifact);
    }

    @Test
    void theSameSignalsInAnotherOrderGiveTheSameArtifact() {
        List<Signal> signals = signals(120, 2);
        Artifact artifact = fit(signals, FitOptions.defaults("tiny"));
        List<Signal> shuffled = new ArrayList<>(signals);
        Collections.shuffle(shuffled, new Random(3));
        assertThat(fit(shuffled, FitOptions.defaults("tiny")).digest())
                .isEqualTo(artifact.digest());
        assertThat(fit(signals(120, 3), FitOptions.defaults("tiny")).provenance().dataDigest())
                .isNotEqualTo(artifact.provenance().dataDigest());
    }

    @Test
    void aFlowOfTheActivationsSurvivesTheDisk(@TempDir Path folder) {
        FitOptions options =
                new FitOptions(
                        "flow",
                        List.of("flow"),
                        Combination.ENSEMBLE,
                        List.of(1, 2),
                        List.of(),
                        List.of(Position.LAST),
                        Optional.empty(),
                        "laplace",
                        Map.of(),
                        Aggregation.MEAN,
                        0.5,
                        0);
        Artifact artifact = fit(signals(120, 9), options);
        assertThat(artifact.detector().layers().widths().keySet())
                .containsExactly("flow:blocks.1.hook_resid_pre", "flow:blocks.2.hook_resid_pre");
        ArtifactDirectory.write(artifact, folder.resolve("flow"));
        Artifact read = ArtifactDirectory.read(folder.resolve("flow"));
        assertThat(read.digest()).isEqualTo(artifact.digest());
        List<TokenizedSignal> batch = signals(5, 10).stream().map(model::tokenize).toList();
        assertThat(read.detector().score(features(read, batch)).aggregated())
                .containsExactly(artifact.detector().score(features(artifact, batch)).aggregated());
    }

    @Test
    void aSignalScoresTheSameAloneAndAmongSixtyFourOfMixedLengths() {
        Artifact artifact = fit(signals(400, 4), FitOptions.defaults("tiny"));
        LayeredDetector fitted = artifact.detector();
        List<TokenizedSignal> batch = signals(64, 5).stream().map(model::tokenize).toList();
        Map<String, Matrix> together = features(artifact, batch);
        for (int i = 0; i < batch.size(); i++) {
            Map<String, Matrix> alone = features(artifact, List.of(batch.get(i)));
            for (Aggregation aggregation : Aggregation.values()) {
                LayeredDetector detector =
                        new LayeredDetector(fitted.layers(), aggregation, fitted.scale());
                double expected = detector.score(alone).aggregated()[0];
                double score = detector.score(together).aggregated()[i];
                assertThat(Math.abs(score - expected) / Math.abs(expected))
                        .as("%s, signal %d", aggregation, i)
                        .isLessThanOrEqualTo(1e-4);
            }
        }
    }

    @Test
    void aPositionInTheLabelNeedsLabels() {
        FitOptions options =
                options(
                        List.of(new HookPoint(2, Site.RESID_POST)),
                        List.of(Position.LAST, Position.LABEL),
                        Aggregation.MEAN);
        assertThat(fit(signals(120, 6), options).detector().layers().widths().keySet())
                .containsExactly("blocks.2.hook_resid_post", "blocks.2.hook_resid_post@label");
        List<Signal> signals = new ArrayList<>(signals(120, 6));
        signals.set(50, new Signal("bare", "How many are there?", null, List.of()));
        assertProblem(
                ProblemCode.INVALID_FIT, signals, options, "trusted signal bare has no label");
    }

    @Test
    void aLayerThatIsTheSameForEveryRowIsNamed() {
        assertProblem(
                ProblemCode.INVALID_FIT,
                signals(120, 7),
                options(
                        List.of(new HookPoint(0, Site.RESID_PRE)),
                        List.of(Position.LAST),
                        Aggregation.MEAN),
                "blocks.0.hook_resid_pre: the features are the same in all 60 trusted rows");
    }

    @Test
    void whatCannotBeFittedIsRefusedWithTheReason() {
        FitOptions defaults = FitOptions.defaults("tiny");
        assertProblem(
                ProblemCode.INVALID_FIT, signals(40, 8), defaults, "40 trusted row(s) are too few");
        List<Signal> signals = new ArrayList<>(signals(120, 8));
        signals.set(7, new Signal("long", "and so on ".repeat(400), " Yes", List.of()));
        assertProblem(
                ProblemCode.PROMPT_TOO_LONG, signals, defaults, "trusted signal long: the prompt");
        assertProblem(
                ProblemCode.INVALID_FIT,
                signals(120, 8),
                options(
                        List.of(new HookPoint(3, Site.RESID_PRE)),
                        List.of(Position.LAST),
                        Aggregation.MEAN),
                "blocks.3.hook_resid_pre does not exist: the model has layers 0 to 2");
    }

    private static Artifact fit(List<Signal> signals, FitOptions options) {
        return Fit.fit(model, signals, List.of(), options, Progress.silent());
    }

    private static FitOptions options(
            List<HookPoint> points, List<Position> positions, Aggregation aggregation) {
        return new FitOptions(
                "tiny",
                List.of("activation"),
                Combination.ENSEMBLE,
                List.of(),
                points,
                positions,
                Optional.empty(),
                "mahalanobis",
                Map.of(),
                aggregation,
                0.5,
                0);
    }

    private static Map<String, Matrix> features(Artifact artifact, List<TokenizedSignal> batch) {
        CaptureSpec spec = artifact.features().spec(false);
        return artifact.features().extract(model.run(batch, spec)).byLayer();
    }

    private static void assertProblem(
            ProblemCode code, List<Signal> signals, FitOptions options, String message) {
        assertThatThrownBy(() -> fit(signals, options))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    /// Prompts of many lengths that all end alike.
    private static List<Signal> signals(int n, long seed) {
        Random random = new Random(seed);
        List<Signal> signals = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            StringBuilder prompt = new StringBuilder("Sum:");
            int terms = 1 + random.nextInt(8);
            for (int term = 0; term < terms; term++) {
                prompt.append(' ').append(random.nextInt(1000)).append(" +");
            }
            prompt.append(" 0. Is it so?");
            signals.add(
                    new Signal(
                            "s" + i,
                            prompt.toString(),
                            random.nextBoolean() ? " Yes" : " No",
                            List.of(" No", " Yes")));
        }
        return signals;
    }
}
