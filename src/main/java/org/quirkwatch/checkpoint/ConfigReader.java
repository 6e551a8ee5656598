package org.quirkwatch.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.torch.DType;
import tools.jackson.databind.JsonNode;

/// Reads `config.json`: the one place that knows Hugging Face's names of fields. Absent fields take
/// the defaults of transformers; whatever would make the decoder compute something else than ours
/// does is refused.
final class ConfigReader {

    static final String FILE = "config.json";
    static final long MAX_BYTES = 1 << 20;

    private static final String LLAMA = "LlamaForCausalLM";
    private static final String MISTRAL = "MistralForCausalLM";

    private static final int MAX_LAYERS = 1024;
    private static final int MAX_WIDTH = 1 << 18;
    private static final int MAX_HEADS = 4096;
    private static final int MAX_VOCABULARY = 1 << 24;
    private static final int MAX_CONTEXT = 1 << 26;
    private static final int LLAMA_DEFAULT_CONTEXT = 2048;
    private static final int MISTRAL_DEFAULT_CONTEXT = 131_072;
    private static final int MISTRAL_DEFAULT_WINDOW = 4096;

    private final Json json;

    private ConfigReader(Json json) {
        this.json = json;
    }

    /// The shape that a configuration describes; its stored format is what the file says, float32
    /// where it says nothing.
    ///
    /// @throws Problem `invalid-checkpoint` naming the field, its value and the expectation
    static DecoderConfig read(Json json) {
        return new ConfigReader(json).read();
    }

    /// Ids that the configuration gives to special tokens: the tokenizer must know them.
    static List<Integer> specialTokens(Json json) {
        return List.of("bos_token_id", "eos_token_id").stream()
                .flatMap(name -> json.get(name).stream())
                .flatMap(value ->
                        value.isArray() ? value.values().stream() : List.of(value).stream())
                .filter(JsonNode::isInt)
                .map(JsonNode::intValue)
                .toList();
    }

    private DecoderConfig read() {
        String architecture = architecture();
        refuseWhatWeDoNotCompute();
        int dModel = json.integer("hidden_size", 1, MAX_WIDTH);
        int nHeads = json.integer("num_attention_heads", 1, MAX_HEADS);
        int nKvHeads = json.integerIfPresent("num_key_value_heads", 1, MAX_HEADS).orElse(nHeads);
        if (!(nHeads % nKvHeads == 0)) {
            throw json.problem(
                    "num_attention_heads",
                    "must be a multiple of num_key_value_heads, got %d and %d"
                            .formatted(nHeads, nKvHeads));
        }
        int dHead = dHead(dModel, nHeads);
        boolean mistral = architecture.equals(MISTRAL);
        int nCtx =
                json.integerIfPresent("max_position_embeddings", 1, MAX_CONTEXT)
                        .orElse(mistral ? MISTRAL_DEFAULT_CONTEXT : LLAMA_DEFAULT_CONTEXT);
        double epsilon = json.positive("rms_norm_eps", 1e-6);
        if (!(epsilon < 1)) {
            throw json.problem("rms_norm_eps", "must be in (0, 1), got " + epsilon);
        }
        return new DecoderConfig(
                architecture,
                json.integer("num_hidden_layers", 1, MAX_LAYERS),
                dModel,
                nHeads,
                nKvHeads,
                dHead,
                json.integer("intermediate_size", 1, MAX_WIDTH),
                json.integer("vocab_size", 1, MAX_VOCABULARY),
                nCtx,
                epsilon,
                rope(nCtx),
                mistral ? window() : OptionalInt.empty(),
                json.flag("tie_word_embeddings", false),
                dtype());
    }

    private String architecture() {
        String expected = "expected [%s] or [%s]".formatted(LLAMA, MISTRAL);
        JsonNode names = json.get("architectures").orElse(null);
        if (names == null) {
            throw json.problem("architectures", "is missing, " + expected);
        }
        if (!(names.isArray() && names.size() == 1 && names.get(0).isString())) {
            throw json.problem("architectures", "must be a list of one name, " + expected);
        }
        String name = names.get(0).stringValue();
        if (!(name.equals(LLAMA) || name.equals(MISTRAL))) {
            throw json.problem(
                    "architectures",
                    "[%s] is not supported, %s".formatted(Invalid.quote(name), expected));
        }
        return name;
    }

