package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.feature.SparseAutoencoder;
import org.quirkwatch.torch.ComputeDevice;

class SaeTrainCommandTest {

    private static final String MODEL = "src/test/resources/golden/llama-gqa";

    @TempDir Path folder;

    @BeforeEach
    void writeSignals() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            lines.add("{\"prompt\": \"The sum of %d and %d\"}".formatted(i * 37 % 911, i));
        }
        Files.write(folder.resolve("signals.jsonl"), lines);
    }

    @Test
    void whatItWritesLoadsAndIsDescribed() throws IOException {
        CommandRun run = train("--latents", "40", "--k", "4", "--steps", "50", "--batch", "32");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("40 latents, 4 of them active", "of 15 other rows");
        try (SparseAutoencoder sae =
                SparseAutoencoder.load(folder.resolve("sae"), ComputeDevice.CPU)) {
            assertThat(List.of(sae.width(), sae.latents(), sae.k())).containsExactly(32, 40, 4);
        }
        assertThat(Files.readString(folder.resolve("sae/README.md")))
                .contains(
                        "llama-gqa", "blocks.1.hook_resid_post", "| 135 to learn from, 15 others");
        CommandRun again = train("--steps", "50");
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("holds a sparse autoencoder already").hasLineCount(1);
    }

    @Test
    void theSizesAreEightTimesTheWidthAndAHookPointBeyondTheModelIsWrongUsage() throws IOException {
        assertThat(train("--steps", "2").code()).isZero();
        assertThat(Files.readString(folder.resolve("sae/cfg.json")))
                .contains("\"num_latents\":256", "\"k\":32", "\"d_in\":32");
        CommandRun beyond = train("--hook-point", "blocks.9.hook_resid_post", "--output", "x");
        assertThat(beyond.code()).isEqualTo(2);
        assertThat(beyond.err()).contains("blocks.9.hook_resid_post does not exist");
        assertThat(Path.of("x")).doesNotExist();
    }

    @Test
    void tooFewSignalsAndNumbersOutOfRangeAreRefused() throws IOException {
        assertThat(train("--k", "0").err()).contains("k of a sparse autoencoder must be 1 to 256");
        Files.writeString(folder.resolve("signals.jsonl"), "{\"prompt\": \"One\"}\n");
        CommandRun run = train("--steps", "2");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("1 row(s) to learn from, 20 to 100000 are needed");
        assertThat(folder.resolve("sae")).doesNotExist();
        Files.createDirectory(folder.resolve("sae"));
        assertThat(train("--steps", "2").code()).isEqualTo(1);
        assertThat(folder.resolve("sae")).isEmptyDirectory();
    }

    private CommandRun train(String... more) {
        List<String> args = new ArrayList<>(List.of("sae", "train", "--model", MODEL));
        args.addAll(List.of("--signals", folder.resolve("signals.jsonl").toString()));
        args.addAll(List.of("--device", "cpu"));
        List<String> given = List.of(more);
        if (!given.contains("--hook-point")) {
            args.addAll(List.of("--hook-point", "blocks.1.hook_resid_post"));
            args.addAll(List.of("--output", folder.resolve("sae").toString()));
        }
        args.addAll(given);
        return CommandRun.of(args.toArray(String[]::new));
    }
}
