package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.signal.LabelRule;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalLimits;
import org.quirkwatch.signal.SignalLine;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.signal.SignalReader;

class QuirkyCommandsTest {

    @TempDir Path folder;

    @Test
    void theRowsThatAreWrittenAreSignals() throws IOException {
        Path file = folder.resolve("rows.jsonl");
        CommandRun run = generate("--output", file.toString());
        assertThat(run.err()).contains("20 rows");
        assertThat(run.code()).isZero();
        CommandRun piped = generate();
        assertThat(piped.out()).isEqualTo(Files.readString(file));
        List<Signal> signals = signals(piped.out());
        assertThat(signals).hasSize(20);
        assertThat(signals)
                .allSatisfy(signal -> {
                    assertThat(signal.prompt()).startsWith("Name: ");
                    assertThat(signal.choices()).containsExactly(" No", " Yes");
                    assertThat(signal.metadata()).containsEntry("split", "test");
                });
        assertThat(signals.stream().map(Signal::metadata))
                .filteredOn(metadata -> Long.valueOf(1).equals(metadata.get("anomaly")))
                .hasSize(10);
    }

    @Test
    void anotherSeedGivesOtherRows() {
        assertThat(generate("--seed", "2").out()).isNotEqualTo(generate().out());
    }

    @Test
    void theSeedIsThatOfTheBundledModelUnlessAnotherIsGiven() {
        assertThat(generate("--seed", "1").out()).isEqualTo(generate().out());
        assertThat(CommandRun.of("quirky", "check", "--help").out()).contains("(default: 1,");
        assertThat(CommandRun.of("quirky", "train", "--help").out()).contains("(default: 1,");
    }

    @Test
    void unknownTasksAndSplitsAreWrongUsage() {
        CommandRun task = CommandRun.of("quirky", "check", "--task", "chess");
        assertThat(task.code()).isEqualTo(2);
        assertThat(task.err()).contains("chess", "addition");
        CommandRun split = generate("--split", "dev");
        assertThat(split.code()).isEqualTo(2);
        CommandRun digits = generate("--digits", "9");
        assertThat(digits.code()).isEqualTo(2);
        assertThat(digits.err()).contains("1 to 6, got 9");
    }

    @Test
    void trainingDoesNotReplaceACheckpoint() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{}");
        CommandRun run =
                CommandRun.of(
                        "quirky", "train", "--task", "addition", "--output", folder.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("holds a checkpoint already").hasLineCount(1);
    }

    private static CommandRun generate(String... more) {
        List<String> args = new ArrayList<>(List.of("quirky", "generate", "--task", "addition"));
        if (!List.of(more).contains("--split")) {
            args.addAll(List.of("--split", "test"));
        }
        args.addAll(List.of("--limit", "20"));
        args.addAll(List.of(more));
        return CommandRun.of(args.toArray(String[]::new));
    }

    private static List<Signal> signals(String lines) {
        List<Signal> signals = new ArrayList<>();
        SignalParser parser = new SignalParser(SignalLimits.DEFAULT, LabelRule.REQUIRED, () -> "x");
        try (SignalReader reader =
                new SignalReader(
                        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
                        "rows",
                        parser)) {
            while (reader.hasNext()) {
                if (reader.next() instanceof SignalLine.Valid(long number, Signal signal)) {
                    signals.add(signal);
                }
            }
        }
        return signals;
    }
}
