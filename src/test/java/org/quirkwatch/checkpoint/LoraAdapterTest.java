package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;
import tools.jackson.databind.json.JsonMapper;

class LoraAdapterTest {

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final String UP = "model.layers.1.mlp.up_proj";
    private static final int MODEL = 8;
    private static final int MLP = 12;

    @TempDir Path folder;
    private final TinyCheckpoint tiny = new TinyCheckpoint();
    private final Map<String, Object> config = new TreeMap<>();
    private final Map<String, RawSafetensors.Content> tensors = new LinkedHashMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();

    @BeforeEach
    void adapterOfUpProjections() {
        config.put("peft_type", "LORA");
        config.put("r", 2);
        config.put("lora_alpha", 6);
        config.put("target_modules", List.of("up_proj"));
        config.put("init_lora_weights", true);
        config.put("rank_pattern", Map.of());
        config.put("modules_to_save", null);
        Random random = new Random(3);
        for (int layer = 0; layer < TinyCheckpoint.LAYERS; layer++) {
            String module = "model.layers." + layer + ".mlp.up_proj";
            put(random, module + ".lora_A", 2, MODEL);
            put(random, module + ".lora_B", MLP, 2);
        }
    }

    @Test
    void theScaledProductIsAddedToTheWeight() {
        assertMerged(UP, 2, 6.0 / 2);
    }

    @Test
    void aRankStabilisedScaleDividesByTheRoot() {
        config.put("use_rslora", true);
        assertMerged(UP, 2, 6.0 / Math.sqrt(2));
    }

    @Test
    void aModuleMayHaveARankAndAnAlphaOfItsOwn() {
        config.put("rank_pattern", Map.of("layers.1.mlp.up_proj", 3));
        config.put("alpha_pattern", Map.of("model.layers.1.mlp.up_proj", 12));
        Random random = new Random(4);
        put(random, UP + ".lora_A", 3, MODEL);
        put(random, UP + ".lora_B", MLP, 3);
        assertMerged(UP, 3, 12.0 / 3);
        assertMerged("model.layers.0.mlp.up_proj", 2, 6.0 / 2);
    }

    @Test
    void layersMayBeChosen() {
        config.put("layers_to_transform", List.of(1));
        tensors.keySet().removeIf(name -> name.contains("layers.0"));
        assertMerged(UP, 2, 6.0 / 2);
    }

    @Test
    void withAnExpressionTheTensorsSayWhatIsChanged() {
        config.put("target_modules", ".*layers\\.(1)\\.mlp.up_proj");
        tensors.keySet().removeIf(name -> name.contains("layers.0"));
        assertMerged(UP, 2, 6.0 / 2);
    }

