package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quirkwatch.bundled.Bundled;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a fresh clone can do without naming a model.
class BundledCommandsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void theExampleSignalsAreScoredByTheBundledDetector() throws IOException {
        String signals = Files.readString(Path.of("docs/examples/signals.jsonl"));
        CommandRun run = CommandRun.withInput(signals, "score", "--device", "cpu");
        assertThat(run.err()).contains("12 signals", "(0 unscored)");
        assertThat(run.code()).isZero();
        List<JsonNode> verdicts = run.out().lines().map(JSON::readTree).toList();
        assertThat(verdicts).hasSize(12);
        double alice = meanScore(verdicts.subList(0, 6));
        double bob = meanScore(verdicts.subList(6, 12));
        assertThat(bob).isGreaterThan(alice);
    }

    @Test
    void theBundledDetectorIsThatOfTheBundledModel() {
        JsonNode model = inspect(Bundled.model());
        JsonNode detector = inspect(Bundled.detector());
        assertThat(detector.at("/provenance/model/digest")).isEqualTo(model.get("digest"));
        assertThat(detector.at("/provenance/model/tokenizer_digest"))
                .isEqualTo(model.get("tokenizer_digest"));
        assertThat(detector.get("id").asString()).isEqualTo("quirky-addition-mahalanobis");
    }

    private static JsonNode inspect(Path directory) {
        return JSON.readTree(CommandRun.of("inspect", "--json", directory.toString()).out());
    }

    private static double meanScore(List<JsonNode> verdicts) {
        return verdicts.stream()
                .mapToDouble(verdict -> verdict.get("score").asDouble())
                .average()
                .orElseThrow();
    }
}
