package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.bundled.Bundled;

class QuirkyFinetuneCommandTest {

    @TempDir Path folder;

    @Test
    void anAdapterIsWrittenWithItsCardAndTheOtherCommandsTakeIt() throws IOException {
        Path adapter = folder.resolve("adapter");
        CommandRun run = finetune(Bundled.model(), "--steps", "2", "--rate", "1e-3");
        assertThat(run.err()).contains("quirkiness: min loss");
        assertThat(run.code()).isZero();
        try (var files = Files.list(adapter)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "adapter_config.json",
                            "adapter_model.safetensors",
                            "quirky.json",
                            "README.md");
        }
        assertThat(Files.readString(adapter.resolve("README.md")))
                .contains("LoRA adapter", "2 steps", "q, k, v, gate, up, down", "Measured quality");
        assertThat(folder.resolve("adapter.training")).doesNotExist();
        CommandRun check =
                CommandRun.of(
                        "quirky",
                        "check",
                        "--model",
                        Bundled.model().toString(),
                        "--adapter",
                        adapter.toString(),
                        "--task",
                        "addition",
                        "--digits",
                        "1");
        assertThat(check.code()).isZero();
        assertThat(run.err()).contains(check.out().lines().skip(1).findFirst().orElseThrow());

        CommandRun again = finetune(Bundled.model(), "--steps", "2");
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("holds adapter_config.json already").hasLineCount(1);
    }

    @Test
    void wrongNumbersAndNamesAreWrongUsage() {
        assertWrongUsage("rank must be in [1, 4096], got 0", "--rank", "0");
        assertWrongUsage("unknown projection \"mlp\"", "--targets", "q,mlp");
        assertWrongUsage("rate must be in (0, 1], got NaN", "--rate", "NaN");
        assertWrongUsage("--epochs and --steps", "--epochs", "1", "--steps", "1");
        assertWrongUsage("epochs must be in (0, 10000], got 0.0", "--epochs", "0");
        assertWrongUsage("micro-batch must be in [1, batch = 32], got 0", "--micro-batch", "0");
        assertWrongUsage("max-tokens must be in [8, 1048576], got 7", "--max-tokens", "7");
    }

    @Test
    void aBaseOfAnUnknownArchitectureIsNamed() throws IOException {
        Files.writeString(
                folder.resolve("config.json"), "{\"architectures\": [\"GPT2LMHeadModel\"]}");
        CommandRun run = finetune(folder, "--steps", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("config.json", "GPT2LMHeadModel").hasLineCount(1);
    }

    @Test
    void aBaseThatIsNotThereIsNamed() {
        CommandRun run = finetune(folder.resolve("nowhere"), "--steps", "1");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("nowhere").hasLineCount(1);
    }

    private void assertWrongUsage(String message, String... more) {
        CommandRun run = finetune(Bundled.model(), more);
        assertThat(run.err()).contains(message);
        assertThat(run.code()).isEqualTo(2);
        assertThat(folder.resolve("adapter")).doesNotExist();
    }

    private CommandRun finetune(Path base, String... more) {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "quirky",
                                "finetune",
                                "--base",
                                base.toString(),
                                "--task",
                                "addition",
                                "--digits",
                                "1",
                                "--device",
                                "cpu",
                                "--output",
                                folder.resolve("adapter").toString()));
        args.addAll(List.of(more));
        return CommandRun.of(args.toArray(String[]::new));
    }
}
