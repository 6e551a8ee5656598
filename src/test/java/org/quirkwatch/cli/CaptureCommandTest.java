package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.checkpoint.SafetensorsFile;

class CaptureCommandTest {

    private static final String GOLDEN = "src/test/resources/golden/";
    private static final String SIGNALS = GOLDEN + "signals.jsonl";

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama-tied", "llama-gqa", "llama-sharded", "mistral-window"})
    void everySiteAndTheLogitsAreThoseOfTransformers(String variant) {
        SafetensorsFile captured =
                capture("--model", GOLDEN + variant, "--hook-points", "all", "--logits");
        SafetensorsFile golden = golden(variant);
        assertThat(captured.names()).hasSizeGreaterThan(14).contains("logits");
        for (String name : captured.names()) {
            String reference = name.equals("logits") ? name : "activation/" + name + "@last";
            assertSame(captured, name, golden, reference);
        }
        assertThat(captured.metadata()).containsEntry("model", variant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mean-prompt", "label", "mean-label"})
    void anAdapterIsMergedAndEveryPositionIsTheReferences(String position) {
        SafetensorsFile captured =
                capture(
                        "--model",
                        GOLDEN + "llama-gqa",
                        "--adapter",
                        GOLDEN + "llama-lora",
                        "--position",
                        position,
                        "--hook-points",
                        "blocks.*.hook_resid_post");
        SafetensorsFile golden = golden("llama-lora");
        assertThat(captured.names()).isNotEmpty();
        for (String name : captured.names()) {
            assertSame(captured, name, golden, "activation/" + name + "@" + position);
        }
    }

    @Test
    void rowsStandInTheOrderOfTheInputHoweverTheyAreBatched() throws IOException {
        List<String> lines = Files.readAllLines(Path.of(SIGNALS));
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 2500; i++) {
            order.add(i % lines.size());
        }
        Collections.shuffle(order, new Random(7));
        Path input = folder.resolve("many.jsonl");
        Files.write(input, order.stream().map(lines::get).toList());
        String name = "blocks.0.hook_resid_post";
        SafetensorsFile captured =
                captureFrom(
                        input.toString(), "--model", GOLDEN + "llama-gqa", "--hook-points", name);
        SafetensorsFile golden = golden("llama-gqa");
        float[] values = captured.readFloats(name);
        float[] reference = golden.readFloats("activation/" + name + "@last");
        int width = (int) captured.info(name).shape()[1];
        assertThat(captured.info(name).shape()).containsExactly(2500, 32);
        for (int row = 0; row < order.size(); row++) {
            for (int i = 0; i < width; i++) {
                assertThat(values[row * width + i])
                        .isCloseTo(
                                reference[order.get(row) * width + i],
                                org.assertj.core.data.Offset.offset(1e-4f));
            }
        }
    }

    @Test
    void aGradientNeedsLabelsAndAnActivationDoesNot() throws IOException {
        Path input = folder.resolve("unlabelled.jsonl");
        Files.writeString(input, "{\"prompt\": \"Is it so?\"}\n");
        String[] args = {
            "capture",
            "--model",
            GOLDEN + "llama-gqa",
            "--hook-points",
            "blocks.0.hook_resid_pre",
            "--input",
            input.toString(),
            "--output",
            folder.resolve("out.safetensors").toString(),
            "--quantity",
            "gradient"
        };
        CommandRun gradient = CommandRun.of(args);
        assertThat(gradient.code()).isEqualTo(1);
        assertThat(gradient.err()).contains("unlabelled.jsonl, line 1", "label").hasLineCount(1);
        args[args.length - 1] = "activation";
        assertThat(CommandRun.of(args).code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"last", "mean-prompt", "label", "mean-label"})
    void logitsAtAPositionNeedALabelWhereTheTapsDo(String position) throws IOException {
        Path input = folder.resolve("half.jsonl");
        Files.writeString(
                input,
                """
                {"prompt": "Is it so?", "label": " Yes"}
                {"prompt": "Is it so?"}
                """);
        CommandRun run =
                CommandRun.of(
                        "capture",
                        "--model",
                        GOLDEN + "llama-gqa",
                        "--hook-points",
                        "blocks.0.hook_resid_pre",
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve("out.safetensors").toString(),
                        "--logits",
                        "--position",
                        position);
        if (position.contains("label")) {
            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).contains("half.jsonl, line 2", "label").hasLineCount(1);
        } else {
            assertThat(run.code()).isZero();
        }
    }

    private SafetensorsFile capture(String... args) {
        return captureFrom(SIGNALS, args);
    }

    private SafetensorsFile captureFrom(String input, String... args) {
        Path output = folder.resolve("captured.safetensors");
        List<String> all = new ArrayList<>(List.of("capture", "--input", input));
        all.addAll(List.of("--output", output.toString(), "--device", "cpu"));
        all.addAll(List.of(args));
        CommandRun run = CommandRun.of(all.toArray(String[]::new));
        assertThat(run.err()).contains("signals at");
        assertThat(run.out()).isEmpty();
        assertThat(run.code()).isZero();
        return SafetensorsFile.open(output);
    }

    private static SafetensorsFile golden(String variant) {
        return SafetensorsFile.open(Path.of(GOLDEN, variant, "golden.safetensors"));
    }

    private static void assertSame(
            SafetensorsFile captured, String name, SafetensorsFile golden, String reference) {
        assertThat(captured.info(name).format()).isEqualTo("F32");
        assertThat(captured.info(name).shape()).isEqualTo(golden.info(reference).shape());
        assertThat(captured.readDoubles(name))
                .as(name)
                .containsExactly(
                        golden.readDoubles(reference), org.assertj.core.data.Offset.offset(1e-4));
    }
}
