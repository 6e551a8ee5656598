package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.checkpoint.SafetensorsWriter.Entry;
import org.quirkwatch.detector.Rule;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.torch.DType;

class DetectCommandTest {

    private static final int TRUSTED = 200;
    private static final int INPUT = 20;
    private static final int WIDTH = 4;
    private static final int ANOMALY = 7;

    @TempDir Path folder;

    @BeforeEach
    void writeRows() {
        write(
                "trusted",
                Map.of("blocks.2.x", normal(TRUSTED, 1), "blocks.10.x", normal(TRUSTED, 2)));
        Map<String, float[]> input = new LinkedHashMap<>();
        input.put("blocks.2.x", normal(INPUT, 3));
        input.put("blocks.10.x", normal(INPUT, 4));
        input.values().forEach(rows -> rows[ANOMALY * WIDTH + 1] += 30);
        write("input", input);
    }

    @Test
    void theAnomalyHasTheHighestScoreInEveryLayerAndTheLeastPValue() {
        CommandRun run = detect("--trusted", file("trusted"), "--input", file("input"));
        assertThat(run.err())
                .contains("20 rows in 2 layer(s) scored; fitted on 100 trusted rows", "on 80:");
        SafetensorsFile scores = output();
        assertThat(scores.names())
                .containsExactlyInAnyOrder(
                        "scores/blocks.2.x", "scores/blocks.10.x", "score", "p_value");
        for (String name : List.of("scores/blocks.2.x", "scores/blocks.10.x", "score")) {
            assertThat(scores.info(name).format()).isEqualTo("F64");
            assertThat(scores.info(name).shape()).containsExactly(INPUT);
            double[] values = scores.readDoubles(name);
            assertThat(values[ANOMALY]).isEqualTo(Arrays.stream(values).max().orElseThrow());
        }
        assertThat(scores.readDoubles("p_value")[ANOMALY]).isEqualTo(1 / 81.0);
    }

    @Test
    void theSameSeedGivesTheSameFileAndAnotherAnother() throws IOException {
        String[] args = {"--trusted", file("trusted"), "--input", file("input"), "--seed", "3"};
        detect(args);
        byte[] first = Files.readAllBytes(folder.resolve("out"));
        detect(args);
        assertThat(folder.resolve("out")).hasBinaryContent(first);
        args[5] = "4";
        detect(args);
        assertThat(Files.readAllBytes(folder.resolve("out"))).isNotEqualTo(first);
    }

    @Test
    void aShareOfZeroGivesPlainScoresOnly() {
        CommandRun run =
                detect(
                        "--trusted",
                        file("trusted"),
                        "--input",
                        file("input"),
                        "--calibration-share",
                        "0",
                        "--set",
                        "rcond=1e-3");
        assertThat(run.err()).contains("fitted on 200 trusted rows, not calibrated");
        SafetensorsFile scores = output();
        assertThat(scores.contains("p_value")).isFalse();
        double[] low = scores.readDoubles("scores/blocks.2.x");
        double[] high = scores.readDoubles("scores/blocks.10.x");
        double[] score = scores.readDoubles("score");
        for (int i = 0; i < INPUT; i++) {
            assertThat(score[i])
                    .isCloseTo((low[i] + high[i]) / 2, org.assertj.core.data.Offset.offset(1e-9));
        }
    }

    @Test
    void npyFilesOfEveryVersionOrderAndFormatGiveTheScoresOfTheSafetensorsFile()
            throws IOException {
        write("one", Map.of("features", normal(TRUSTED, 1)));
        write("other", Map.of("features", normal(INPUT, 3)));
        detect("--trusted", file("one"), "--input", file("other"));
        double[] expected = output().readDoubles("score");
        for (int version = 1; version <= 3; version++) {
            for (boolean fortran : new boolean[] {false, true}) {
                for (String format : List.of("<f4", "<f8")) {
                    npy("one.npy", version, format, fortran, normal(TRUSTED, 1));
                    npy("other.npy", version, format, fortran, normal(INPUT, 3));
                    Path out = folder.resolve("scores.npy");
                    CommandRun run =
                            CommandRun.of(
                                    "detect",
                                    "--trusted",
                                    file("one.npy"),
                                    "--input",
                                    file("other.npy"),
                                    "--output",
                                    out.toString());
                    assertThat(run.code()).as(run.err()).isZero();
                    byte[] bytes = Files.readAllBytes(out);
                    assertThat(new String(bytes, 0, 128, StandardCharsets.ISO_8859_1))
                            .startsWith("\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f8', ")
                            .contains("'fortran_order': False, 'shape': (20,), }")
                            .endsWith(" \n");
                    double[] scores = new double[INPUT];
                    ByteBuffer.wrap(bytes, 128, bytes.length - 128)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asDoubleBuffer()
                            .get(scores);
                    assertThat(scores).containsExactly(expected);
                }
            }
        }
    }