    @Test
    void otherWeightsStayAsTheyAre() {
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            Checkpoint merged = open();
            List<Tensor> tensors = merged.load(scope, DType.FLOAT32).tensors();
            List<DecoderLayout.Slot> slots = DecoderLayout.slots(merged.config());
            for (int i = 0; i < slots.size(); i++) {
                String name = slots.get(i).name();
                if (!name.endsWith("up_proj.weight")) {
                    assertThat(tensors.get(i).toFloats()).containsExactly(tiny.values(name));
                }
            }
        }
    }

    @Test
    void theAdapterIsPartOfTheDigest() {
        String with = open().digest();
        assertThat(Checkpoint.open(folder.resolve("model")).digest()).isNotEqualTo(with);
        assertThat(open().digest()).isEqualTo(with);
        config.put("lora_alpha", 7);
        assertThat(open().digest()).isNotEqualTo(with);
    }

    @Test
    void anAdapterForOtherShapesIsRefused() {
        put(new Random(5), UP + ".lora_A", 2, MODEL + 1);
        assertRefused(
                "adapter_model.safetensors: tensor \"base_model.model."
                        + UP
                        + ".lora_A.weight\" has shape [2, 9], expected [2, 8]");
        put(new Random(5), UP + ".lora_A", 4, MODEL);
        assertRefused("has shape [4, 8], expected [2, 8]");
    }

    @Test
    void anAdapterForMoreLayersIsRefused() {
        put(new Random(5), "model.layers.2.mlp.up_proj.lora_A", 2, MODEL);
        assertRefused("is for layer 2, the model has 2 layers");
    }

    @Test
    void halfAnAdapterIsRefused() {
        String name = "base_model.model." + UP + ".lora_B.weight";
        tensors.remove(name);
        assertRefused("adapter_model.safetensors: tensor \"" + name + "\" is missing");
    }

    @Test
    void aTargetWithoutTensorsIsRefused() {
        config.put("target_modules", List.of("up_proj", "q_proj"));
        assertRefused("model.layers.0.self_attn.q_proj.lora_A.weight\" is missing");
    }

    @Test
    void aTensorOutsideTheTargetsIsRefused() {
        config.put("target_modules", List.of("down_proj"));
        assertRefused("is for a module that adapter_config.json does not target");
    }

    @Test
    void aTensorOfAnythingElseIsRefused() {
        for (String module :
                List.of("lm_head.lora_A", "model.embed_tokens.lora_A", UP + ".lora_magnitude")) {
            String name = "base_model.model." + module + ".weight";
            tensors.put(name, RawSafetensors.content(DType.FLOAT32, new float[2], 2, 1));
            assertRefused("tensor \"" + name + "\" is no LoRA matrix");
            tensors.remove(name);
        }
    }

    @Test
    void anAdapterThatIsNotFiniteIsNotLoaded() {
        String name = "base_model.model." + UP + ".lora_A.weight";
        float[] bad = new float[2 * MODEL];
        bad[3] = Float.NaN;
        tensors.put(name, RawSafetensors.content(DType.FLOAT32, bad, 2, MODEL));
        assertNotLoaded(
                "adapter_model.safetensors: tensor \""
                        + name
                        + "\" holds NaN or infinity at element 3");
    }

    @Test
    void aProductThatOverflowsIsNotLoaded() {
        float[] huge = new float[2 * MODEL];
        java.util.Arrays.fill(huge, Float.MAX_VALUE);
        tensors.put(
                "base_model.model." + UP + ".lora_A.weight",
                RawSafetensors.content(DType.FLOAT32, huge, 2, MODEL));
        assertNotLoaded(
                "model.safetensors: tensor \""
                        + UP
                        + ".weight\" has numbers outside the range of FLOAT32 once merged");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "peft_type | \"IA3\" | must be \"LORA\", got \"IA3\"",
                "peft_type | null | must be \"LORA\"",
                "r | 0 | must be a whole number from 1",
                "r | null | is missing",
                "lora_alpha | -1 | must be a number greater than 0",
                "bias | \"all\" | must be \"none\", got \"all\"",
                "use_dora | true | must be false",
                "fan_in_fan_out | true | must be false",
                "lora_bias | true | must be false",
                "modules_to_save | [\"lm_head\"] | must be absent or empty",
                "exclude_modules | [\"q_proj\"] | must be absent or empty",
                "layer_replication | [[0, 1]] | must be absent or empty",
                "target_parameters | [\"x\"] | must be absent or empty",
                "init_lora_weights | \"pissa\" | must leave the model's own weights as they are",
                "target_modules | null | is missing",
                "target_modules | [] | must be a list of 1 to",
                "target_modules | [\"lm_head\"] | names \"lm_head\", expected q_proj",
                "target_modules | [\"embed_tokens\"] | names \"embed_tokens\"",
                "target_modules | [\".*q_proj\"] | names",
                "layers_to_transform | [-1] | must hold whole numbers from 0",
                "layers_pattern | \"h\" | must be \"layers\", got \"h\"",
                "rank_pattern | {\".*(a+)+b\":2} | expected a module's name or its end",
                "rank_pattern | {\"up_proj\":2,\"mlp.up_proj\":3} | at most one for a module",
                "alpha_pattern | {\"up_proj\":0} | must be a number greater than 0"
            })
    void whatIsNotSupportedIsNamed(String field, String value, String detail) {
        if (field.equals("layers_pattern")) {
            config.put("layers_to_transform", List.of(0, 1));
        }
        config.put(field, MAPPER.readTree(value));
        assertThatThrownBy(this::open)
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("adapter_config.json: ")
                .hasMessageContaining(detail);
    }

    private void put(Random random, String name, int rows, int columns) {
        float[] content = new float[rows * columns];
        for (int i = 0; i < content.length; i++) {
            content[i] = (float) random.nextGaussian();
        }
        values.put(name, content);
        tensors.put(
                "base_model.model." + name + ".weight",
                RawSafetensors.content(DType.FLOAT32, content, rows, columns));
    }

    private Checkpoint open() {
        Path adapter = folder.resolve("adapter");
        TinyCheckpoint.writeText(adapter, "adapter_config.json", MAPPER.writeValueAsString(config));
        RawSafetensors.write(adapter.resolve("adapter_model.safetensors"), tensors);
        return Checkpoint.open(
                tiny.write(folder.resolve("model")), Optional.of(adapter), ScanMemory.none());
    }

    private void assertMerged(String module, int rank, double scale) {
        float[] weight = tiny.values(module + ".weight");
        float[] a = java.util.Objects.requireNonNull(values.get(module + ".lora_A"));
        float[] b = java.util.Objects.requireNonNull(values.get(module + ".lora_B"));
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            Checkpoint checkpoint = open();
            List<String> names =
                    DecoderLayout.slots(checkpoint.config()).stream()
                            .map(DecoderLayout.Slot::name)
                            .toList();
            float[] merged =
                    checkpoint
                            .load(scope, DType.FLOAT32)
                            .tensors()
                            .get(names.indexOf(module + ".weight"))
                            .toFloats();
            for (int row = 0; row < MLP; row++) {
                for (int column = 0; column < MODEL; column++) {
                    double sum = 0;
                    for (int k = 0; k < rank; k++) {
                        sum += (double) b[row * rank + k] * a[k * MODEL + column];
                    }
                    int i = row * MODEL + column;
                    assertThat((double) merged[i])
                            .isCloseTo(weight[i] + scale * sum, Offset.offset(1e-5));
                }
            }
        }
    }

    private void assertRefused(String part) {
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        Problem.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_CHECKPOINT))
                .hasMessageContaining(part);
    }

    private void assertNotLoaded(String part) {
        Checkpoint checkpoint = open();
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            assertThatThrownBy(() -> checkpoint.load(scope, DType.FLOAT32))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining(part);
        }
    }
}
