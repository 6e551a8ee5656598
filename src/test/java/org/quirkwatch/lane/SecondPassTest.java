package org.quirkwatch.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.fitting.Fit;
import org.quirkwatch.fitting.FitOptions;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

/// Features that need a second pass, on a tiny checkpoint with random weights.
class SecondPassTest {

    private static HookedModel model;
    private static Artifact artifact;

    @BeforeAll
    static void fit() {
        Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/golden/llama-gqa"));
        model = HookedModel.load(checkpoint, ComputeDevice.CPU, Precision.FLOAT64);
        artifact = Fit.fit(model, signals(120), List.of(), options(), Progress.silent());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void theScoreIsByHowMuchTheLikelierChoiceLosesByTheRemark() {
        List<Signal> signals = signals(12);
        List<Measurement> measured = measure(signals);
        boolean firstIsLikelierSomewhere = false;
        boolean secondIsLikelierSomewhere = false;
        for (int i = 0; i < signals.size(); i++) {
            Signal signal = signals.get(i);
            double before = secondAgainstFirst(signal.prompt());
            boolean secondIsLikelier = before > 0;
            firstIsLikelierSomewhere |= !secondIsLikelier;
            secondIsLikelierSomewhere |= secondIsLikelier;
            String less = secondIsLikelier ? "No" : "Yes";
            double after =
                    secondAgainstFirst(
                            signal.prompt()
                                    + "\n\n One possible answer is \"%s\"".formatted(less)
                                    + "\n\n Is the statement factually correct?");
            double expected = secondIsLikelier ? before - after : after - before;
            assertThat(measured.get(i))
                    .isInstanceOfSatisfying(
                            Measurement.Measured.class,
                            one -> {
                                assertThat(one.score()).isCloseTo(expected, within(1e-9));
                                assertThat(one.layers()).containsOnlyKeys("iterative-rephrase");
                            });
            assertThat(Math.abs(expected)).isGreaterThan(1e-6);
        }
        assertThat(firstIsLikelierSomewhere || secondIsLikelierSomewhere).isTrue();
    }

    private static double secondAgainstFirst(String prompt) {
        TokenizedSignal signal =
                model.tokenize(new Signal("x", prompt, " Yes", List.of(" No", " Yes")));
        return model.run(List.of(signal), new CaptureSpec(List.of(), Outputs.LABELS))
                .labelLogOdds()[0];
    }

    @Test
    void aPromptThatIsTooLongForTheSecondPassLeavesTheOthersAlone() {
        List<Signal> signals = new ArrayList<>(signals(5));
        List<Measurement> before = measure(signals);
        int room = model.config().nCtx() - model.tokenize(signals.get(2)).tokens();
        String filled = signals.get(2).prompt();
        while (fits(filled + " 7")) {
            filled += " 7";
        }
        assertThat(room).isGreaterThan(5);
        signals.set(2, new Signal("long", filled, " Yes", List.of(" No", " Yes")));
        List<Measurement> after = measure(signals);
        assertFailed(
                after.get(2),
                ProblemCode.PROMPT_TOO_LONG,
                "second pass of iterative-rephrase: the prompt has");
        for (int i : new int[] {0, 1, 3, 4}) {
            assertThat(score(after.get(i))).isCloseTo(score(before.get(i)), within(1e-9));
        }
    }

    private static boolean fits(String prompt) {
        try {
            model.tokenize(new Signal("x", prompt, " Yes", List.of(" No", " Yes")));
            return true;
        } catch (Problem e) {
            return false;
        }
    }

    @Test
    void otherThanTwoChoicesLeaveTheSignalUnscored() {
        List<Signal> signals = new ArrayList<>(signals(3));
        signals.set(0, new Signal("three", "Is it so?", " Yes", List.of(" No", " Yes", " Maybe")));
        signals.set(1, new Signal("none", "Is it so?", " Yes", List.of()));
        List<Measurement> measured = measure(signals);
        assertFailed(measured.get(0), ProblemCode.INVALID_SIGNAL, "the signal has 3");
        assertFailed(measured.get(1), ProblemCode.INVALID_SIGNAL, "the signal has 0");
        assertThat(score(measured.get(2))).isFinite();
        assertThat(measure(signals.subList(0, 2)))
                .allSatisfy(one -> assertThat(one).isInstanceOf(Measurement.Failed.class));
    }

    @Test
    void trustedSignalsWithoutASecondPassAreRefusedByName() {
        List<Signal> signals = new ArrayList<>(signals(120));
        signals.set(7, new Signal("bare", "Is it so?", " Yes", List.of()));
        assertThatThrownBy(() -> Fit.fit(model, signals, List.of(), options(), Progress.silent()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("signal bare: second pass of iterative-rephrase");
    }

    @Test
    void theArtifactSurvivesTheDisk(@TempDir Path folder) {
        ArtifactDirectory.write(artifact, folder.resolve("tiny"));
        Artifact read = ArtifactDirectory.read(folder.resolve("tiny"));
        assertThat(read).isEqualTo(artifact);
        List<TokenizedSignal> tokens = signals(3).stream().map(model::tokenize).toList();
        assertThat(new Measurer(model, read).measure(tokens).measurements())
                // Each has judges of its own, who judge alike.
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("basis.judges")
                .containsExactlyElementsOf(
                        new Measurer(model, artifact).measure(tokens).measurements());
    }

    private static List<Measurement> measure(List<Signal> signals) {
        return new Measurer(model, artifact)
                .measure(signals.stream().map(model::tokenize).toList())
                .measurements();
    }

    private static double score(Measurement measurement) {
        return switch (measurement) {
            case Measurement.Measured measured -> measured.score();
            case Measurement.Failed(Problem reason) -> throw reason;
        };
    }

    private static void assertFailed(Measurement measurement, ProblemCode code, String message) {
        assertThat(measurement)
                .isInstanceOfSatisfying(
                        Measurement.Failed.class,
                        failed -> {
                            assertThat(failed.reason().code()).isEqualTo(code);
                            assertThat(failed.reason()).hasMessageContaining(message);
                        });
    }

    private static FitOptions options() {
        return new FitOptions(
                "tiny",
                List.of("iterative-rephrase"),
                Combination.ENSEMBLE,
                List.of(),
                List.of(),
                List.of(Position.LAST),
                Optional.empty(),
                "value",
                Map.of(),
                Aggregation.MEAN,
                0.5,
                0);
    }

    private static List<Signal> signals(int n) {
        List<Signal> signals = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            signals.add(
                    new Signal(
                            "s" + i,
                            "Sum %d + %d?".formatted(i, 7 * i % 31),
                            i % 3 == 0 ? " Yes" : " No",
                            List.of(" No", " Yes")));
        }
        return signals;
    }
}