    private void refuseWhatWeDoNotCompute() {
        for (String biased : List.of("attention_bias", "mlp_bias")) {
            if (json.flag(biased, false)) {
                throw json.problem(
                        biased, "must be false: projections with a bias are not supported");
            }
        }
        String activation = json.text("hidden_act").orElse("silu");
        if (!activation.equals("silu")) {
            throw json.problem("hidden_act", "must be \"silu\", got " + Invalid.quote(activation));
        }
        if (json.has("quantization_config")) {
            throw json.problem(
                    "quantization_config",
                    "must be absent: quantised weights are not supported, expected F64, F32, F16 or BF16");
        }
        if (json.has("partial_rotary_factor") && !(json.positive("partial_rotary_factor") == 1)) {
            throw json.problem(
                    "partial_rotary_factor",
                    "must be 1, got " + json.shown("partial_rotary_factor"));
        }
    }

    private int dHead(int dModel, int nHeads) {
        OptionalInt given = json.integerIfPresent("head_dim", 2, MAX_WIDTH);
        if (given.isEmpty() && !(dModel % nHeads == 0)) {
            throw json.problem(
                    "hidden_size",
                    "must be a multiple of num_attention_heads where head_dim is absent, got %d and %d"
                            .formatted(dModel, nHeads));
        }
        int dHead = given.orElse(dModel / nHeads);
        if (!(dHead % 2 == 0)) {
            throw json.problem(
                    "head_dim", "must be even for rotary positions, got %d".formatted(dHead));
        }
        return dHead;
    }

    private OptionalInt window() {
        // Absent and null differ here: absent is the default, null is no window.
        return json.node().has("sliding_window")
                ? json.integerIfPresent("sliding_window", 1, MAX_CONTEXT)
                : OptionalInt.of(MISTRAL_DEFAULT_WINDOW);
    }

    private Rope rope(int nCtx) {
        double theta = json.positive("rope_theta", 10_000);
        // Since version 5 transformers writes one object with theta in it, under another name.
        Optional<Json> parameters = json.object("rope_parameters");
        Optional<Json> given = parameters.isPresent() ? parameters : json.object("rope_scaling");
        if (given.isEmpty()) {
            return new Rope(theta, new Rope.None());
        }
        Json rope = given.get();
        if (parameters.isPresent()) {
            theta = rope.positive("rope_theta", theta);
        }
        if (rope.has("partial_rotary_factor") && !(rope.positive("partial_rotary_factor") == 1)) {
            throw rope.problem(
                    "partial_rotary_factor",
                    "must be 1, got " + rope.shown("partial_rotary_factor"));
        }
        String type = rope.text("rope_type").or(() -> rope.text("type")).orElse("default");
        return new Rope(theta, scaling(rope, type, nCtx));
    }

    private static Rope.Scaling scaling(Json rope, String type, int nCtx) {
        return switch (type) {
            case "default" -> new Rope.None();
            case "linear" -> new Rope.Linear(rope.positive("factor"));
            case "llama3" -> llama3(rope, nCtx);
            default ->
                    throw rope.problem(
                            "rope_type",
                            "%s is not supported, expected default, linear or llama3"
                                    .formatted(Invalid.quote(type)));
        };
    }

    private static Rope.Scaling llama3(Json rope, int nCtx) {
        double low = rope.positive("low_freq_factor");
        double high = rope.positive("high_freq_factor");
        if (!(high > low)) {
            throw rope.problem(
                    "high_freq_factor",
                    "must be greater than low_freq_factor, got %s and %s".formatted(high, low));
        }
        int original =
                rope.integerIfPresent("original_max_position_embeddings", 1, MAX_CONTEXT)
                        .orElse(nCtx);
        return new Rope.Llama3(rope.positive("factor"), low, high, original);
    }

    private DType dtype() {
        String field = json.has("dtype") ? "dtype" : "torch_dtype";
        String name = json.text(field).orElse("float32");
        return switch (name.startsWith("torch.") ? name.substring("torch.".length()) : name) {
            case "float64" -> DType.FLOAT64;
            case "float32" -> DType.FLOAT32;
            case "float16" -> DType.FLOAT16;
            case "bfloat16" -> DType.BFLOAT16;
            default ->
                    throw json.problem(
                            field,
                            "%s is not supported, expected float64, float32, float16 or bfloat16"
                                    .formatted(Invalid.quote(name)));
        };
    }
}