    @Test
    void whatCaptureWritesCanBeScoredAsItIs() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            lines.add("{\"prompt\": \"The sum of %d and %d\"}".formatted(i * 37 % 911, i));
        }
        Files.write(folder.resolve("signals.jsonl"), lines);
        for (String name : List.of("t", "i")) {
            CommandRun captured =
                    CommandRun.of(
                            "capture",
                            "--model",
                            "src/test/resources/golden/llama-gqa",
                            "--input",
                            file("signals.jsonl"),
                            "--hook-points",
                            "blocks.*.hook_resid_post",
                            "--device",
                            "cpu",
                            "--output",
                            file(name));
            assertThat(captured.code()).as(captured.err()).isZero();
        }
        detect("--trusted", file("t"), "--input", file("i"), "--set", "rcond=1e-6");
        assertThat(output().names())
                .contains("scores/blocks.0.hook_resid_post", "scores/blocks.1.hook_resid_post");
        assertThat(output().info("score").shape()).containsExactly(120);
    }

    @Test
    void aRuleThatLearnsFromUntrustedRowsTakesThoseOfItsOwnFile() {
        Rule offline = Rules.all().stream().filter(Rule::offline).findFirst().orElseThrow();
        String[] args = {
            "--rule", offline.name(), "--trusted", file("trusted"), "--input", file("input")
        };
        assertThat(detect(args).err())
                .contains("these are the 20 rows of the input, and p-values are exact only");
        double[] ofTheInput = output().readDoubles("score");
        String[] more = Arrays.copyOf(args, 8);
        more[6] = "--untrusted";
        more[7] = file("input");
        assertThat(detect(more).err()).doesNotContain("these are");
        assertThat(output().readDoubles("score")).containsExactly(ofTheInput);
        more[7] = file("trusted");
        detect(more);
        assertThat(output().readDoubles("score")).isNotEqualTo(ofTheInput);
    }

    @Test
    void tensorsThatTheTrustedFileLacksAreLeftOutWithANote() {
        write("little", Map.of("blocks.2.x", normal(TRUSTED, 1)));
        CommandRun run = detect("--trusted", file("little"), "--input", file("input"));
        assertThat(run.err()).contains("input: 1 tensor(s) that little does not have");
        assertThat(output().names())
                .containsExactlyInAnyOrder("scores/blocks.2.x", "score", "p_value");
    }

    @Test
    void everyRuleIsListedWithItsOptionsAndScoresMatrices() {
        CommandRun list = CommandRun.of("detect", "--list-rules");
        assertThat(list.code()).isZero();
        assertThat(list.err()).isEmpty();
        for (Rule rule : Rules.all()) {
            assertThat(list.out()).contains(rule.name() + (rule.offline() ? " (" : "\n"));
            rule.options()
                    .forEach(option ->
                            assertThat(list.out())
                                    .contains(
                                            "  %s=%s ".formatted(option.name(), option.standard()),
                                            option.meaning()));
            CommandRun run =
                    detect(
                            "--rule",
                            rule.name(),
                            "--trusted",
                            file("trusted"),
                            "--input",
                            file("input"),
                            // A rule that counts new features gives these rows one score, and one
                            // score has no scale.
                            "--calibration-share",
                            "0");
            assertThat(output().readDoubles("score"))
                    .as(rule.name())
                    .hasSize(INPUT)
                    .satisfies(scores ->
                            assertThat(Arrays.stream(scores).allMatch(Double::isFinite)).isTrue());
            assertThat(run.err().contains("learns from untrusted rows")).isEqualTo(rule.offline());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "none | none: there is no such file",
                "folder | folder: is a folder, expected a safetensors or npy file",
                "text | text: the header's length must be",
                "narrow | narrow: tensor \"blocks.2.x\" has the shape [20, 2], expected [n, 4] as in"
                        + " trusted",
                "missing | missing: tensor \"blocks.10.x\" is missing, expected it with the shape"
                        + " [n, 4] as in trusted",
                "uneven | uneven: tensor \"blocks.10.x\" has the shape [10, 4], expected 20 rows",
                "empty | empty: tensor \"blocks.2.x\" has the shape [0, 4], expected a row",
                "cube | cube: tensor \"blocks.2.x\" is F32 with the shape [5, 4, 4], expected F32",
                "whole | whole: tensor \"blocks.2.x\" is I64 with the shape [20, 4], expected F32",
                "nan | nan: tensor \"blocks.10.x\" holds NaN at row 19, column 3",
                "huge | huge: tensor \"blocks.2.x\" has the shape [100001, 4], expected at most"
                        + " 100000 rows",
                "escape | escape: a tensor's name must have"
            })
    void anInputThatDoesNotFitIsNamedWithWhatWasExpected(String name, String message)
            throws IOException {
        hostileFiles();
        CommandRun run =
                CommandRun.of(
                        "detect",
                        "--trusted",
                        file("trusted"),
                        "--input",
                        file(name),
                        "--output",
                        file("out"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("quirkwatch: " + message).hasLineCount(1);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--trusted x | Missing required",
                "--trusted x --input y --output z --list-rules | only one match",
                "--trusted x --input y --output z --untrusted u | leave --untrusted out",
                "--trusted x --input y --output z --aggregation median | median",
                "--trusted x --input y --output z --seed one | one"
            })
    void wrongUsageIsExitCodeTwo(String line, String part) {
        CommandRun run = CommandRun.of(("detect " + line).split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(part).hasLineCount(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rule none | there is no rule \"none\"",
                "--set colour=red | has no option \"colour\"",
                "--set rcond=red | \"red\"",
                "--calibration-share 0.99 | 0.99",
                "--calibration-share 0 --aggregation standardised-mean | held-out"
            })
    void settingsThatCannotBeAreRefusedBeforeFilesAreRead(String line, String part) {
        List<String> args = new ArrayList<>();
        args.addAll(List.of("detect", "--trusted", "x", "--input", "y", "--output", file("out")));
        args.addAll(List.of(line.split(" ")));
        CommandRun run = CommandRun.of(args.toArray(String[]::new));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains(part).hasLineCount(1);
    }

    @Test
    void tooFewTrustedRowsSayHowManyAreNeeded() {
        write("few", Map.of("blocks.2.x", normal(5, 1)));
        CommandRun run =
                CommandRun.of(
                        "detect",
                        "--trusted",
                        file("few"),
                        "--input",
                        file("input"),
                        "--output",
                        file("out"));
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("5 trusted row(s) are too few", "100 are needed");
    }

    private void hostileFiles() throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        Files.writeString(folder.resolve("text"), "what is this? not a file of matrices");
        write("narrow", Map.of("blocks.2.x", new float[40], "blocks.10.x", new float[40]), 2);
        write("missing", Map.of("blocks.2.x", normal(INPUT, 1)));
        write("uneven", Map.of("blocks.2.x", normal(20, 1), "blocks.10.x", normal(10, 1)));
        write("empty", Map.of("blocks.2.x", new float[0], "blocks.10.x", new float[0]));
        float[] nan = normal(INPUT, 1);
        nan[nan.length - 1] = Float.NaN;
        write("nan", Map.of("blocks.2.x", normal(INPUT, 1), "blocks.10.x", nan));
        float[] many = new float[100_001 * WIDTH];
        write("huge", Map.of("blocks.2.x", many, "blocks.10.x", many));
        write("escape", Map.of("blocks.2.x\u001b[2J", normal(INPUT, 1)));
        one(new Entry("blocks.2.x", DType.FLOAT32, 5, 4, 4), "cube");
        one(new Entry("blocks.2.x", DType.INT64, 20, 4), "whole");
    }

    private void one(Entry entry, String name) {
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(folder.resolve(name), List.of(entry), Map.of())) {
            if (entry.dtype() == DType.INT64) {
                writer.write(entry.name(), new long[80]);
            } else {
                writer.write(entry.name(), new float[80]);
            }
            writer.commit();
        }
    }

    private CommandRun detect(String... more) {
        List<String> args = new ArrayList<>(List.of("detect", "--output", file("out")));
        args.addAll(List.of(more));
        CommandRun run = CommandRun.of(args.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEmpty();
        return run;
    }

    private SafetensorsFile output() {
        return SafetensorsFile.open(folder.resolve("out"));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void write(String name, Map<String, float[]> layers) {
        write(name, layers, WIDTH);
    }

    private void write(String name, Map<String, float[]> layers, int width) {
        List<Entry> entries = new ArrayList<>();
        layers.forEach((layer, values) ->
                entries.add(new Entry(layer, DType.FLOAT32, values.length / width, width)));
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(folder.resolve(name), entries, Map.of())) {
            layers.forEach(writer::write);
            writer.commit();
        }
    }

    private void npy(String name, int version, String format, boolean fortran, float[] values)
            throws IOException {
        int rows = values.length / WIDTH;
        String header =
                "{'descr': '%s', 'fortran_order': %s, 'shape': (%d, %d), }\n"
                        .formatted(format, fortran ? "True" : "False", rows, WIDTH);
        ByteBuffer bytes =
                ByteBuffer.allocate(12 + header.length() + values.length * 8)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
        bytes.put((byte) version).put((byte) 0);
        if (version == 1) {
            bytes.putShort((short) header.length());
        } else {
            bytes.putInt(header.length());
        }
        bytes.put(header.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < values.length; i++) {
            float value = fortran ? values[i % rows * WIDTH + i / rows] : values[i];
            if (format.equals("<f8")) {
                bytes.putDouble(value);
            } else {
                bytes.putFloat(value);
            }
        }
        Files.write(folder.resolve(name), Arrays.copyOf(bytes.array(), bytes.position()));
    }

    private static float[] normal(int rows, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
