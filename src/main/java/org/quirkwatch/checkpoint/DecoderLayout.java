package org.quirkwatch.checkpoint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.quirkwatch.problem.Problem;

/// Which tensors a decoder has, under which names and of which shapes: in the order in which
/// [DecoderWeights] carries them.
final class DecoderLayout {

    /// Tables that early versions of transformers stored although they follow from the
    /// configuration.
    private static final Pattern IGNORED =
            Pattern.compile("model\\.layers\\.\\d{1,5}\\.self_attn\\.rotary_emb\\.inv_freq");

    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String OUTPUT = "lm_head.weight";

    private DecoderLayout() {}

    /// One tensor of the decoder.
    ///
    /// @param name as Hugging Face names it
    record Slot(String name, long... shape) {}

    /// The tensors in order. A tied output projection is not among them.
    static List<Slot> slots(DecoderConfig config) {
        long dModel = config.dModel();
        List<Slot> slots = new ArrayList<>();
        slots.add(new Slot(EMBEDDING, config.dVocab(), dModel));
        for (int layer = 0; layer < config.nLayers(); layer++) {
            String block = "model.layers." + layer + ".";
            slots.add(new Slot(block + "input_layernorm.weight", dModel));
            for (Projection projection : Projection.ofAttention()) {
                slots.add(projection.slot(config, layer));
            }
            slots.add(new Slot(block + "post_attention_layernorm.weight", dModel));
            for (Projection projection : Projection.ofMlp()) {
                slots.add(projection.slot(config, layer));
            }
        }
        slots.add(new Slot("model.norm.weight", dModel));
        if (!config.tiedEmbeddings()) {
            slots.add(new Slot(OUTPUT, config.dVocab(), dModel));
        }
        return slots;
    }

    /// The stored tensors in order, each of the right shape and of a floating format. A tensor that
    /// the decoder does not have is refused, since the model that was trained with it computes
    /// something else; only a tied output projection and tables of rotary frequencies may be there
    /// for nothing.
    ///
    /// @throws Problem `invalid-checkpoint` naming file, tensor and expectation
    static List<WeightFiles.Located> locate(DecoderConfig config, WeightFiles files) {
        List<WeightFiles.Located> located = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (Slot slot : slots(config)) {
            WeightFiles.Located tensor = files.tensors().get(slot.name());
            if (tensor == null) {
                throw Invalid.checkpoint(
                        files.shown(),
                        "tensor \"%s\" is missing, expected shape %s"
                                .formatted(slot.name(), java.util.Arrays.toString(slot.shape())));
            }
            tensor.require(slot.shape());
            located.add(tensor);
            known.add(slot.name());
        }
        files.tensors()
                .forEach((name, tensor) -> {
                    if (name.equals(OUTPUT) && config.tiedEmbeddings()) {
                        tensor.require(config.dVocab(), config.dModel());
                    } else if (!known.contains(name) && !IGNORED.matcher(name).matches()) {
                        throw tensor.problem(
                                "is not one of a %s of %d layers"
                                        .formatted(config.architecture(), config.nLayers()));
                    }
                });
        return located;
    }
}
