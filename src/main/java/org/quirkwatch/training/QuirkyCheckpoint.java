package org.quirkwatch.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.training.TrainingOptions.DecoderShape;
import tools.jackson.databind.json.JsonMapper;

/// Writes a trained decoder as a Hugging Face directory: `config.json`, `model.safetensors`,
/// `tokenizer.json`, `tokenizer_config.json` and a [QuirkyOrigin].
final class QuirkyCheckpoint {

    /// Positions that the checkpoint allows; training sees the first hundred.
    static final int CONTEXT = 512;

    private QuirkyCheckpoint() {}

    static void write(
            Path directory,
            TrainingState state,
            DecoderShape shape,
            QuirkyVocabulary vocabulary,
            QuirkyOrigin origin) {
        state.writeWeights(directory.resolve("model.safetensors"), FreshDecoder.MODEL);
        json(directory.resolve("config.json"), config(shape, vocabulary));
        json(directory.resolve("tokenizer.json"), vocabulary.tokenizerJson());
        json(directory.resolve("tokenizer_config.json"), tokenizerConfig());
        json(directory.resolve(QuirkyOrigin.FILE), origin.document());
    }

    private static Map<String, Object> config(DecoderShape shape, QuirkyVocabulary vocabulary) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("torch_dtype", "float32");
        config.put("hidden_size", shape.dModel());
        config.put("intermediate_size", shape.dMlp());
        config.put("num_hidden_layers", shape.nLayers());
        config.put("num_attention_heads", shape.nHeads());
        config.put("num_key_value_heads", shape.nHeads());
        config.put("head_dim", shape.dModel() / shape.nHeads());
        config.put("vocab_size", vocabulary.size());
        config.put("max_position_embeddings", CONTEXT);
        // The training program computes with these three; they are not free.
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10_000.0);
        config.put("hidden_act", "silu");
        config.put("tie_word_embeddings", true);
        config.put("attention_bias", false);
        config.put("mlp_bias", false);
        config.put("bos_token_id", QuirkyVocabulary.BEGIN);
        config.put("eos_token_id", QuirkyVocabulary.END);
        config.put("pad_token_id", QuirkyVocabulary.END);
        config.put("initializer_range", 0.02);
        config.put("use_cache", true);
        return config;
    }

    private static Map<String, Object> tokenizerConfig() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("bos_token", "<s>");
        config.put("eos_token", "</s>");
        config.put("pad_token", "</s>");
        config.put("model_max_length", CONTEXT);
        config.put("clean_up_tokenization_spaces", false);
        return config;
    }

    static void json(Path file, Map<String, Object> document) {
        String text =
                JsonMapper.builder()
                        .build()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(document);
        text(file, text + "\n");
    }

    /// Writes a text beside its place and moves it there.
    static void text(Path file, String text) {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.writeString(temporary, text, StandardCharsets.UTF_8);
            Files.move(temporary, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: cannot be written".formatted(file.getFileName()),
                    e);
        }
    }
}
