package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

class CheckpointTest {

    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    @TempDir Path folder;

    @Test
    void weightsComeInTheOrderOfTheDecoder() {
        TinyCheckpoint tiny = new TinyCheckpoint();
        Checkpoint checkpoint = Checkpoint.open(tiny.write(folder.resolve("tiny")));
        assertThat(checkpoint.name()).isEqualTo("tiny");
        assertThat(checkpoint.config().storedDType()).isEqualTo(DType.FLOAT32);
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            List<Tensor> tensors = checkpoint.load(scope, DType.FLOAT32).tensors();
            List<DecoderLayout.Slot> slots = DecoderLayout.slots(checkpoint.config());
            assertThat(tensors).hasSize(3 + 9 * TinyCheckpoint.LAYERS).hasSameSizeAs(slots);
            for (int i = 0; i < slots.size(); i++) {
                DecoderLayout.Slot slot = slots.get(i);
                assertThat(tensors.get(i).shape()).as(slot.name()).containsExactly(slot.shape());
                assertThat(tensors.get(i).toFloats())
                        .as(slot.name())
                        .containsExactly(tiny.values(slot.name()));
            }
        }
        assertThat(DecoderLayout.slots(checkpoint.config()).stream().map(DecoderLayout.Slot::name))
                .startsWith(
                        "model.embed_tokens.weight",
                        "model.layers.0.input_layernorm.weight",
                        "model.layers.0.self_attn.q_proj.weight",
                        "model.layers.0.self_attn.k_proj.weight",
                        "model.layers.0.self_attn.v_proj.weight",
                        "model.layers.0.self_attn.o_proj.weight",
                        "model.layers.0.post_attention_layernorm.weight",
                        "model.layers.0.mlp.gate_proj.weight",
                        "model.layers.0.mlp.up_proj.weight",
                        "model.layers.0.mlp.down_proj.weight")
                .endsWith("model.norm.weight", "lm_head.weight");
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT64", "FLOAT16", "BFLOAT16"})
    void everyStoredFormatIsLoadedExactly(DType stored) {
        TinyCheckpoint tiny = new TinyCheckpoint(stored, false);
        Checkpoint checkpoint = Checkpoint.open(tiny.write(folder));
        assertThat(checkpoint.config().storedDType()).isEqualTo(stored);
        float[] expected = tiny.values("lm_head.weight");
        for (int i = 0; i < expected.length; i++) {
            expected[i] =
                    switch (stored) {
                        case FLOAT64, FLOAT32 -> expected[i];
                        case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(expected[i]));
                        case BFLOAT16 ->
                                Float.intBitsToFloat(RawSafetensors.roundToBfloat16(expected[i]));
                        case INT64 -> throw new IllegalStateException();
                    };
        }
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            Tensor last = checkpoint.load(scope, DType.FLOAT32).tensors().getLast();
            assertThat(last.toFloats()).containsExactly(expected);
        }
    }

    @Test
    void singlePrecisionWeightsAreRoundedToTheNearestBfloat16() {
        TinyCheckpoint tiny = new TinyCheckpoint();
        Checkpoint single = Checkpoint.open(tiny.write(folder.resolve("single")));
        Checkpoint half =
                Checkpoint.open(
                        new TinyCheckpoint(DType.BFLOAT16, false).write(folder.resolve("half")));
        try (Scope scope = Scope.open(ComputeDevice.CPU);
                WeightLoader widen = new WeightLoader(ComputeDevice.CPU, DType.FLOAT32)) {
            List<Tensor> rounded = single.load(scope, DType.BFLOAT16).tensors();
            List<Tensor> readable = widen.convert(rounded);
            List<Tensor> expected = half.load(scope, DType.FLOAT32).tensors();
            for (int i = 0; i < expected.size(); i++) {
                assertThat(readable.get(i).toFloats()).containsExactly(expected.get(i).toFloats());
            }
        }
    }

    @Test
    void aTiedOutputProjectionIsTheEmbeddingItself() {
        TinyCheckpoint tiny = new TinyCheckpoint(DType.FLOAT32, true);
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            List<Tensor> tensors =
                    Checkpoint.open(tiny.write(folder)).load(scope, DType.FLOAT32).tensors();
            assertThat(tensors).hasSize(3 + 9 * TinyCheckpoint.LAYERS);
            assertThat(tensors.getLast()).isSameAs(tensors.getFirst());
        }
    }

    @Test
    void shardsHoldTheSameWeightsAsOneFile() {
        Checkpoint single = Checkpoint.open(new TinyCheckpoint().write(folder.resolve("a")));
        Checkpoint sharded =
                Checkpoint.open(new TinyCheckpoint().writeSharded(folder.resolve("b")));
        assertSameWeights(single, sharded);
    }

    @Test
    void valuesOffTheirAlignmentAreCopied() {
        for (DType stored : List.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16)) {
            TinyCheckpoint tiny = new TinyCheckpoint(stored, false);
            Checkpoint aligned = Checkpoint.open(tiny.write(folder.resolve("aligned" + stored)));
            tiny.shift = 3;
            Checkpoint shifted = Checkpoint.open(tiny.write(folder.resolve("shifted" + stored)));
            assertSameWeights(aligned, shifted);
        }
    }

    @Test
    void tablesThatFollowFromTheConfigurationAreIgnored() {
        TinyCheckpoint tiny =
                new TinyCheckpoint(DType.FLOAT32, true)
                        .put(
                                DType.FLOAT32,
                                "model.layers.0.self_attn.rotary_emb.inv_freq",
                                new float[2],
                                2)
                        .put(DType.FLOAT32, "lm_head.weight", new float[16 * 8], 16, 8);
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            assertThat(Checkpoint.open(tiny.write(folder)).load(scope, DType.FLOAT32).tensors())
                    .hasSize(3 + 9 * TinyCheckpoint.LAYERS);
        }
    }

    @Test
    void aFolderNameBeyondAsciiIsMapped() {
        Checkpoint checkpoint =
                Checkpoint.open(new TinyCheckpoint().write(folder.resolve("mödell 模型")));
        assertThat(checkpoint.name()).isEqualTo("mödell 模型");
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            assertThat(checkpoint.load(scope, DType.FLOAT32).tensors()).isNotEmpty();
        }
    }

    @Test
    void theDigestIsThatOfTheContents() {
        TinyCheckpoint tiny = new TinyCheckpoint();
        String digest = Checkpoint.open(tiny.write(folder.resolve("a"))).digest();
        assertThat(digest).matches("sha256:[0-9a-f]{64}");
        assertThat(Checkpoint.open(tiny.write(folder.resolve("b"))).digest()).isEqualTo(digest);

        tiny.config.put("rope_theta", 20_000);
        assertThat(Checkpoint.open(tiny.write(folder.resolve("c"))).digest()).isNotEqualTo(digest);
        TinyCheckpoint other = new TinyCheckpoint();
        other.bytes("model.norm.weight").putFloat(0, 3);
        assertThat(Checkpoint.open(other.write(folder.resolve("d"))).digest()).isNotEqualTo(digest);
    }

    @Test
    void theTokenizerHasItsOwnDigest() {
        TinyCheckpoint tiny = new TinyCheckpoint();
        Checkpoint first = Checkpoint.open(tiny.write(folder.resolve("a")));
        tiny.tokenizer = TinyCheckpoint.tokenizer(TinyCheckpoint.VOCABULARY - 1, "null", "null");
        Checkpoint second = Checkpoint.open(tiny.write(folder.resolve("b")));
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(second.tokenizerDigest())
                .matches("sha256:[0-9a-f]{64}")
                .isNotEqualTo(first.tokenizerDigest());
    }

    @Test
    void aFileThatChangesAfterOpeningIsNotLoaded() throws IOException {
        TinyCheckpoint tiny = new TinyCheckpoint();
        Checkpoint checkpoint = Checkpoint.open(tiny.write(folder.resolve("a")));
        tiny.write(folder.resolve("b"));
        Files.copy(
                folder.resolve("b/model.safetensors"),
                folder.resolve("b/copy"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.move(
                folder.resolve("b/copy"),
                folder.resolve("a/model.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            assertThatThrownBy(() -> checkpoint.load(scope, DType.FLOAT32))
                    .isInstanceOf(Problem.class)
                    .hasMessage("model.safetensors: was changed while it was in use");
        }
    }

    @Test
    void aMappingLivesAsLongAsTheScope() throws IOException {
        assumeTrue(Files.exists(MAPPINGS));
        Path directory = new TinyCheckpoint().write(folder.resolve("mapped-here"));
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            assertThat(Checkpoint.open(directory).load(scope, DType.FLOAT32).tensors())
                    .isNotEmpty();
            assertThat(isMapped("mapped-here")).isTrue();
        }
        assertThat(isMapped("mapped-here")).isFalse();
    }

    @Test
    void nothingStaysMappedWhenLoadingFails() throws IOException {
        assumeTrue(Files.exists(MAPPINGS));
        TinyCheckpoint tiny = new TinyCheckpoint(DType.FLOAT64, false);
        tiny.bytes("model.norm.weight").putDouble(0, 1e300);
        Path directory = tiny.write(folder.resolve("half-loaded"));
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            assertThatThrownBy(() -> Checkpoint.open(directory).load(scope, DType.FLOAT32))
                    .isInstanceOf(Problem.class)
                    .hasMessage(
                            "model.safetensors: tensor \"model.norm.weight\" has numbers outside the range of FLOAT32 once converted");
            assertThat(isMapped("half-loaded")).isFalse();
            assertThat(Checkpoint.open(directory).load(scope, DType.FLOAT64).tensors())
                    .isNotEmpty();
        }
    }

    private static boolean isMapped(String part) throws IOException {
        try (Stream<String> lines = Files.lines(MAPPINGS)) {
            return lines.anyMatch(line -> line.contains(part));
        }
    }

    private static void assertSameWeights(Checkpoint first, Checkpoint second) {
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            List<Tensor> expected = first.load(scope, DType.FLOAT64).tensors();
            List<Tensor> actual = second.load(scope, DType.FLOAT64).tensors();
            assertThat(actual).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i).toDoubles()).containsExactly(expected.get(i).toDoubles());
            }
        }
    }
}
