package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.detector.Rules;
import org.quirkwatch.feature.FeatureKinds;
import picocli.CommandLine;

class CommandsTest {

    private static final String GOLDEN = "src/test/resources/golden/";

    @TempDir Path folder;

    @Test
    void noArgumentsAndPropertiesServe() {
        assertThat(Commands.servingProperties()).hasValueSatisfying(p -> assertThat(p).isEmpty());
        assertThat(Commands.servingProperties("serve")).isPresent();
        assertThat(Commands.servingProperties("serve", "--server.port=0", "--debug"))
                .hasValueSatisfying(
                        p -> assertThat(p).containsExactly("--server.port=0", "--debug"));
        assertThat(Commands.servingProperties("--quirkwatch.policies[a].mode=shadow")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--help", "--version", "serve --help", "serve 8080", "fit", "score --x=y"})
    void everythingElseIsACommand(String line) {
        assertThat(Commands.servingProperties(line.split(" "))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing | nothing",
                "serve 8080 | \"8080\"",
                "serve --server.port 8080 | \"--server.port\"",
                "fit | --output",
                "fit --trusted x --output y --layers two | not an int",
                "fit --trusted x --output y --aggregation median | median",
                "fit --trusted x --output y --untrusted z | --untrusted",
                "fit --trusted x --output y --layers 1 --hook-points all | exclude each other",
                "capture --input x --output y --hook-points blocks.1.nowhere | blocks.1.nowhere",
                "capture --input x --output y --hook-points all --position first | first",
                "capture --input x --output y --hook-points all --dtype int8 | int8",
                "capture --input x --output y --hook-points all --device tpu | tpu",
                "score --model x | --detector",
                "score --alpha-review 1.5 | 1.5",
                "evaluate | --output",
                "evaluate --output x --shift sideways | sideways",
                "evaluate --output x --detector activation | FEATURE/RULE",
                "evaluate --output x --detector activation/lof:k=x | must be a number",
                "evaluate --output x --tasks nli --data y --data z | may be given once",
                "evaluate --output x --models y --model z | exclude each other",
                "inspect | DIR",
                "sign x | --key",
                "keys | which",
                "keys create --name x | --scopes",
                "keys create --name x --scopes root | score, review or admin",
                "keys create --name x --scopes score --expires soon | such as 90d",
                "quirky | which",
                "sae | which",
                "sae train --signals x --output y --hook-point blocks.0.nowhere | blocks.0.nowhere"
            })
    void wrongUsageIsExitCodeTwoAndSaysWhat(String line, String part) {
        CommandRun run = CommandRun.of(line.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("quirkwatch: ").contains(part).hasLineCount(2);
        assertThat(run.err().lines().toList().getLast()).endsWith("--help explains");
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "capture --model none --input pom.xml --output OUT --hook-points all | none",
                "capture --model llama-gqa --input none.jsonl --output OUT --hook-points all"
                        + " | none.jsonl: there is no such file",
                "capture --model llama-gqa --input src --output OUT --hook-points all | a folder",
                "capture --model llama-gqa --input pom.xml --output OUT --hook-points all"
                        + " | pom.xml, line 1, column 1: ",
                "capture --model llama-gqa --input pom.xml --output none/x --hook-points all"
                        + " | x: the folder",
                "fit --model llama-gqa --trusted none.jsonl --output OUT | none.jsonl",
                "evaluate --data none --output OUT | none: is no folder",
                "evaluate --models src --output OUT | src: holds no folder with a model",
                "evaluate --model none --data src --output OUT | trusted.jsonl: there is no such",
                "evaluate --report-only --output OUT | cells.ndjson: there is no such file",
                "sign --key none.pem none | none.pem",
                "inspect none | none",
                "inspect src | neither"
            })
    void aFailureIsExitCodeOneAndOneLine(String line, String part) {
        String[] args = line.replace("OUT", folder.resolve("out").toString()).split(" ");
        for (int i = 0; i < args.length; i++) {
            args[i] = args[i].startsWith("llama") ? GOLDEN + args[i] : args[i];
        }
        CommandRun run = CommandRun.of(args);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("quirkwatch: ").contains(part).hasLineCount(1);
        assertThat(run.err()).doesNotContain(Path.of("").toAbsolutePath().toString());
        assertThat(run.out()).isEmpty();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void verboseShowsWhereItFailed() {
        assertThat(CommandRun.of("inspect", "none", "--verbose").err())
                .contains("\tat org.quirkwatch.cli.InspectCommand");
    }

    @Test
    void everyCommandExplainsItselfWithAnExample() {
        CommandLine root = Commands.commandLine(Terminal.system());
        assertThat(root.getSubcommands())
                .containsOnlyKeys(
                        "serve",
                        "fit",
                        "score",
                        "capture",
                        "detect",
                        "evaluate",
                        "inspect",
                        "sign",
                        "keys",
                        "sae",
                        "quirky");
        root.getSubcommands().values().forEach(CommandsTest::explains);
    }

    @Test
    void theHelpOfFitNamesEveryFeatureAndRule() {
        String help = CommandRun.of("fit", "--help").out();
        assertThat(FeatureKinds.list()).allMatch(kind -> help.contains(kind.name()));
        assertThat(Rules.all()).allMatch(rule -> help.contains(rule.name()));
    }

    private static void explains(CommandLine command) {
        command.getSubcommands().values().forEach(CommandsTest::explains);
        String[] args = command.getCommandSpec().qualifiedName().split(" ");
        args = java.util.Arrays.copyOfRange(args, 1, args.length + 1);
        args[args.length - 1] = "--help";
        CommandRun run = CommandRun.of(args);
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Example").contains("Usage: quirkwatch");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void versionNamesTheLibraryToo() {
        CommandRun run = CommandRun.of("--version");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("quirkwatch ").contains("libtorch 2.", "java 25");
    }

    @Test
    void outputsAppearWholeOrNotAtAll() throws IOException {
        Path path = folder.resolve("verdicts.jsonl");
        try (OutputFile file = OutputFile.create(path)) {
            file.stream().write('a');
            assertThat(path).doesNotExist();
        }
        assertThat(folder).isEmptyDirectory();
        Files.writeString(path, "old");
        try (OutputFile file = OutputFile.create(path)) {
            file.stream().write('b');
            assertThat(path).hasContent("old");
            file.commit();
        }
        assertThat(path).hasContent("b");
        assertThat(folder).isDirectoryNotContaining(found -> !found.equals(path));
    }
}
