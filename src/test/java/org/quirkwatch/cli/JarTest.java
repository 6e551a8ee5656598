package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The jar as a process of its own, where one was built: its nested libraries, its launcher script
/// and the exit codes that a shell sees.
class JarTest {

    @Test
    void theScriptRunsTheJar() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("target/quirkwatch.jar")), "no jar was built");
        assertThat(run("bin/quirkwatch", "--version"))
                .satisfies(
                        run -> assertThat(run.code()).isZero(),
                        run -> assertThat(run.out()).contains("libtorch 2."),
                        run -> assertThat(run.err()).isEmpty());
        assertThat(run("bin/quirkwatch", "nothing"))
                .satisfies(
                        run -> assertThat(run.code()).isEqualTo(2),
                        run -> assertThat(run.out()).isEmpty(),
                        run -> assertThat(run.err()).startsWith("quirkwatch: "));
    }

    @Test
    void theScriptSaysHowToBuildAJarThatIsNotThere() throws IOException, InterruptedException {
        CommandRun run = run("env", "QUIRKWATCH_JAR=target/none.jar", "bin/quirkwatch");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("none.jar", "./mvnw").hasLineCount(1);
    }

    private static CommandRun run(String... command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("quirkwatch-test-", ".out");
        Path err = Files.createTempFile("quirkwatch-test-", ".err");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
            return new CommandRun(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }
}
