package org.quirkwatch.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.detector.Scores;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;

class ArtifactDirectoryTest {

    @TempDir Path folder;

    private Path directory;
    private Artifact artifact;

    @BeforeEach
    void write() {
        directory = folder.resolve("detector");
        artifact = Artifacts.small(1);
        ArtifactDirectory.write(artifact, directory);
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        Artifact read = ArtifactDirectory.read(directory);
        assertThat(read.digest()).isEqualTo(artifact.digest()).startsWith("sha256:");
        assertThat(read.id()).isEqualTo(artifact.id());
        assertThat(read.features().name()).isEqualTo(artifact.features().name());
        assertThat(read.features().taps()).isEqualTo(artifact.features().taps());
        assertThat(read.provenance()).isEqualTo(artifact.provenance());
        assertThat(read.calibration().scores()).containsExactly(artifact.calibration().scores());
        Map<String, Matrix> batch = Artifacts.features(20, 7);
        Scores expected = artifact.detector().score(batch);
        Scores scores = read.detector().score(batch);
        assertThat(scores.aggregated()).containsExactly(expected.aggregated());
        assertThat(scores.perLayer()).isDeepEqualTo(expected.perLayer());
    }

    @Test
    void theSameArtifactGivesTheSameBytes() throws IOException {
        Path second = folder.resolve("second");
        ArtifactDirectory.write(Artifacts.small(1), second);
        for (String file : List.of("manifest.json", "detector.safetensors")) {
            assertThat(second.resolve(file)).hasSameBinaryContentAs(directory.resolve(file));
        }
        assertThat(Artifacts.small(2).digest()).isNotEqualTo(artifact.digest());
    }

    @Test
    void anArtifactReplacesAnotherAndKeepsItsCard() throws IOException {
        Files.writeString(directory.resolve("README.md"), "a card");
        Artifact other = Artifacts.small(2);
        ArtifactDirectory.write(other, directory);
        assertThat(ArtifactDirectory.read(directory)).isEqualTo(other);
        assertThat(directory.resolve("README.md")).hasContent("a card");
        assertThat(siblings()).containsExactly("detector");
    }

