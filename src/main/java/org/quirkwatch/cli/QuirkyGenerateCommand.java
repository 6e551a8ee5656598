package org.quirkwatch.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkySplit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/// Rows of a quirky task as signals.
@Command(
        name = "generate",
        description = {
            "Writes the rows of a split as signals, one JSON object per line: the label is the"
                    + " character's, the metadata says what is known of the row.",
            ""
        },
        footer = {
            "",
            "Tasks: capitals, hemisphere, population, sciq, sentiment, nli, authors, addition,",
            "subtraction, multiplication, modularaddition, squaring.",
            "",
            "Splits: trusted, alice-untrusted, bob-untrusted (easy rows, the first four names), test,",
            "test-normal, test-anomalous (hard rows, the last twelve names), trusted-all,"
                    + " development-all,",
            "test-all, held-out-all (every difficulty), train, validation (every difficulty, all names).",
            "",
            "Example:",
            "  quirkwatch quirky generate --task addition --split test-all --limit 1000 --output"
                    + " test.jsonl"
        })
final class QuirkyGenerateCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Mixin private QuirkyRows rows = new QuirkyRows();

    @Option(
            names = "--split",
            required = true,
            paramLabel = "NAME",
            description = "Which rows; see below.")
    private QuirkySplit split;

    @Option(
            names = "--output",
            paramLabel = "FILE.jsonl",
            description = "Where to; it appears when it is complete (default: standard output).")
    private Optional<Path> output = Optional.empty();

    QuirkyGenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        List<QuirkyExample> examples = rows.rows(split);
        if (output.isPresent()) {
            try (OutputFile file = OutputFile.create(output.get())) {
                write(examples, file.stream());
                file.commit();
            }
            terminal.note("%d rows: %s".formatted(examples.size(), output.get()));
        } else {
            write(examples, terminal.out());
        }
        return 0;
    }

    private static void write(List<QuirkyExample> examples, OutputStream out) throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        for (QuirkyExample example : examples) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("id", example.id());
            row.put("prompt", example.prompt());
            row.put("label", example.label());
            row.put("choices", QuirkyExample.CHOICES);
            row.put("metadata", example.metadata());
            out.write((json.writeValueAsString(row) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        out.flush();
    }
}
