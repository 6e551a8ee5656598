package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quirkwatch.Quirkwatch;

/// Starts the service as a process of its own, with settings that it cannot use.
class StartFailureTest {

    private record Ended(int code, String output) {}

    @Test
    void aModelThatIsNotThereEndsTheStartWithOneClearLine() throws Exception {
        Ended ended = start("--quirkwatch.model=no/such/model");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(ended.output().lines())
                .containsOnlyOnce(
                        "\"model\": there is no such folder, expected a Hugging Face model"
                                + " directory");
    }

    @Test
    void aLevelThatTheCalibrationCannotReachEndsTheStartAndSaysWhy() throws Exception {
        Ended ended =
                start(
                        "--quirkwatch.model=" + TinyDetector.MODEL,
                        "--quirkwatch.detector=" + TinyDetector.directory(),
                        "--quirkwatch.device=cpu",
                        "--quirkwatch.policies.strict.alpha-discard=0.0001");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(
                        ended.output()
                                .lines()
                                .filter(line ->
                                        line.startsWith("policy strict, alpha_discard")
                                                && line.contains("1.0E-4")
                                                && line.contains("1/(n + 1)")))
                .hasSize(1);
    }

    private static Ended start(String... properties) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-Xmx512m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Quirkwatch.class.getName(),
                                "--server.port=0"));
        command.addAll(List.of(properties));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }
}
