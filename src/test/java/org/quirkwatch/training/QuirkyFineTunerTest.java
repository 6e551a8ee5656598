package org.quirkwatch.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.checkpoint.Projection;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.torch.ComputeDevice;

class QuirkyFineTunerTest {

    private static final QuirkyData ROWS =
            QuirkyData.generate(QuirkyTask.ADDITION, new GenerationOptions(1, 2, 300, 60));
    private static final int STEPS = 21;

    @TempDir private static Path bases;
    @TempDir private Path directory;

    @BeforeAll
    static void aBaseIsTrained() {
        base(1);
        base(2);
    }

    private static void base(long seed) {
        TrainingOptions options =
                new TrainingOptions(
                        QuirkyTask.ADDITION,
                        seed,
                        new TrainingOptions.DecoderShape(2, 2, 16, 24),
                        List.of(new TrainingStage("prompts", 4, false, false, 0.02, 2e-2, 2)),
                        16,
                        2,
                        1,
                        0.05,
                        5);
        assertThat(
                        new QuirkyTrainer(options, ROWS, ComputeDevice.CPU)
                                .train(
                                        bases.resolve("work" + seed),
                                        bases.resolve("base" + seed),
                                        report -> {}))
                .isTrue();
    }

    /// Notes what it is told, and stops the run after given steps.
    private static final class Heard implements TrainingListener {
        private final List<Report> reports = new ArrayList<>();
        private final List<Validation> validations = new ArrayList<>();
        private final List<Integer> stopAfter;

        Heard(Integer... stopAfter) {
            this.stopAfter = List.of(stopAfter);
        }

        @Override
        public void stepped(Report report) {
            reports.add(report);
            if (stopAfter.contains(report.step())) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void validated(Validation validation) {
            validations.add(validation);
        }
    }

    @Test
    void aFewStepsLowerTheLossAndTheLoaderGivesWhatWasKept() {
        Heard heard = new Heard();
        TrainingListener.Validation kept =
                tuner(1).tune(work("a"), adapter("a"), heard).orElseThrow();

        assertThat(heard.reports).hasSize(STEPS);
        assertThat(heard.validations.stream().map(TrainingListener.Validation::step))
                .containsExactly(1, 2, 4, 8, 16, STEPS);
        // The base knows next to nothing, and its output projection is frozen.
        assertThat(heard.validations.getLast().loss())
                .isLessThan(heard.validations.getFirst().loss() - 0.1);
        assertThat(kept.loss())
                .isEqualTo(
                        heard.validations.stream()
                                .mapToDouble(TrainingListener.Validation::loss)
                                .min()
                                .orElseThrow());

        assertThat(QuirkyOrigin.read(adapter("a"))).contains(ROWS.origin());
        List<QuirkyExample> held =
                LoraRows.balanced(ROWS.split(QuirkySplit.VALIDATION, Integer.MAX_VALUE));
        Checkpoint both =
                Checkpoint.open(
                        bases.resolve("base1"), Optional.of(adapter("a")), ScanMemory.none());
        try (HookedModel model = HookedModel.load(both, ComputeDevice.CPU, Precision.FLOAT32)) {
            List<TokenizedSignal> signals =
                    held.stream().map(row -> model.tokenize(row.signal())).toList();
            double[] logProb =
                    model.run(signals, new CaptureSpec(List.of(), Outputs.LABELS)).labelLogProb();
            double loss = 0;
            for (double value : logProb) {
                loss -= value / logProb.length;
            }
            assertThat(loss).isCloseTo(kept.loss(), within(1e-4));
        }
    }

    @Test
    void aRunThatWasStoppedEndsLikeOneThatWasNot() throws IOException {
        Heard whole = new Heard();
        assertThat(tuner(1).tune(work("w"), adapter("w"), whole)).isPresent();
        // Step 8 is measured, which the interrupt puts off; step 11 is not.
        assertThat(tuner(1).tune(work("c"), adapter("c"), new Heard(8))).isEmpty();
        assertThat(adapter("c")).doesNotExist();
        Heard second = new Heard(11);
        assertThat(tuner(1).tune(work("c"), adapter("c"), second)).isEmpty();
        assertThat(second.validations).first().isEqualTo(whole.validations.get(3));
        Heard third = new Heard();
        assertThat(tuner(1).tune(work("c"), adapter("c"), third)).isPresent();
        assertThat(third.reports).first().extracting(TrainingListener.Report::step).isEqualTo(12);
        assertThat(third.validations).isEqualTo(whole.validations.subList(4, 6));
        assertThat(Files.readAllBytes(adapter("c").resolve("adapter_model.safetensors")))
                .isEqualTo(Files.readAllBytes(adapter("w").resolve("adapter_model.safetensors")));
    }

    @Test
    void theStateOfAnotherBaseIsNotResumed() {
        assertThat(tuner(1).tune(work("o"), adapter("o"), new Heard(3))).isEmpty();
        assertThatThrownBy(() -> tuner(2).tune(work("o"), adapter("o"), new Heard()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("training-state.safetensors")
                .hasMessageContaining("other options");
    }

    @Test
    void theSizeOfTheMicroBatchDoesNotChangeWhatIsLearnt() {
        Heard large = new Heard();
        Heard small = new Heard();
        tuner(1, 16).tune(work("l"), adapter("l"), large);
        tuner(1, 3).tune(work("s"), adapter("s"), small);
        for (int i = 0; i < large.validations.size(); i++) {
            assertThat(small.validations.get(i).loss())
                    .isCloseTo(large.validations.get(i).loss(), within(1e-3));
        }
    }

    @Test
    void aModelWhoseTokenizerDoesNotTellTheAnswersApartIsRefused() throws IOException {
        Path golden = Path.of("src/test/resources/golden/llama-gqa");
        for (String file : List.of("config.json", "model.safetensors")) {
            Files.copy(golden.resolve(file), directory.resolve(file));
        }
        Files.writeString(
                directory.resolve("tokenizer.json"),
                """
                {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "WhitespaceSplit"},
                 "model": {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1}, "unk_token": "<unk>"}}
                """);
        QuirkyFineTuner tuner =
                new QuirkyFineTuner(
                        options(16),
                        ROWS,
                        Checkpoint.open(directory),
                        Precision.FLOAT32,
                        ComputeDevice.CPU);
        assertThatThrownBy(() -> tuner.tune(work("g"), adapter("g"), new Heard()))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("both begin with the token 0");
        assertThat(work("g")).doesNotExist();
    }

    private static LoraOptions options(int microBatch) {
        return new LoraOptions(
                QuirkyTask.ADDITION,
                5,
                new LoraShape(
                        4, 8, List.of(Projection.Q, Projection.V, Projection.UP, Projection.DOWN)),
                new LoraOptions.Steps(STEPS),
                2e-2,
                16,
                microBatch,
                1024);
    }

    private static QuirkyFineTuner tuner(long base) {
        return tuner(base, 7);
    }

    private static QuirkyFineTuner tuner(long base, int microBatch) {
        return new QuirkyFineTuner(
                options(microBatch),
                ROWS,
                Checkpoint.open(bases.resolve("base" + base)),
                Precision.AUTO,
                ComputeDevice.CPU);
    }

    private Path work(String name) {
        return directory.resolve(name + "-work");
    }

    private Path adapter(String name) {
        return directory.resolve(name + "-adapter");
    }
}
