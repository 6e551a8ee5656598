package org.quirkwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.torch.ComputeDevice;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SparseAutoencoderTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/sae");

    @TempDir Path folder;

    @Test
    void codesAreThoseOfAnIndependentProgram() throws IOException {
        for (JsonNode golden : cases()) {
            try (SparseAutoencoder sae = load(GOLDEN.resolve(golden.get("name").asString()))) {
                assertThat(sae.latents()).isEqualTo(golden.get("latents").asInt());
                assertThat(sae.k()).isEqualTo(golden.get("k").asInt());
                assertThat(sae.name()).isEqualTo(golden.get("name").asString());
                Matrix code = sae.encode(matrix(golden.get("rows")));
                Matrix expected = matrix(golden.get("codes"));
                assertThat(code.rows()).isEqualTo(expected.rows());
                assertThat(code.columns()).isEqualTo(sae.latents());
                assertThat(code.toArray()).containsExactly(expected.toArray(), Offset.offset(1e-5));
                for (int row = 0; row < code.rows(); row++) {
                    assertThat(Arrays.stream(code.row(row)).filter(value -> value > 0).count())
                            .isEqualTo(golden.get("active").get(row).asLong());
                }
            }
        }
    }

    @Test
    void aRowIsEncodedAloneAsAmongManyAndByManyThreads() throws Exception {
        JsonNode golden = cases().getFirst();
        Matrix rows = matrix(golden.get("rows"));
        Matrix expected = matrix(golden.get("codes"));
        try (SparseAutoencoder sae = load(GOLDEN.resolve("layers.1"));
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Matrix>> calls = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                int row = i % rows.rows();
                calls.add(() -> sae.encode(rows.slice(row, row + 1)));
            }
            int i = 0;
            for (var code : threads.invokeAll(calls)) {
                assertThat(code.get().toArray())
                        .containsExactly(expected.row(i++ % rows.rows()), Offset.offset(1e-5));
            }
        }
    }

    @Test
    void aRowThatIsNotFiniteNeverLooksLikeAnyOther() {
        try (SparseAutoencoder sae = load(GOLDEN.resolve("layers.1"))) {
            double[] rows = new double[16];
            rows[3] = Double.NaN;
            Matrix code = sae.encode(Matrix.of(2, 8, rows));
            assertThat(code.slice(0, 1).isFinite()).isFalse();
            assertThat(code.slice(1, 2).isFinite()).isTrue();
        }
    }

    @Test
    void rowsOfAnotherWidthAreAMistake() {
        try (SparseAutoencoder sae = load(GOLDEN.resolve("layers.1"))) {
            assertThatThrownBy(() -> sae.encode(Matrix.of(1, 2, new double[2])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("width 8, got 2");
            assertThat(sae.encode(Matrix.of(0, 8, new double[0])).rows()).isZero();
        }
    }

    @Test
    void theDigestIsThatOfTheContentsWhereverTheyLie() throws IOException {
        copy("layers.1");
        try (SparseAutoencoder here = load(GOLDEN.resolve("layers.1"));
                SparseAutoencoder there = load(folder);
                SparseAutoencoder other = load(GOLDEN.resolve("layers.2.mlp"))) {
            assertThat(there.digest()).isEqualTo(here.digest()).startsWith("sha256:");
            assertThat(other.digest()).isNotEqualTo(here.digest());
        }
    }

    @Test
    void settingsThatAreNotThoseOfATopKAutoencoderAreRefused() throws IOException {
        assertConfigFails("{}", "cfg.json: d_in is missing, expected a whole number from 1");
        assertConfigFails("[1]", "cfg.json: expected a JSON object");
        assertConfigFails("{\"d_in\": 8", "cfg.json: not well-formed JSON");
        assertConfigFails(
                config("num_latents", 32, "k", 33), "k must be a whole number from 1 to 32");
        assertConfigFails(
                config("num_latents", 32, "k", 0), "k must be a whole number from 1 to 32");
        assertConfigFails(config("num_latents", 32, "k", 2.5), "k must be a whole number");
        assertConfigFails(config("num_latents", 1L << 40, "k", 5), "num_latents must be");
        assertConfigFails(config("k", 5), "expansion_factor is missing");
        assertConfigFails(config("expansion_factor", 1 << 30, "k", 5), "expansion_factor must be");
        for (String kind : List.of("signed", "transcode", "skip_connection")) {
            assertConfigFails(
                    config("num_latents", 32, "k", 5, kind, true), kind + " must be false");
        }
        assertConfigFails(
                config("num_latents", 32, "k", 5, "activation", "groupmax"),
                "activation must be \"topk\", got \"groupmax\"");
        assertConfigFails(
                config("num_latents", 16, "k", 5),
                "sae.safetensors: tensor \"encoder.weight\" has shape [32, 8], expected [16, 8]");
    }

    @Test
    void weightsThatAreMissingSuperfluousOrDamagedAreNamed() throws IOException {
        assertThatThrownBy(() -> load(folder.resolve("none")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("there is no such folder");
        assertThatThrownBy(() -> load(folder)).hasMessageStartingWith("cfg.json: is missing");
        copy("layers.1");
        Path weights = folder.resolve("sae.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        String header = new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1);
        replace(weights, header, "\"W_dec\"", "\"W_enc\"", "tensor \"W_dec\" is missing");
        replace(weights, header, "\"b_dec\"", "\"b_xxx\"", "tensor \"b_dec\" is missing");
        replace(weights, header, "\"F32\"", "\"I32\"", "expected F64, F32, F16 or BF16");
        Files.write(weights, Arrays.copyOf(whole, whole.length - 4));
        assertFails("sae.safetensors");
        byte[] infinite = whole.clone();
        Arrays.fill(infinite, infinite.length - 4, infinite.length, (byte) 0xff);
        Files.write(weights, infinite);
        assertFails("holds NaN or infinity at element");
        Files.delete(weights);
        assertFails("sae.safetensors: is missing");
    }

    private void replace(Path file, String content, String old, String put, String message)
            throws IOException {
        Files.writeString(
                file, content.replaceFirst(old, put), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertFails(message);
    }

    private void assertConfigFails(String config, String message) throws IOException {
        copy("layers.1");
        Files.writeString(folder.resolve("cfg.json"), config);
        assertFails(message);
    }

    private void assertFails(String message) {
        assertThatThrownBy(() -> load(folder).close())
                .isInstanceOf(Problem.class)
                .hasMessageContaining(message);
    }

    private void copy(String name) throws IOException {
        for (String file : List.of("cfg.json", "sae.safetensors")) {
            Files.copy(
                    GOLDEN.resolve(name).resolve(file),
                    folder.resolve(file),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String config(Object... pairs) {
        java.util.Map<String, Object> config = new java.util.TreeMap<>();
        config.put("d_in", 8);
        for (int i = 0; i < pairs.length; i += 2) {
            config.put((String) pairs[i], pairs[i + 1]);
        }
        return JsonMapper.shared().writeValueAsString(config);
    }

    private static SparseAutoencoder load(Path directory) {
        return SparseAutoencoder.load(directory, ComputeDevice.CPU);
    }

    private static List<JsonNode> cases() throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readString(GOLDEN.resolve("codes.json")))
                .get("cases")
                .valueStream()
                .toList();
    }

    private static Matrix matrix(JsonNode rows) {
        return Matrix.ofRows(
                rows.valueStream()
                        .map(row -> row.valueStream().mapToDouble(JsonNode::asDouble).toArray())
                        .toArray(double[][]::new));
    }
}
