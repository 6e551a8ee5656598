package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;

class HostileCheckpointTest {

    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @TempDir Path folder;
    private final TinyCheckpoint tiny = new TinyCheckpoint();

    @Test
    void aFolderThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("none")))
                .isInstanceOf(Problem.class)
                .hasMessage(
                        "\"none\": there is no such folder, expected a Hugging Face model directory");
    }

    @Test
    void everyMissingFileIsNamed() throws IOException {
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            Files.delete(tiny.write(folder).resolve(file));
            assertRefused(file + ": is missing");
        }
    }

    @Test
    void aTruncatedWeightFileIsRefused() throws IOException {
        Path weights = tiny.write(folder).resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 1));
        assertRefused("model.safetensors", "within the", "bytes of values");
    }

    @Test
    void aHeaderLengthOfTwoToThe63IsRefused() {
        Path weights = tiny.write(folder).resolve("model.safetensors");
        RawSafetensors.write(
                weights, Long.MIN_VALUE, "{}".getBytes(StandardCharsets.UTF_8), new byte[8]);
        assertRefused("model.safetensors", "got 9223372036854775808");
    }

    @Test
    void aWrongShapeNamesTensorAndExpectation() {
        tiny.put(DType.FLOAT32, "model.layers.1.mlp.up_proj.weight", new float[96], 8, 12);
        tiny.write(folder);
        assertRefused(
                "model.safetensors: tensor \"model.layers.1.mlp.up_proj.weight\" has shape [8, 12], expected [12, 8]");
    }

    @Test
    void aWrongFormatNamesTensorAndExpectation() {
        tiny.put(DType.INT64, "model.norm.weight", new float[8], 8);
        tiny.write(folder);
        assertRefused(
                "model.safetensors: tensor \"model.norm.weight\" is I64, expected F64, F32, F16 or BF16");
        tiny.tensors.put(
                "model.norm.weight",
                new RawSafetensors.Content("F8_E4M3", new long[] {8}, new byte[8]));
        tiny.write(folder);
        assertRefused("\"model.norm.weight\" is F8_E4M3");
    }

    @Test
    void aMissingTensorNamesItsShape() {
        tiny.tensors.remove("model.layers.0.self_attn.k_proj.weight");
        tiny.write(folder);
        assertRefused(
                "model.safetensors: tensor \"model.layers.0.self_attn.k_proj.weight\" is missing, expected shape [4, 8]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.layers.0.self_attn.q_proj.bias",
                "model.layers.0.self_attn.q_norm.weight",
                "model.layers.2.input_layernorm.weight",
                "value_head"
            })
    void aTensorThatTheDecoderDoesNotHaveIsRefused(String name) {
        tiny.put(DType.FLOAT32, name, new float[8], 8);
        tiny.write(folder);
        assertRefused(
                "model.safetensors: tensor \""
                        + name
                        + "\" is not one of a LlamaForCausalLM of 2 layers");
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT64", "FLOAT32", "FLOAT16", "BFLOAT16"})
    void weightsThatAreNotFiniteAreNotLoaded(DType dtype) {
        float[] bad = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        for (float value : bad) {
            float[] norm = {1, 1, 1, 1, 1, value, 1, value};
            new TinyCheckpoint(dtype, false)
                    .put(dtype, "model.layers.1.input_layernorm.weight", norm, 8)
                    .write(folder);
            Checkpoint checkpoint = Checkpoint.open(folder);
            assertThat(checkpoint.digest()).startsWith("sha256:");
            try (Scope scope = Scope.open(ComputeDevice.CPU)) {
                assertThatThrownBy(() -> checkpoint.load(scope, DType.FLOAT32))
                        .isInstanceOf(Problem.class)
                        .hasMessage(
                                "model.safetensors: tensor \"model.layers.1.input_layernorm.weight\" holds NaN or infinity at element 5, expected finite numbers");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../outside.safetensors",
                "/etc/passwd",
                "sub/model.safetensors",
                "..",
                ".",
                "",
                "..\\\\outside.safetensors",
                "a\\u0000b"
            })
    void aShardNameThatIsNotPlainIsRefused(String name) throws IOException {
        tiny.writeSharded(folder.resolve("model"));
        RawSafetensors.write(folder.resolve("outside.safetensors"), tiny.tensors);
        Files.writeString(
                folder.resolve("model/model.safetensors.index.json"),
                "{\"weight_map\":{\"model.norm.weight\":\"" + name + "\"}}");
        assertThatThrownBy(() -> Checkpoint.open(folder.resolve("model")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("is not a plain file name");
    }

    @Test
    void aLinkOutOfTheFolderIsRefused() throws IOException {
        Path model = tiny.writeSharded(folder.resolve("model"));
        Path outside = Files.move(model.resolve(FIRST), folder.resolve("outside"));
        Files.createSymbolicLink(model.resolve(FIRST), outside);
        assertThatThrownBy(() -> Checkpoint.open(model))
                .isInstanceOf(Problem.class)
                .hasMessage(
                        FIRST + ": is a link out of the folder \"model\", expected a file in it");
    }

    @Test
    void theLinksOfHuggingFacesCacheAreFollowed() throws IOException {
        Path snapshot = tiny.write(folder.resolve("models--x/snapshots/abc"));
        Path blobs = Files.createDirectories(folder.resolve("models--x/blobs"));
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            Files.move(snapshot.resolve(file), blobs.resolve("blob-" + file));
            Files.createSymbolicLink(snapshot.resolve(file), Path.of("../../blobs/blob-" + file));
        }
        assertThat(Checkpoint.open(snapshot).config().nLayers()).isEqualTo(TinyCheckpoint.LAYERS);
    }

    @Test
    void aMissingShardIsNamed() throws IOException {
        Files.delete(tiny.writeSharded(folder).resolve(SECOND));
        assertRefused(SECOND + ": is missing");
    }

    @Test
    void aTensorThatItsShardLacksIsNamed() {
        tiny.writeSharded(folder);
        Map<String, String> shards = new HashMap<>();
        tiny.tensors.keySet().forEach(name -> shards.put(name, FIRST));
        TinyCheckpoint.writeIndex(folder, shards);
        assertRefused(FIRST + ": tensor", "is missing, which the index places there");
    }

    @Test
    void aTensorInTwoShardsIsRefused() {
        tiny.writeSharded(folder);
        RawSafetensors.write(folder.resolve(SECOND), tiny.tensors);
        assertRefused(SECOND + ": tensor", "should be in " + FIRST + ", says the index");
    }

    @Test
    void anIndexWithANameTwiceIsRefused() throws IOException {
        tiny.writeSharded(folder);
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a\":\"%s\",\"a\":\"%s\"}}".formatted(FIRST, SECOND));
        assertRefused("model.safetensors.index.json: not well-formed JSON");
    }

    @Test
    void theTokenizerOfAnotherModelIsRefused() {
        tiny.tokenizer = TinyCheckpoint.tokenizer(TinyCheckpoint.VOCABULARY + 1, "null", "null");
        tiny.write(folder);
        assertRefused(
                "tokenizer.json: has ids up to 16, the model's vocab_size is 16: the tokenizer of another model");
    }

    @Test
    void aTokenizerWithoutTheModelsSpecialTokensIsRefused() {
        tiny.config.put("bos_token_id", 1);
        tiny.config.put("eos_token_id", List.of(2, 12));
        tiny.tokenizer = TinyCheckpoint.tokenizer(10, "null", "null");
        tiny.write(folder);
        assertRefused("tokenizer.json: has ids up to 9, config.json names the special token 12");
    }

    @Test
    void aDirectoryInPlaceOfAFileIsRefused() throws IOException {
        Files.delete(tiny.write(folder).resolve("config.json"));
        Files.createDirectory(folder.resolve("config.json"));
        assertRefused("config.json: is not a regular file");
    }

    @Test
    void aHugeFileInPlaceOfTheConfigurationIsRefused() {
        tiny.config.put("filler", "x".repeat(2 << 20));
        tiny.write(folder);
        assertRefused("config.json: larger than the limit of 1048576 bytes");
    }

    @Test
    void aMessageShowsOnlyABitOfWhatTheFileSays() {
        tiny.config.put("hidden_act", "evil\u0007\n".repeat(10_000));
        tiny.write(folder);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(Problem.class)
                .message()
                .hasSizeLessThan(300)
                .doesNotContain("\n", "\u0007");
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOfSatisfying(
                        Problem.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_CHECKPOINT))
                .hasMessageContainingAll(parts)
                .message()
                .doesNotContain(folder.toString());
    }
}
