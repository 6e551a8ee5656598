package org.quirkwatch.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// A Llama checkpoint in bfloat16 with random weights, for measuring: it says nothing sensible.
///
/// @param layers blocks
/// @param width of the residual stream
/// @param mlp width of the MLP
/// @param heads of 64 or more elements each, as many for keys as for queries
record RandomCheckpoint(int layers, int width, int mlp, int heads) {

    private static final Path TOKENIZER =
            Path.of("src/test/resources/golden/llama-tied/tokenizer.json");
    private static final int VOCABULARY = 288;
    private static final int BLOCK_BYTES = 1 << 22;
    private static final short ONE = 0x3f80;

    /// Multiplications and additions of the blocks' matrix products for a batch of sequences.
    ///
    /// @param rows sequences
    /// @param pos tokens of each
    double flops(int rows, int pos) {
        double projections = 2.0 * (4.0 * width * width + 3.0 * width * mlp) * rows * pos;
        double attention = 2.0 * 2.0 * rows * pos * pos * width;
        return layers * (projections + attention);
    }

    /// Writes the directory.
    void write(Path directory, long seed) throws IOException {
        Files.createDirectories(directory);
        Files.copy(TOKENIZER, directory.resolve("tokenizer.json"));
        Files.writeString(
                directory.resolve("config.json"),
                """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
                 "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
                 "num_attention_heads": %d, "num_key_value_heads": %d, "vocab_size": %d,
                 "max_position_embeddings": 2048, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
                 "tie_word_embeddings": false, "torch_dtype": "bfloat16"}
                """
                        .formatted(width, mlp, layers, heads, heads, VOCABULARY));
        Path file = directory.resolve("model.safetensors");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            writeWeights(out, new SplittableRandom(seed));
        }
        // What is not on disk yet, the operating system cannot be asked to forget.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    private Map<String, int[]> shapes() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new int[] {VOCABULARY, width});
        for (int i = 0; i < layers; i++) {
            String block = "model.layers." + i + ".";
            shapes.put(block + "input_layernorm.weight", new int[] {width});
            for (String projection : new String[] {"q", "k", "v", "o"}) {
                shapes.put(
                        block + "self_attn." + projection + "_proj.weight",
                        new int[] {width, width});
            }
            shapes.put(block + "post_attention_layernorm.weight", new int[] {width});
            shapes.put(block + "mlp.gate_proj.weight", new int[] {mlp, width});
            shapes.put(block + "mlp.up_proj.weight", new int[] {mlp, width});
            shapes.put(block + "mlp.down_proj.weight", new int[] {width, mlp});
        }
        shapes.put("model.norm.weight", new int[] {width});
        shapes.put("lm_head.weight", new int[] {VOCABULARY, width});
        return shapes;
    }

    private void writeWeights(OutputStream out, RandomGenerator random) throws IOException {
        StringBuilder header = new StringBuilder("{");
        long start = 0;
        for (var entry : shapes().entrySet()) {
            int[] shape = entry.getValue();
            long end = start + 2L * shape[0] * (shape.length == 2 ? shape[1] : 1);
            header.append(start == 0 ? "" : ",")
                    .append("\"%s\":{\"dtype\":\"BF16\",".formatted(entry.getKey()))
                    .append("\"shape\":%s,".formatted(Arrays.toString(shape)))
                    .append("\"data_offsets\":[%d,%d]}".formatted(start, end));
            start = end;
        }
        header.append('}');
        while (header.length() % Long.BYTES != 0) {
            header.append(' ');
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        out.write(
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(text.length)
                        .array());
        out.write(text);
        byte[] noise = noise(random);
        for (int[] shape : shapes().values()) {
            if (shape.length == 1) {
                out.write(repeat(ONE, shape[0]));
            } else {
                for (long left = 2L * shape[0] * shape[1]; left > 0; left -= BLOCK_BYTES) {
                    out.write(noise, 0, (int) Math.min(left, BLOCK_BYTES));
                }
            }
        }
    }

    /// Numbers of either sign between 1/128 and 1/32.
    private static byte[] noise(RandomGenerator random) {
        ByteBuffer bytes = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putShort((short) ((random.nextInt() & 0x80ff) | 0x3c00));
        }
        return bytes.array();
    }

    private static byte[] repeat(short value, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putShort(value);
        }
        return bytes.array();
    }
}
