package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.ScanMemory;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a checkpoint or an artifact holds.
@Command(
        name = "inspect",
        description = {
            "Says what a checkpoint or an artifact holds, after checking all of it: sizes, number"
                    + " format, digests; for an artifact also what it looks at, how it was fitted"
                    + " and the model that it belongs to.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  quirkwatch inspect models/mine",
            "  quirkwatch inspect --json detectors/mine | jq .provenance"
        })
final class InspectCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Parameters(paramLabel = "DIR", description = "A checkpoint or an artifact.")
    private Path directory;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "A LoRA adapter for the checkpoint.")
    private Optional<Path> adapter = Optional.empty();

    @Option(names = "--json", description = "As one JSON object, for programs.")
    private boolean json;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        SequencedMap<String, Object> description = describe();
        String text;
        if (json) {
            text =
                    JsonMapper.builder()
                                    .enable(SerializationFeature.INDENT_OUTPUT)
                                    .build()
                                    .writeValueAsString(description)
                            + "\n";
        } else {
            StringBuilder lines = new StringBuilder();
            print(lines, description, 0);
            text = lines.toString();
        }
        terminal.out().write(text.getBytes(StandardCharsets.UTF_8));
        terminal.out().flush();
        return 0;
    }

    private SequencedMap<String, Object> describe() {
        if (Files.exists(directory.resolve("manifest.json"))) {
            return Description.of(ArtifactDirectory.read(directory));
        }
        if (Files.exists(directory.resolve("config.json"))) {
            return Description.of(Checkpoint.open(directory, adapter, ScanMemory.ofEnvironment()));
        }
        throw new Problem(
                ProblemCode.INVALID_FILE,
                "%s: holds neither a config.json (a checkpoint) nor a manifest.json (an artifact)"
                        .formatted(directory.getFileName()));
    }

    private static void print(StringBuilder lines, Map<?, ?> values, int depth) {
        int width =
                values.keySet().stream().mapToInt(key -> key.toString().length()).max().orElse(0);
        values.forEach((key, value) -> {
            lines.repeat(' ', depth * 2).append(key);
            if (value instanceof Map<?, ?> nested) {
                lines.append('\n');
                print(lines, nested, depth + 1);
            } else {
                lines.repeat(' ', width - key.toString().length() + 2);
                lines.append(plain(value)).append('\n');
            }
        });
    }

    /// Counts come as doubles where other numbers do too.
    private static Object plain(Object value) {
        return value instanceof Double number && number == Math.rint(number)
                ? (Object) number.longValue()
                : value;
    }
}
