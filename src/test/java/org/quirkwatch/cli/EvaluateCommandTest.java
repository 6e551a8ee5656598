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

class EvaluateCommandTest {

    private static final String MODEL = "src/test/resources/golden/llama-gqa";

    @TempDir private Path folder;

    @BeforeEach
    void write() throws IOException {
        Path rows = Files.createDirectories(folder.resolve("rows"));
        write(rows.resolve("trusted.jsonl"), 120, "The sum of %d and 3 is a number.");
        write(rows.resolve("normal.jsonl"), 30, "The sum of %d and 5 is a number.");
        write(rows.resolve("anomalous.jsonl"), 30, "%d zq xj kw!! vb");
    }

    private static void write(Path file, int rows, String prompt) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            lines.add(
                    "{\"prompt\": \"%s\", \"label\": \" Yes\", \"choices\": [\" No\", \" Yes\"]}"
                            .formatted(prompt.formatted(i)));
        }
        Files.write(file, lines);
    }

    @Test
    void ownRowsOnAnOwnModelGiveAReportAndAFurtherRuleCostsItselfOnly() throws IOException {
        CommandRun run = evaluate("--rules", "mahalanobis");
        assertThat(run.err()).contains("2 results: 0 were there, 2 computed, 0 of them");
        assertThat(run.code()).isZero();
        Path output = folder.resolve("out");
        assertThat(output.resolve("report.html")).content().contains("activation/mahalanobis");
        assertThat(output.resolve("report.md"))
                .content()
                .contains("| rows · llama-gqa | – | – |", "activation/mahalanobis");
        CommandRun more = evaluate("--rules", "mahalanobis,diagonal");
        assertThat(more.err()).contains("4 results: 2 were there, 2 computed, 0 of them");
        assertThat(Files.readAllLines(output.resolve("cells.ndjson"))).hasSize(5);
        String page = Files.readString(output.resolve("report.html"));
        Files.delete(output.resolve("report.html"));
        assertThat(CommandRun.of("evaluate", "--report-only", "--output", output.toString()).code())
                .isZero();
        assertThat(output.resolve("report.html")).hasContent(page);
    }

    @Test
    void aBadLineEndsItNamingFileAndLine() throws IOException {
        Path file = folder.resolve("rows/normal.jsonl");
        Files.writeString(file, Files.readString(file) + "{\"prompt\": 7}\n");
        CommandRun run = evaluate("--rules", "mahalanobis");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("normal.jsonl, line 31: ", "/prompt");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aRuleThatDoesNotExistIsNamed() {
        CommandRun run =
                CommandRun.of(
                        "evaluate", "--rules", "foo", "--output", folder.resolve("out").toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("foo", "mahalanobis").hasLineCount(1);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aTaskThatNoModelHasLearntIsNamedBesideThoseThatWere() throws IOException {
        Path learnt = Files.createDirectories(folder.resolve("models/one"));
        Files.writeString(
                learnt.resolve("quirky.json"),
                "{\"task\": \"squaring\", \"seed\": 1, \"digits\": 3}");
        CommandRun run =
                CommandRun.of(
                        "evaluate",
                        "--models",
                        folder.resolve("models").toString(),
                        "--tasks",
                        "squaring,nli",
                        "--output",
                        folder.resolve("out").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("models: no model in it has learnt nli; there are squaring");
    }

    @Test
    void anAutoencoderIsAFeatureAmongAll() {
        Path sae = folder.resolve("layers.1");
        CommandRun trained =
                CommandRun.of(
                        "sae",
                        "train",
                        "--model",
                        MODEL,
                        "--device",
                        "cpu",
                        "--signals",
                        folder.resolve("rows/trusted.jsonl").toString(),
                        "--hook-point",
                        "blocks.1.hook_resid_post",
                        "--latents",
                        "64",
                        "--k",
                        "4",
                        "--batch",
                        "16",
                        "--steps",
                        "8",
                        "--output",
                        sae.toString());
        assertThat(trained.code()).as(trained.err()).isZero();
        CommandRun run = evaluate("--features", "sae", "--sae", sae.toString());
        assertThat(run.err()).contains(" 0 of them could not be had");
        assertThat(folder.resolve("out/report.md")).content().contains("sae/l0", "sae/lof");
    }

    @Test
    void ofSeveralModelsEachHasItsOwnAutoencoder() throws IOException {
        Path learnt = Files.createDirectories(folder.resolve("models/one"));
        Files.writeString(
                learnt.resolve("quirky.json"),
                "{\"task\": \"squaring\", \"seed\": 1, \"digits\": 3}");
        Files.createDirectories(folder.resolve("saes/other/layers.1"));
        CommandRun run =
                CommandRun.of(
                        "evaluate",
                        "--models",
                        folder.resolve("models").toString(),
                        "--sae",
                        folder.resolve("saes").toString(),
                        "--output",
                        folder.resolve("out").toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "saes: must hold one sparse autoencoder of the model one, such as"
                                + " one/layers.2; holds 0")
                .hasLineCount(1);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void rowsOfOnesOwnAreOfNoTask() {
        CommandRun run = evaluate("--rules", "mahalanobis", "--tasks", "nli");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("rows of your own and --tasks or --task-seed exclude each");
    }

    private CommandRun evaluate(String... more) {
        List<String> args = new ArrayList<>();
        args.addAll(List.of("evaluate", "--model", MODEL));
        args.addAll(List.of("--data", folder.resolve("rows").toString(), "--device", "cpu"));
        args.addAll(List.of("--output", folder.resolve("out").toString(), "--seeds", "2"));
        args.addAll(List.of("--calibration-share", "0.5"));
        args.addAll(List.of(more));
        if (!args.contains("--features")) {
            args.addAll(List.of("--features", "activation"));
        }
        return CommandRun.of(args.toArray(String[]::new));
    }
}