    @Test
    void aFolderThatIsNoArtifactIsNotTouched() throws IOException {
        Path other = Files.createDirectory(folder.resolve("work"));
        Files.writeString(other.resolve("thesis.tex"), "years");
        assertThatThrownBy(() -> ArtifactDirectory.write(artifact, other))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("work is no artifact: it holds thesis.tex");
        assertThat(other.resolve("thesis.tex")).hasContent("years");
        assertThatThrownBy(() -> ArtifactDirectory.write(artifact, other.resolve("thesis.tex")))
                .hasMessageContaining("thesis.tex is a file");
        assertThatThrownBy(
                        () -> ArtifactDirectory.write(artifact, other.resolve("no").resolve("a")))
                .hasMessageContaining("does not exist");
        assertThat(siblings()).containsExactly("detector", "work");
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest.json", "detector.safetensors"})
    void aMissingFileIsNamed(String file) throws IOException {
        Files.delete(directory.resolve(file));
        assertInvalid(file, "no such file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    "format_version" : 2           | "format_version" : 1            | field format_version must be 2
                    quirkwatch-detector            | pickle                          | field format must be "quirkwatch-detector"
                    "rule" : "mahalanobis"         | "rule" : "oracle"               | there is no rule "oracle"
                    "seed" : 5                     | "seed" : "5"                    | field provenance.seed
                    "seed" : 5                     | "seed" : 5.5                    | field provenance.seed
                    "seed" : 5                     | "seed" : 6                      | field digest
                    "seed" : 5                     | "seeds" : 5                     | field provenance
                    "seed" : 5                     | "seed" : 5, "seed" : 5          | not well-formed JSON
                    "seed" : 5                     | "seed" : null                   | field provenance
                    "rank" : 4.0                   | "rank" : 3.0                    | must have shape [1, 3], got [1, 4]
                    "rank" : 4.0                   | "rank" : NaN                    | not well-formed JSON
                    "rank" : 4.0                   | "rank" : null                   | field layers[0].numbers
                    "rank" : 4.0                   | "rang" : 4.0                    | expected numbers
                    "n_calibration" : 30           | "n_calibration" : 31            | calibration/scores must be F64 of shape [1, 31], got F64 of shape [1, 30]
                    "n_calibration" : 30           | "n_calibration" : 300000000     | more than 268435456 elements
                    "variances" : [ 1, 4 ]         | "variances" : [ 1, 5 ]          | variances must be F64 of shape [1, 5], got F64 of shape [1, 4]
                    "variances" : [ 1, 4 ]         | "variances" : [ 1, 2000000000 ] | more than 268435456 elements
                    "variances" : [ 1, 4 ]         | "variances" : [ null, 4 ]       | field layers[0].tensors
                    "variances" : [ 1, 4 ]         | "variances" : [ 4 ]             | must be two positive sizes, got [4]
                    "variances" : [ 1, 4 ]         | "variance" : [ 1, 4 ]           | is not in the manifest
                    "position" : "last"            | "position" : "first"            | position must be last
                    "quantity" : "activation"      | "quantity" : "weight"           | quantity must be
                    "aggregation" : "standardised-mean" | "aggregation" : "vote"     | aggregation must be
                    """)
    void aManifestThatSaysOtherwiseIsRefused(String old, String fresh, String message)
            throws IOException {
        Path file = directory.resolve("manifest.json");
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(old), fresh));
        assertInvalid("", message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "nonsense", "{} {}"})
    void aManifestThatIsNoManifestIsRefused(String text) throws IOException {
        Files.writeString(directory.resolve("manifest.json"), text);
        assertInvalid("manifest.json", "");
    }

    @Test
    void aHugeManifestIsNotRead() throws IOException {
        Files.writeString(directory.resolve("manifest.json"), " ".repeat(5 << 20));
        assertInvalid("manifest.json", "more than 4194304 bytes");
    }

    @Test
    void spacesInTheManifestDoNotMatter() throws IOException {
        Path file = directory.resolve("manifest.json");
        Files.writeString(file, Files.readString(file).replaceAll("\\s+", " "));
        assertThat(ArtifactDirectory.read(directory)).isEqualTo(artifact);
    }

    @Test
    void aChangedValueIsNoticed() {
        rewrite(tensors -> changed(tensors, "scale/scores")[0] += 1e-9);
        assertInvalid("detector.safetensors", "digest sha256:");
    }

    @Test
    void aMissingTensorIsNamed() {
        rewrite(tensors -> tensors.remove("calibration/scores"));
        assertInvalid("detector.safetensors", "tensor \"calibration/scores\" is missing");
    }

    @Test
    void aTruncatedTensorFileIsRefused() throws IOException {
        Path file = directory.resolve("detector.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 8));
        assertInvalid("detector.safetensors", "");
    }

    @Test
    void aHeaderLengthBeyondTheFileIsRefused() throws IOException {
        byte[] bytes =
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 62).array();
        Files.write(directory.resolve("detector.safetensors"), bytes);
        assertInvalid("detector.safetensors", "");
    }

    @ParameterizedTest
    @CsvSource({
        "layers/blocks.1.hook_resid_pre/variances, 0, must be positive",
        "layers/blocks.1.hook_resid_pre/variances, -1, must be positive",
        "layers/blocks.1.hook_resid_pre/mean, NaN, not finite",
        "scale/scores, NaN, not finite",
        "calibration/scores, Infinity, must be finite"
    })
    void aValueOutsideItsRangeIsRefusedEvenWithAValidDigest(
            String name, double value, String message) throws IOException {
        rewrite(tensors -> changed(tensors, name)[0] = value);
        // The digest that a forger would compute.
        TreeMap<String, Matrix> forged = new TreeMap<>();
        SafetensorsFile file = SafetensorsFile.open(directory.resolve("detector.safetensors"));
        for (String tensor : file.names()) {
            long[] shape = file.info(tensor).shape();
            forged.put(
                    tensor, Matrix.wrap((int) shape[0], (int) shape[1], file.readDoubles(tensor)));
        }
        Path manifest = directory.resolve("manifest.json");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace(artifact.manifest().tensorsDigest(), Digest.of(forged)));
        assertInvalid("detector.safetensors", message);
    }

    private interface Change {
        void on(Map<String, double[]> tensors);
    }

    private static double[] changed(Map<String, double[]> tensors, String name) {
        double[] values = tensors.get(name);
        if (values == null) {
            throw new AssertionError("no tensor " + name + " among " + tensors.keySet());
        }
        return values;
    }

    private void rewrite(Change change) {
        Path path = directory.resolve("detector.safetensors");
        SafetensorsFile file = SafetensorsFile.open(path);
        Map<String, double[]> tensors = new TreeMap<>();
        file.names().forEach(name -> tensors.put(name, file.readDoubles(name)));
        change.on(tensors);
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        tensors.keySet()
                .forEach(name ->
                        entries.add(
                                new SafetensorsWriter.Entry(
                                        name, DType.FLOAT64, file.info(name).shape())));
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, entries, Map.of())) {
            tensors.forEach(writer::write);
            writer.commit();
        }
    }

    private void assertInvalid(String file, String message) {
        assertThatThrownBy(() -> ArtifactDirectory.read(directory))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem ->
                                assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_ARTIFACT))
                .hasMessageStartingWith(file)
                .hasMessageContaining(message)
                .message()
                .doesNotContain(folder.toString())
                .hasSizeLessThan(600);
    }

    private List<String> siblings() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theManifestIsReadableJson() throws IOException {
        assertThat(Files.readString(directory.resolve("manifest.json"), StandardCharsets.UTF_8))
                .contains("\"hook_point\" : \"blocks.1.hook_resid_pre\"")
                .contains("\"n_layers\" : 2");
    }
}
