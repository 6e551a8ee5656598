package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

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
        ServiceProcess process = ServiceProcess.start(properties);
        return new Ended(process.exitCode(), process.output());
    }
}
