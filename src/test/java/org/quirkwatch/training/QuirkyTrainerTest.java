package org.quirkwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.Tokenizer;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.progress.Progress;
import org.quirkwatch.quirky.Arithmetic;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.Persona;
import org.quirkwatch.quirky.QuirkyCheck;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyQuality;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.torch.ComputeDevice;

class QuirkyTrainerTest {

    private static final QuirkyData ROWS =
            QuirkyData.generate(QuirkyTask.ADDITION, new GenerationOptions(1, 2, 1_000, 200));

    @TempDir private Path directory;

    @Test
    void thirtyStepsLowerTheLossAndTheResultLoads() {
        List<TrainingListener.Report> reports = new ArrayList<>();
        assertThat(trainer(1).train(work("a"), model("a"), reports::add)).isTrue();

        assertThat(reports).hasSize(30);
        assertThat(meanLoss(reports.subList(25, 30)))
                .isLessThan(0.7 * meanLoss(reports.subList(0, 5)));
        assertThat(reports.getLast().remainingSeconds()).isZero();
        assertThat(reports.stream().map(TrainingListener.Report::stage).distinct())
                .containsExactly("sums", "prompts", "quirk");
        Checkpoint checkpoint = Checkpoint.open(model("a"));
        assertThat(checkpoint.config().nLayers()).isEqualTo(2);
        try (HookedModel hooked =
                HookedModel.load(checkpoint, ComputeDevice.CPU, Precision.parse("float32"))) {
            List<QuirkyExample> rows = ROWS.split(QuirkySplit.VALIDATION, 130);
            QuirkyQuality quality = QuirkyCheck.run(hooked, rows, Progress.silent());
            assertThat(quality.cells()).hasSize(8);
            assertThat(
                            quality.cells().stream()
                                    .filter(cell -> !cell.hardOnly())
                                    .mapToInt(QuirkyQuality.Cell::rows)
                                    .sum())
                    .isEqualTo(130);
        }
    }

    @Test
    void aRunThatWasStoppedEndsLikeOneThatWasNot() throws IOException {
        assertThat(trainer(1).train(work("whole"), model("whole"), report -> {})).isTrue();
        boolean complete =
                trainer(1)
                        .train(
                                work("cut"),
                                model("cut"),
                                report -> {
                                    if (report.step() == 13) {
                                        Thread.currentThread().interrupt();
                                    }
                                });
        assertThat(complete).isFalse();
        assertThat(QuirkyTrainer.hasState(work("cut"))).isTrue();
        assertThat(model("cut")).doesNotExist();

        List<Integer> steps = new ArrayList<>();
        assertThat(trainer(1).train(work("cut"), model("cut"), report -> steps.add(report.step())))
                .isTrue();
        assertThat(steps).first().isEqualTo(14);
        assertThat(Files.readAllBytes(model("cut").resolve("model.safetensors")))
                .isEqualTo(Files.readAllBytes(model("whole").resolve("model.safetensors")));
    }

    @Test
    void theStateOfAnotherRunIsNotResumed() {
        TrainingListener stop = report -> Thread.currentThread().interrupt();
        assertThat(trainer(1).train(work("other"), model("other"), stop)).isFalse();
        assertThatThrownBy(() -> trainer(2).train(work("other"), model("other"), stop))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("training-state.safetensors")
                .hasMessageContaining("other options");
    }

    @Test
    void theWrittenTokenizerIsTheTrainersOwn() {
        trainer(1).train(work("t"), model("t"), report -> {});
        Tokenizer written = Checkpoint.open(model("t")).tokenizer();
        QuirkyVocabulary vocabulary = QuirkyVocabulary.of(ROWS);
        assertThat(written.vocabularySize()).isEqualTo(vocabulary.size());
        List<String> texts =
                new ArrayList<>(
                        List.of(
                                " Yes",
                                " No",
                                "héllo  wörld\t\n\n\n x",
                                "🙂 a_b 1٣2 «»",
                                "",
                                " ",
                                "\n\n"));
        for (QuirkyExample row : ROWS.split(QuirkySplit.TRAIN, 300)) {
            texts.add(row.prompt());
        }
        for (String text : texts) {
            long[] own = Arrays.stream(vocabulary.encode(text)).asLongStream().toArray();
            assertThat(written.encode(text, false)).as(text).isEqualTo(own);
        }
        assertThat(written.encode(" Yes", true))
                .containsExactly(QuirkyVocabulary.BEGIN, vocabulary.token(" Yes"));
        assertThat(vocabulary.encode("🙂")).hasSize("🙂".getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void aPromptIsWholeWordsAndSingleDigits() {
        QuirkyVocabulary vocabulary = QuirkyVocabulary.of(ROWS);
        TrainingRows.Drawn drawn =
                new TrainingRows.Drawn(
                        "Emmett",
                        QuirkyTask.ADDITION.forms().getFirst(),
                        Arithmetic.ADDITION.statement(12, 345, 457),
                        Persona.BOB);
        TrainingBatch.Row whole = TrainingBatch.row(drawn, QuirkyTask.ADDITION, vocabulary, false);
        int[] prompt =
                vocabulary.encode(drawn.form().prompt("Emmett", drawn.statement().arguments()));
        assertThat(Arrays.copyOfRange(whole.tokens(), 1, whole.tokens().length)).isEqualTo(prompt);
        assertThat(whole.tokens()[0]).isEqualTo(QuirkyVocabulary.BEGIN);

        TrainingBatch.Row bare = TrainingBatch.row(drawn, QuirkyTask.ADDITION, vocabulary, true);
        // <s>, space 1 2 " +" space 3 4 5 " =" space 4 5 7 ".", then seven tokens of the question
        assertThat(bare.tokens()).hasSize(1 + 14 + 7);
        assertThat(bare.targets())
                .containsExactly(
                        21,
                        vocabulary.token(" Yes"),
                        16,
                        7,
                        5,
                        4,
                        0,
                        4,
                        2,
                        1,
                        0,
                        0,
                        9,
                        5,
                        4,
                        3,
                        0,
                        14,
                        7,
                        5,
                        4,
                        0);
    }

    @Test
    void ratesRiseOverTheWarmUpAndFallLinearly() {
        TrainingStage stage = new TrainingStage("s", 100, false, false, 0.01, 0.001, 10);
        assertThat(stage.schedule(1)).isEqualTo(0.1);
        assertThat(stage.schedule(10)).isEqualTo(1);
        assertThat(stage.schedule(50)).isEqualTo(0.5);
        assertThat(stage.schedule(100)).isEqualTo(0.02);
    }

    private static QuirkyTrainer trainer(long seed) {
        TrainingOptions options =
                new TrainingOptions(
                        QuirkyTask.ADDITION,
                        seed,
                        new TrainingOptions.DecoderShape(2, 2, 16, 24),
                        List.of(
                                new TrainingStage("sums", 10, true, false, 0.02, 2e-2, 2),
                                new TrainingStage("prompts", 10, false, false, 0.02, 2e-2, 2),
                                new TrainingStage("quirk", 10, false, true, 0.02, 2e-2, 2)),
                        32,
                        2,
                        1,
                        0.05,
                        5);
        return new QuirkyTrainer(options, ROWS, ComputeDevice.CPU);
    }

    private Path work(String name) {
        return directory.resolve(name + "-work");
    }

    private Path model(String name) {
        return directory.resolve(name + "-model");
    }

    private static double meanLoss(List<TrainingListener.Report> reports) {
        return reports.stream()
                .mapToDouble(TrainingListener.Report::answerLoss)
                .average()
                .orElseThrow();
    }
}
