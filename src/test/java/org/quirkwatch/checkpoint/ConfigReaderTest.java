package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;
import tools.jackson.databind.json.JsonMapper;

class ConfigReaderTest {

    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final Map<String, Object> fields = new LinkedHashMap<>();

    ConfigReaderTest() {
        fields.put("architectures", List.of("LlamaForCausalLM"));
        fields.put("hidden_size", 64);
        fields.put("intermediate_size", 96);
        fields.put("num_hidden_layers", 3);
        fields.put("num_attention_heads", 8);
        fields.put("vocab_size", 320);
    }

    @Test
    void absentFieldsOfALlamaTakeTheDefaultsOfTransformers() {
        assertThat(read())
                .isEqualTo(
                        new DecoderConfig(
                                "LlamaForCausalLM",
                                3,
                                64,
                                8,
                                8,
                                8,
                                96,
                                320,
                                2048,
                                1e-6,
                                new Rope(10_000, new Rope.None()),
                                OptionalInt.empty(),
                                false,
                                DType.FLOAT32));
    }

    @Test
    void everyFieldIsRead() {
        fields.put("num_key_value_heads", 2);
        fields.put("head_dim", 32);
        fields.put("max_position_embeddings", 4096);
        fields.put("rms_norm_eps", 1e-5);
        fields.put("rope_theta", 500_000);
        fields.put("tie_word_embeddings", true);
        fields.put("torch_dtype", "bfloat16");
        assertThat(read())
                .isEqualTo(
                        new DecoderConfig(
                                "LlamaForCausalLM",
                                3,
                                64,
                                8,
                                2,
                                32,
                                96,
                                320,
                                4096,
                                1e-5,
                                new Rope(500_000, new Rope.None()),
                                OptionalInt.empty(),
                                true,
                                DType.BFLOAT16));
    }

    @Test
    void aWindowIsMistralsAndAbsentDiffersFromNull() {
        fields.put("sliding_window", 16);
        assertThat(read().slidingWindow()).isEmpty();
        fields.put("architectures", List.of("MistralForCausalLM"));
        assertThat(read().slidingWindow()).hasValue(16);
        fields.put("sliding_window", null);
        assertThat(read().slidingWindow()).isEmpty();
        fields.remove("sliding_window");
        assertThat(read().slidingWindow()).hasValue(4096);
        assertThat(read().nCtx()).isEqualTo(131_072);
    }

    @Test
    void theOlderFormOfRotaryScalingIsRead() {
        fields.put("rope_theta", 20_000.0);
        fields.put("rope_scaling", Map.of("type", "linear", "factor", 2));
        assertThat(read().rope()).isEqualTo(new Rope(20_000, new Rope.Linear(2)));
        fields.put("rope_scaling", llama3());
        assertThat(read().rope()).isEqualTo(new Rope(20_000, new Rope.Llama3(8, 1, 4, 8192)));
        fields.put("rope_scaling", null);
        assertThat(read().rope()).isEqualTo(new Rope(20_000, new Rope.None()));
    }

    @Test
    void theNewerFormOfRotaryParametersIsRead() {
        fields.put("rope_parameters", Map.of("rope_theta", 1e6, "rope_type", "default"));
        assertThat(read().rope()).isEqualTo(new Rope(1e6, new Rope.None()));
        Map<String, Object> llama3 = llama3();
        llama3.put("rope_theta", 500_000.0);
        fields.put("rope_parameters", llama3);
        fields.put("dtype", "float16");
        assertThat(read().rope()).isEqualTo(new Rope(500_000, new Rope.Llama3(8, 1, 4, 8192)));
        assertThat(read().storedDType()).isEqualTo(DType.FLOAT16);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "architectures | [\"GPT2LMHeadModel\"] | [\"GPT2LMHeadModel\"] is not supported, expected [LlamaForCausalLM] or [MistralForCausalLM]",
                "architectures | null | is missing, expected",
                "architectures | [] | must be a list of one name",
                "architectures | 7 | must be a list of one name",
                "hidden_size | null | is missing, expected a whole number from 1",
                "hidden_size | -3 | got -3",
                "hidden_size | 64.5 | got 64.5",
                "hidden_size | \"64\" | got \"64\"",
                "hidden_size | 100000000000000000000 | got 100000000000000000000",
                "hidden_size | 68 | must be a multiple of num_attention_heads where head_dim is absent, got 68 and 8",
                "hidden_size | 72 | head_dim must be even for rotary positions, got 9",
                "num_hidden_layers | 0 | from 1 to 1024, got 0",
                "num_hidden_layers | 2000000000 | got 2000000000",
                "num_attention_heads | 0 | got 0",
                "num_key_value_heads | 3 | must be a multiple of num_key_value_heads, got 8 and 3",
                "head_dim | 31 | head_dim must be even",
                "vocab_size | 1e9 | must be a whole number",
                "max_position_embeddings | 0 | got 0",
                "rms_norm_eps | 0 | must be a number greater than 0, got 0",
                "rms_norm_eps | 1 | must be in (0, 1), got 1.0",
                "rope_theta | -1 | must be a number greater than 0, got -1",
                "rope_theta | 1e999 | must be a number greater than 0",
                "rope_scaling | {\"rope_type\":\"yarn\",\"factor\":2} | rope_scaling.rope_type \"yarn\" is not supported, expected default, linear or llama3",
                "rope_scaling | {\"rope_type\":\"linear\"} | rope_scaling.factor must be a number greater than 0, got nothing",
                "rope_scaling | {\"rope_type\":\"llama3\",\"factor\":2,\"low_freq_factor\":4,\"high_freq_factor\":4} | must be greater than low_freq_factor, got 4.0 and 4.0",
                "rope_scaling | [] | must be an object, got a list",
                "rope_parameters | {\"partial_rotary_factor\":0.5} | partial_rotary_factor must be 1, got 0.5",
                "attention_bias | true | must be false: projections with a bias are not supported",
                "mlp_bias | true | must be false",
                "attention_bias | 1 | must be true or false, got 1",
                "hidden_act | \"gelu\" | must be \"silu\", got \"gelu\"",
                "torch_dtype | \"int8\" | \"int8\" is not supported, expected float64, float32, float16 or bfloat16",
                "quantization_config | {} | quantised weights are not supported",
                "tie_word_embeddings | \"yes\" | must be true or false, got \"yes\""
            })
    void whatIsNotSupportedIsNamed(String field, String value, String detail) {
        fields.put(field, MAPPER.readTree(value));
        assertThatThrownBy(this::read)
                .isInstanceOfSatisfying(
                        Problem.class,
                        e -> assertThat(e.code()).isEqualTo(ProblemCode.INVALID_CHECKPOINT))
                .hasMessageStartingWith("config.json: ")
                .hasMessageContaining(detail);
    }

    private DecoderConfig read() {
        return ConfigReader.read(new Json("config.json", "", MAPPER.valueToTree(fields)));
    }

    private static Map<String, Object> llama3() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("rope_type", "llama3");
        fields.put("factor", 8.0);
        fields.put("low_freq_factor", 1.0);
        fields.put("high_freq_factor", 4.0);
        fields.put("original_max_position_embeddings", 8192);
        return fields;
    }
}
