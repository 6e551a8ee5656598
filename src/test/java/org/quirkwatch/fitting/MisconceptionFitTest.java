package org.quirkwatch.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.detector.Aggregation;
import org.quirkwatch.detector.Scores;
import org.quirkwatch.feature.Combination;
import org.quirkwatch.feature.FeatureKinds;
import org.quirkwatch.feature.FeatureView;
import org.quirkwatch.linalg.LogisticRegression;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Position;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.Site;
import org.quirkwatch.model.Tap;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;

class MisconceptionFitTest {

    private static final Path CHECKPOINT = Path.of("src/test/resources/golden/llama-gqa");

    private static HookedModel model;

    @BeforeAll
    static void load() {
        model = load(CHECKPOINT);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void theScoreIsTheMeanLogitOfProbesOfWrongAnswers(@TempDir Path folder) {
        Artifact artifact = Fit.fit(model, trusted(), List.of(), options(), Progress.silent());
        assertThat(artifact.detector().layers().widths())
                .containsExactly(
                        Map.entry("misconception-contrast:blocks.1.hook_resid_pre", 1),
                        Map.entry("misconception-contrast:blocks.2.hook_resid_pre", 1));
        List<TokenizedSignal> signals =
                trusted().subList(0, 9).stream().map(model::tokenize).toList();
        Scores scores =
                artifact.detector()
                        .score(
                                artifact.features()
                                        .extract(
                                                model.run(signals, artifact.features().spec(false)))
                                        .byLayer());
        double[] expected = new double[signals.size()];
        for (int layer = 1; layer <= 2; layer++) {
            double[] logits = logits(new HookPoint(layer, Site.RESID_PRE), signals);
            for (int i = 0; i < expected.length; i++) {
                expected[i] += logits[i] / 2;
            }
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(scores.aggregated()[i])
                    .isCloseTo(expected[i], within(1e-6 * Math.abs(expected[i])));
        }
        assertThat(expected[0]).isNotCloseTo(expected[1], within(1e-3 * Math.abs(expected[1])));
        ArtifactDirectory.write(artifact, folder.resolve("tiny"));
        assertThat(ArtifactDirectory.read(folder.resolve("tiny"))).isEqualTo(artifact);
    }

    /// By the questions as they are in the file, one after another.
    private static double[] logits(HookPoint point, List<TokenizedSignal> signals) {
        Tap answer = Tap.activation(point, Position.LABEL);
        List<double[]> rows = new ArrayList<>();
        List<Double> targets = new ArrayList<>();
        for (String line : questions()) {
            String question = line.substring(line.indexOf('\t') + 1);
            boolean yesIsWrong = line.startsWith("Yes\t");
            for (String label : List.of(yesIsWrong ? " Yes" : " No", yesIsWrong ? " No" : " Yes")) {
                TokenizedSignal signal =
                        model.tokenize(new Signal("q", question, label, List.of()));
                rows.add(
                        model.run(List.of(signal), new CaptureSpec(List.of(answer), Outputs.NONE))
                                .get(answer)
                                .row(0));
                targets.add(targets.size() % 2 == 0 ? 1.0 : 0.0);
            }
        }
        LogisticRegression probe =
                LogisticRegression.crossValidated(
                        Matrix.ofRows(rows.toArray(double[][]::new)),
                        targets.stream().mapToDouble(Double::doubleValue).toArray(),
                        42);
        Tap last = Tap.activation(point, Position.LAST);
        return probe.logits(
                model.run(signals, new CaptureSpec(List.of(last), Outputs.NONE)).get(last));
    }

    @Test
    void halfOfTheMisconceptionsAndOfThePlainQuestionsAreWronglyAnsweredWithYes() {
        List<String> questions = questions();
        assertThat(questions).hasSize(38);
        assertThat(questions.subList(0, 18))
                .filteredOn(line -> line.startsWith("Yes\t"))
                .hasSize(9);
        assertThat(questions.subList(18, 38))
                .filteredOn(line -> line.startsWith("Yes\t"))
                .hasSize(10);
        assertThat(questions)
                .allMatch(line -> line.matches("(Yes|No)\t[A-Z0-9].+[?]"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aTokenizerThatLacksTheWordsIsRefused(@TempDir Path folder) throws IOException {
        try (Stream<Path> files = Files.list(CHECKPOINT)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Files.writeString(
                folder.resolve("tokenizer.json"),
                """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
                 "normalizer": null, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "unk_token": "[UNK]",
                           "vocab": {"[UNK]": 0, "Yes": 1, "No": 2, "Is": 3, "Sum": 4}}}
                """);
        try (HookedModel lacking = load(folder)) {
            assertThatThrownBy(() ->
                            Fit.fit(lacking, trusted(), List.of(), options(), Progress.silent()))
                    .isInstanceOfSatisfying(
                            Problem.class,
                            e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_FIT))
                    .hasMessageContaining("misconception-contrast cannot be fitted on this model")
                    .hasMessageContaining("tokenizer does not tell \"");
        }
    }

    @Test
    void aStateOfOtherPartsIsRefusedByName() {
        Artifact artifact = Fit.fit(model, trusted(), List.of(), options(), Progress.silent());
        var extractor = artifact.features().parts().getFirst();
        var kind = FeatureKinds.named("misconception-contrast");
        assertThat(kind.restore(extractor.taps(), extractor.state()).state())
                .isEqualTo(extractor.state());
        Set<String> parts = new HashSet<>(extractor.state().numbers().keySet());
        parts.addAll(extractor.state().tensors().keySet());
        assertThat(parts).hasSize(6);
        for (String part : parts) {
            var numbers = new java.util.HashMap<>(extractor.state().numbers());
            var tensors = new java.util.HashMap<>(extractor.state().tensors());
            numbers.remove(part);
            tensors.remove(part);
            assertThatThrownBy(() ->
                            kind.restore(
                                    extractor.taps(),
                                    new org.quirkwatch.linalg.FittedState(numbers, tensors)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(part);
        }
        assertThatThrownBy(() ->
                        kind.of(
                                new FeatureView(
                                        3,
                                        4,
                                        List.of(),
                                        List.of(),
                                        List.of(Position.MEAN_PROMPT),
                                        Optional.empty())))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("no other position");
    }

    private static HookedModel load(Path folder) {
        return HookedModel.load(Checkpoint.open(folder), ComputeDevice.CPU, Precision.FLOAT64);
    }

    private static List<String> questions() {
        try {
            return Files.readString(Path.of("src/main/resources/questions/misconceptions.tsv"))
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static FitOptions options() {
        return new FitOptions(
                "tiny",
                List.of("misconception-contrast"),
                Combination.ENSEMBLE,
                List.of(1, 2),
                List.of(),
                List.of(Position.LAST),
                Optional.empty(),
                "value",
                Map.of(),
                Aggregation.MEAN,
                0.5,
                0);
    }

    private static List<Signal> trusted() {
        List<Signal> signals = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            signals.add(
                    new Signal(
                            "s" + i,
                            "Sum: %d + %d. Is it so?".formatted(i, 7 * i % 31),
                            " Yes",
                            List.of(" No", " Yes")));
        }
        return signals;
    }
}
