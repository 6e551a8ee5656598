package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.Quirkwatch;
import org.quirkwatch.verdictlog.Store;

class KeysCommandTest {

    @TempDir Path folder;

    @Test
    void aKeyIsMadeShownOnceRotatedListedAndRevoked() {
        CommandRun made = run("create", "--name", "trainer", "--scopes", "score,review");
        assertThat(made.err()).contains("key trainer (").contains("holds for ever");
        assertThat(made.code()).isZero();
        String secret = made.out().strip();
        assertThat(secret).matches("qw_[a-z0-9]{12}_[A-Za-z0-9_-]{43}");
        assertThat(made.err()).doesNotContain(secret);

        assertThat(run("create", "--name", "admin", "--scopes", "admin", "--expires", "90d").err())
                .contains("holds until 20");
        List<String> listed = run("list").out().lines().toList();
        assertThat(listed).hasSize(2);
        assertThat(listed.getLast().split("\t"))
                .hasSize(6)
                .startsWith(secret.substring(3, 15), "trainer", "score,review")
                .endsWith("-");
        assertThat(listed).noneMatch(line -> line.contains(secret.substring(16)));

        String rotated = run("rotate", "--overlap", "1h", "trainer").out().strip();
        assertThat(rotated).startsWith(secret.substring(0, 16)).isNotEqualTo(secret);
        assertThat(run("rotate", "--overlap", "31d", "trainer").err())
                .contains("0 to 720 hours longer, got 744");

        assertThat(run("revoke", "trainer").code()).isZero();
        assertThat(run("list").out().lines()).hasSize(1);
        CommandRun again = run("revoke", "trainer");
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("there is no such key").hasLineCount(1);
        assertThat(run("create", "--name", "admin", "--scopes", "admin").err())
                .contains("a key of the name admin already");
    }

    @Test
    void aKeyForTheConfigurationNeedsNoDatabase() {
        List<String> lines = CommandRun.of("keys", "generate").out().lines().toList();
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).startsWith("qw_");
        assertThat(lines.getLast()).matches("sha256:[0-9a-f]{64}");
        assertThat(CommandRun.of("keys", "generate", "--env").out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("QUIRKWATCH_KEY=qw_"),
                        line -> assertThat(line).startsWith("QUIRKWATCH_KEY_HASH=sha256:"));
    }

    @Test
    void whileAServiceHasTheFileItSaysWhomToAsk() throws IOException, InterruptedException {
        try (Store store = Store.embedded()) {
            // A process of its own: within one, H2 opens a file as often as it is asked.
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Quirkwatch.class.getName(),
                                    "keys",
                                    "list",
                                    "--data",
                                    Store.directory(store))
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isEqualTo(1);
            assertThat(output.lines().filter(line -> line.startsWith("quirkwatch: ")))
                    .singleElement()
                    .asString()
                    .contains("in use by a service")
                    .contains("POST /v1/keys");
        }
    }

    private CommandRun run(String command, String... more) {
        String[] args = new String[more.length + 4];
        args[0] = "keys";
        args[1] = command;
        System.arraycopy(more, 0, args, 2, more.length);
        args[args.length - 2] = "--data";
        args[args.length - 1] = folder.toString();
        return CommandRun.of(args);
    }
}
