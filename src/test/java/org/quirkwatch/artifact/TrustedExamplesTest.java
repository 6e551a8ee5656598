package org.quirkwatch.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;

/// Trusted signals that an artifact keeps.
class TrustedExamplesTest {

    private static final List<TrustedExamples.Text> TEXTS =
            List.of(
                    new TrustedExamples.Text(
                            "1 + 1 =\n2 “ja” \u0000", " Yes", List.of(" No", " Yes")),
                    new TrustedExamples.Text("no label", null, List.of()));

    @TempDir Path folder;

    private Path directory;
    private Artifact plain;
    private Artifact artifact;

    @BeforeEach
    void write() {
        plain = Artifacts.small(1);
        artifact = with(TEXTS, rows(2, 4));
        directory = folder.resolve("detector");
        ArtifactDirectory.write(artifact, directory);
    }

    @Test
    void examplesAreReadAsTheyWereWritten() {
        Artifact read = ArtifactDirectory.read(directory);
        assertThat(read).isEqualTo(artifact);
        assertThat(read.kept().examples()).isEqualTo(artifact.kept().examples());
        assertThat(directory.resolve("examples.jsonl")).content().hasLineCount(2);
    }

    @Test
    void theyBelongToWhatTheArtifactIs() {
        assertThat(artifact.digest()).isNotEqualTo(plain.digest());
        assertThat(with(TEXTS.reversed(), rows(2, 4)).digest()).isNotEqualTo(artifact.digest());
    }

    @Test
    void anArtifactWithoutThemIsWhatItAlwaysWas() throws IOException {
        Path bare = folder.resolve("bare");
        ArtifactDirectory.write(plain, bare);
        assertThat(bare.resolve("manifest.json")).content().doesNotContain("files");
        assertThat(bare.resolve("examples.jsonl")).doesNotExist();
        assertThat(ArtifactDirectory.read(bare).kept().examples().isEmpty()).isTrue();
        // Replacing one that has some leaves none behind.
        ArtifactDirectory.write(plain, directory);
        assertThat(directory.resolve("examples.jsonl")).doesNotExist();
    }

    @Test
    void aTextThatWasChangedIsNoticed() throws IOException {
        Path file = directory.resolve("examples.jsonl");
        Files.writeString(file, Files.readString(file).replace("no label", "no labels"));
        assertInvalid("examples.jsonl: digest sha256:");
    }

    @Test
    void aFileThatIsMissingIsNamed() throws IOException {
        Files.delete(directory.resolve("examples.jsonl"));
        assertInvalid("examples.jsonl: cannot be read");
    }

    @Test
    void aManifestThatNamesAnotherFileIsRefused() throws IOException {
        Path file = directory.resolve("manifest.json");
        Files.writeString(
                file, Files.readString(file).replace("\"examples.jsonl\"", "\"../secret\""));
        assertInvalid("manifest.json: field files may name examples.jsonl only");
    }

    @Test
    void textsWithoutTheirFeaturesAreRefused() throws IOException {
        Path bare = folder.resolve("bare");
        ArtifactDirectory.write(plain, bare);
        Files.copy(
                bare.resolve("detector.safetensors"),
                directory.resolve("detector.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertInvalid("detector.safetensors: digest");
    }

    @Test
    void whatIsNoExampleIsRefused() {
        assertThatThrownBy(() -> with(TEXTS, rows(3, 4)))
                .hasMessageContaining("has 3 rows for 2 examples");
        assertThatThrownBy(() -> with(TEXTS, rows(2, 5)))
                .hasMessageContaining("have 5 columns, the detector 4");
        assertThatThrownBy(() -> with(TEXTS, Map.of()))
                .hasMessageContaining("2 examples with features of 0 layers");
        Map<String, Matrix> doubles = rows(2, 4);
        doubles.replaceAll(
                (layer, rows) -> Matrix.of(2, 4, new double[] {0.1, 0, 0, 0, 0, 0, 0, 0}));
        assertThatThrownBy(() -> with(TEXTS, doubles)).hasMessageContaining("of single precision");
        assertThatThrownBy(() ->
                        new TrustedExamples(
                                List.of(
                                        new TrustedExamples.Text(
                                                "x".repeat(2 << 20), null, List.of())),
                                new LinkedHashMap<>()))
                .hasMessageContaining("more than 1048576 bytes");
    }

    private Artifact with(List<TrustedExamples.Text> texts, Map<String, Matrix> rows) {
        SequencedMap<String, Matrix> features = new LinkedHashMap<>(rows);
        return new Artifact(
                plain.id(),
                plain.features(),
                plain.detector(),
                plain.calibration(),
                plain.provenance(),
                new KeptRows(
                        new LinkedHashMap<>(),
                        new LinkedHashMap<>(),
                        new LinkedHashMap<>(),
                        new TrustedExamples(texts, features)));
    }

    private Map<String, Matrix> rows(int n, int width) {
        Map<String, Matrix> rows = new LinkedHashMap<>();
        for (String layer : plain.detector().layers().widths().keySet()) {
            float[] values = new float[n * width];
            for (int i = 0; i < values.length; i++) {
                values[i] = 0.1f * i;
            }
            rows.put(layer, Matrix.of(n, width, values));
        }
        return rows;
    }

    private void assertInvalid(String message) {
        assertThatThrownBy(() -> ArtifactDirectory.read(directory))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith(message);
    }
}
