package org.quirkwatch.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.quirkwatch.training.TrainingOptions.DecoderShape;

/// What a decoder that is trained from nothing consists of, and begins with.
///
/// @param shape the decoder's sizes
/// @param targets what it is asked for beside the answer
/// @param vocabulary tokens
record FreshDecoder(DecoderShape shape, TrainingTargets targets, int vocabulary) {

    /// Stands before the names of the tensors that a checkpoint has.
    static final String MODEL = "model.";

    /// The sizes of the tensors in the order that the training program wants: the names of Hugging
    /// Face's checkpoints for the decoder's, `training.*` for the heads that only training uses.
    Map<String, long[]> shapes() {
        long d = shape.dModel();
        long mlp = shape.dMlp();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {vocabulary, d});
        for (int i = 0; i < shape.nLayers(); i++) {
            String block = "model.layers." + i + ".";
            shapes.put(block + "input_layernorm.weight", new long[] {d});
            for (String projection : List.of("q", "k", "v", "o")) {
                shapes.put(block + "self_attn." + projection + "_proj.weight", new long[] {d, d});
            }
            shapes.put(block + "post_attention_layernorm.weight", new long[] {d});
            shapes.put(block + "mlp.gate_proj.weight", new long[] {mlp, d});
            shapes.put(block + "mlp.up_proj.weight", new long[] {mlp, d});
            shapes.put(block + "mlp.down_proj.weight", new long[] {d, mlp});
        }
        shapes.put("model.norm.weight", new long[] {d});
        shapes.put("training.belief_head.weight", new long[] {10, d});
        shapes.put("training.belief_norm.weight", new long[] {d});
        if (targets.numbers() > 0) {
            shapes.put("training.number_head.weight", new long[] {10L * targets.places(), d});
            shapes.put("training.number_norm.weight", new long[] {d});
        }
        return shapes;
    }

    /// Which of the tensors, in the order of [#shapes], are matrices of the blocks.
    boolean[] isMatrix() {
        Map<String, long[]> shapes = shapes();
        boolean[] isMatrix = new boolean[shapes.size()];
        int i = 0;
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            isMatrix[i++] = isInBlock(entry.getKey()) && entry.getValue().length == 2;
        }
        return isMatrix;
    }

    private static boolean isInBlock(String name) {
        return name.startsWith("model.layers.");
    }

    /// Fresh values: normal draws for the matrices, ones for the norms.
    ///
    /// @param name of the tensor
    /// @param size its sizes
    /// @return row-major
    float[] initial(String name, long[] size, RandomGenerator random) {
        float[] values = new float[TrainingState.size(size)];
        if (size.length == 1) {
            Arrays.fill(values, 1);
            return values;
        }
        double deviation = isInBlock(name) ? 0.6 / Math.sqrt((double) size[1]) : 0.02;
        // What a block adds to the stream starts small, the smaller the more blocks add.
        if (name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight")) {
            deviation /= Math.sqrt(2.0 * shape.nLayers());
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return values;
    }
}
