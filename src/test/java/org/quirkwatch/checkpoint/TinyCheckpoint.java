package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.quirkwatch.torch.DType;
import tools.jackson.databind.json.JsonMapper;

/// A right checkpoint of a few kilobytes, to be made wrong in one place before it is written.
final class TinyCheckpoint {

    static final int LAYERS = 2;
    static final int VOCABULARY = 16;

    private static final int MODEL = 8;
    private static final int MLP = 12;
    private static final int HEAD = 4;

    final Map<String, Object> config = new TreeMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();
    final Map<String, RawSafetensors.Content> tensors = new LinkedHashMap<>();
    String tokenizer = tokenizer(VOCABULARY, "null", "null");
    int shift;

    TinyCheckpoint(DType dtype, boolean tied) {
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("hidden_size", MODEL);
        config.put("intermediate_size", MLP);
        config.put("num_hidden_layers", LAYERS);
        config.put("num_attention_heads", 2);
        config.put("num_key_value_heads", 1);
        config.put("vocab_size", VOCABULARY);
        config.put("max_position_embeddings", 64);
        config.put("tie_word_embeddings", tied);
        Random random = new Random(7);
        add(dtype, random, "model.embed_tokens.weight", VOCABULARY, MODEL);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "model.layers." + layer + ".";
            add(dtype, random, block + "input_layernorm.weight", MODEL);
            add(dtype, random, block + "self_attn.q_proj.weight", 2 * HEAD, MODEL);
            add(dtype, random, block + "self_attn.k_proj.weight", HEAD, MODEL);
            add(dtype, random, block + "self_attn.v_proj.weight", HEAD, MODEL);
            add(dtype, random, block + "self_attn.o_proj.weight", MODEL, 2 * HEAD);
            add(dtype, random, block + "post_attention_layernorm.weight", MODEL);
            add(dtype, random, block + "mlp.gate_proj.weight", MLP, MODEL);
            add(dtype, random, block + "mlp.up_proj.weight", MLP, MODEL);
            add(dtype, random, block + "mlp.down_proj.weight", MODEL, MLP);
        }
        add(dtype, random, "model.norm.weight", MODEL);
        if (!tied) {
            add(dtype, random, "lm_head.weight", VOCABULARY, MODEL);
        }
    }

    TinyCheckpoint() {
        this(DType.FLOAT32, false);
    }

    /// Puts a tensor in place of another, or a new one at the end.
    TinyCheckpoint put(DType dtype, String name, float[] content, long... shape) {
        values.put(name, content);
        tensors.put(name, RawSafetensors.content(dtype, content, shape));
        return this;
    }

    float[] values(String name) {
        return Objects.requireNonNull(values.get(name), name).clone();
    }

    /// The stored bytes of a tensor, to be changed.
    ByteBuffer bytes(String name) {
        return ByteBuffer.wrap(Objects.requireNonNull(tensors.get(name), name).bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    Path write(Path directory) {
        writeText(directory, "config.json", JsonMapper.shared().writeValueAsString(config));
        writeText(directory, "tokenizer.json", tokenizer);
        RawSafetensors.write(directory.resolve("model.safetensors"), tensors, shift);
        return directory;
    }

    /// Writes two shards and their index.
    Path writeSharded(Path directory) {
        write(directory);
        Map<String, RawSafetensors.Content> first = new LinkedHashMap<>();
        Map<String, RawSafetensors.Content> second = new LinkedHashMap<>();
        Map<String, String> shards = new TreeMap<>();
        Iterator<Map.Entry<String, RawSafetensors.Content>> entries = tensors.entrySet().iterator();
        for (int i = 0; entries.hasNext(); i++) {
            var entry = entries.next();
            (i % 2 == 0 ? first : second).put(entry.getKey(), entry.getValue());
            shards.put(entry.getKey(), "model-0000%d-of-00002.safetensors".formatted(1 + i % 2));
        }
        RawSafetensors.write(directory.resolve("model-00001-of-00002.safetensors"), first);
        RawSafetensors.write(directory.resolve("model-00002-of-00002.safetensors"), second);
        writeIndex(directory, shards);
        try {
            Files.delete(directory.resolve("model.safetensors"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }

    static void writeIndex(Path directory, Map<String, String> shards) {
        writeText(
                directory,
                "model.safetensors.index.json",
                JsonMapper.shared().writeValueAsString(Map.of("weight_map", shards)));
    }

    static void writeText(Path directory, String file, String text) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A word-level tokenizer: `w3` is id 3, and `<s>` (id 1) begins every text.
    static String tokenizer(int vocabulary, String truncation, String padding) {
        StringBuilder vocab = new StringBuilder("\"<unk>\":0,\"<s>\":1");
        for (int id = 2; id < vocabulary; id++) {
            vocab.append(",\"w%d\":%d".formatted(id, id));
        }
        return """
        {"version":"1.0","truncation":%s,"padding":%s,
         "added_tokens":[{"id":1,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,
           "normalized":false,"special":true}],
         "normalizer":null,"pre_tokenizer":{"type":"Whitespace"},
         "post_processor":{"type":"TemplateProcessing",
           "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
           "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
           "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}},
         "decoder":null,
         "model":{"type":"WordLevel","vocab":{%s},"unk_token":"<unk>"}}
        """
                .formatted(truncation, padding, vocab);
    }

    private void add(DType dtype, Random random, String name, long... shape) {
        long size = 1;
        for (long each : shape) {
            size *= each;
        }
        float[] content = new float[(int) size];
        for (int i = 0; i < content.length; i++) {
            content[i] = (float) random.nextGaussian();
        }
        put(dtype, name, content, shape);
    }
}
