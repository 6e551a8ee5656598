package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FitAndScoreTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String MODEL = "src/test/resources/golden/llama-gqa";

    @TempDir static Path folder;

    private static Path trusted;
    private static Path detector;

    @BeforeAll
    static void fitOnce() throws IOException {
        trusted = folder.resolve("trusted.jsonl");
        // Folders above it are made.
        detector = folder.resolve("made/detector");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            lines.add(line("The sum of %d and %d is a number.".formatted(i * 37 % 911, i)));
        }
        Files.write(trusted, lines);
        CommandRun run = fit("--set", "rcond=1e-6");
        assertThat(run.err()).contains("detector: fitted on 120 signals, calibrated on 96");
        assertThat(run.code()).isZero();
    }

    @Test
    void verdictsComeInOrderOnePerLineWithBadLinesAmongThem() throws IOException {
        String input =
                String.join(
                        "\n",
                        "{\"id\": \"a\", \"prompt\": \"One\", \"label\": \" Yes\"}",
                        "",
                        "{\"prompt\": ",
                        "{\"prompt\": \"Two\", \"label\": \" Yes\", \"choices\": [\" No\", \"!\"]}",
                        "{\"prompt\": \"" + "long ".repeat(300) + "\", \"label\": \" Yes\"}",
                        "{\"prompt\": \"Two\", \"label\": \" Yes\", \"policy\": \"strict\"}",
                        line("The sum of 5 and 6 is a number."));
        CommandRun run = CommandRun.withInput(input, score());
        assertThat(run.code()).isZero();
        List<JsonNode> verdicts = run.out().lines().map(JSON::readTree).toList();
        assertThat(verdicts.stream().map(verdict -> verdict.get("status").asString()))
                .containsExactly(
                        "scored", "unscored", "unscored", "unscored", "unscored", "scored");
        assertThat(verdicts.stream().map(verdict -> verdict.path("line").asInt(0)))
                .containsExactly(0, 3, 4, 5, 6, 0);
        assertThat(verdicts.stream().map(v -> v.path("reason").path("type").asString("")))
                .containsExactly(
                        "",
                        "/problems/malformed-json",
                        "/problems/invalid-signal",
                        "/problems/prompt-too-long",
                        "/problems/unknown-policy",
                        "");
        assertThat(verdicts.getFirst().get("id").asString()).isEqualTo("a");
        assertThat(verdicts.get(1).get("disposition").asString()).isEqualTo("review");
        assertThat(verdicts.get(1).has("score")).isFalse();
        assertThat(run.err()).contains("6 signals", "4 unscored");
    }

    @Test
    void aFileOfManyIsScoredLikeEachLineAlone() throws IOException {
        Path output = folder.resolve("verdicts.jsonl");
        assertThat(
                        CommandRun.of(
                                        score(
                                                "--input",
                                                trusted.toString(),
                                                "--output",
                                                output.toString()))
                                .code())
                .isZero();
        List<String> verdicts = Files.readAllLines(output);
        assertThat(verdicts).hasSize(240);
        List<String> signals = Files.readAllLines(trusted);
        for (int i : new int[] {0, 100, 239}) {
            JsonNode alone =
                    JSON.readTree(CommandRun.withInput(signals.get(i) + "\n", score()).out());
            JsonNode among = JSON.readTree(verdicts.get(i));
            double score = alone.get("score").asDouble();
            assertThat(among.get("score").asDouble())
                    .isCloseTo(score, org.assertj.core.data.Offset.offset(1e-4 * Math.abs(score)));
        }
    }

    @Test
    void layersAreThereWhenAskedFor() {
        String input = line("One");
        assertThat(CommandRun.withInput(input, score()).out()).doesNotContain("layers");
        JsonNode verdict = JSON.readTree(CommandRun.withInput(input, score("--explain")).out());
        assertThat(verdict.get("layers").size()).isEqualTo(3);
    }

    @Test
    void whoNamesNoFeatureGetsTheDefaultDetectorAndWhoNamesHookPointsGetsActivations() {
        JsonNode made =
                JSON.readTree(CommandRun.of("inspect", "--json", detector.toString()).out());
        assertThat(made.at("/feature").asString()).isEqualTo("layer-difference");
        assertThat(made.get("rule").asString()).isEqualTo("mahalanobis");
        Path pointed = folder.resolve("pointed");
        CommandRun run =
                CommandRun.of(
                        "fit",
                        "--model",
                        MODEL,
                        "--trusted",
                        trusted.toString(),
                        "--hook-points",
                        "*.hook_resid_mid",
                        "--output",
                        pointed.toString(),
                        "--device",
                        "cpu");
        assertThat(run.code()).isZero();
        assertThat(
                        JSON.readTree(CommandRun.of("inspect", "--json", pointed.toString()).out())
                                .at("/feature")
                                .asString())
                .isEqualTo("activation");
    }

    @Test
    void aLayerThatDoesNotVaryIsNamedWithTheWayOut() throws IOException {
        Path same = folder.resolve("same.jsonl");
        // One token, so that nothing before it can differ.
        Files.write(same, Collections.nCopies(120, line("a")));
        CommandRun run =
                CommandRun.of(
                        "fit",
                        "--model",
                        MODEL,
                        "--trusted",
                        same.toString(),
                        "--output",
                        folder.resolve("none").toString(),
                        "--device",
                        "cpu");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains(
                        "layer-difference:blocks.0.hook_resid_post: ",
                        "fit without this layer: of blocks 0 to 2, name the layers to look at");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void levelsThatTheCalibrationCannotReachAreWrongUsage() {
        CommandRun run =
                CommandRun.withInput(
                        "", "score", "--model", MODEL, "--detector", detector.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("alpha 0.01 ", "96").hasLineCount(1);
    }

    @Test
    void aDetectorOfAnotherModelIsRefused() {
        String[] args = score();
        args[2] = "src/test/resources/golden/llama-tied";
        CommandRun run = CommandRun.of(args);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("fitted on model llama-gqa").hasLineCount(1);
    }

    @Test
    void anArtifactIsReplacedOnlyWhenForced() {
        CommandRun refused = fit();
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("--force").hasLineCount(1);
        assertThat(fit("--force", "--set", "rcond=1e-6").code()).isZero();
    }

    @Test
    void bothKindsOfDirectoryAreDescribedForPeopleAndPrograms() {
        CommandRun people = CommandRun.of("inspect", detector.toString());
        assertThat(people.out())
                .contains("kind         artifact", "blocks.1.hook_resid_post", "n_calibration  96");
        JsonNode artifact =
                JSON.readTree(CommandRun.of("inspect", "--json", detector.toString()).out());
        JsonNode checkpoint = JSON.readTree(CommandRun.of("inspect", "--json", MODEL).out());
        assertThat(checkpoint.get("kind").asString()).isEqualTo("checkpoint");
        assertThat(artifact.at("/provenance/model/digest")).isEqualTo(checkpoint.get("digest"));
        assertThat(checkpoint.get("parameters").asLong()).isEqualTo(44_000);
    }

    private static CommandRun fit(String... more) {
        List<String> args = new ArrayList<>();
        args.addAll(List.of("fit", "--model", MODEL, "--trusted", trusted.toString()));
        args.addAll(List.of("--output", detector.toString(), "--device", "cpu"));
        args.addAll(List.of(more));
        return CommandRun.of(args.toArray(String[]::new));
    }

    private static String[] score(String... more) {
        List<String> args = new ArrayList<>();
        args.addAll(List.of("score", "--model", MODEL, "--detector", detector.toString()));
        args.addAll(List.of("--alpha-review", "0.05", "--alpha-discard", "0.02"));
        args.addAll(List.of("--device", "cpu"));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    private static String line(String prompt) {
        return "{\"prompt\": \"%s\", \"label\": \" Yes\", \"choices\": [\" No\", \" Yes\"]}"
                .formatted(prompt);
    }
}
