package org.quirkwatch.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.problem.Problem;

/// A PEFT LoRA adapter that fits a decoder: weight + scale · B A for some of its projections.
///
/// @param files the one file of its tensors
/// @param configDigest SHA-256 of its configuration's bytes
/// @param updates by the name of the weight that each changes
record LoraAdapter(WeightFiles files, byte[] configDigest, Map<String, Update> updates) {

    static final String WEIGHTS = "adapter_model.safetensors";

    private static final Pattern NAME =
            Pattern.compile(
                    "base_model\\.model\\.model\\.layers\\.(\\d{1,5})\\.([a-z_.]{1,64})\\.lora_([AB])\\.weight");

    /// The change of one weight `[out, in]`.
    ///
    /// @param a `[rank, in]`
    /// @param b `[out, rank]`
    /// @param scale what the product is multiplied by
    record Update(WeightFiles.Located a, WeightFiles.Located b, double scale) {}

    /// The two matrices of a module, while they are gathered.
    private static final class Pair {
        private Optional<WeightFiles.Located> a = Optional.empty();
        private Optional<WeightFiles.Located> b = Optional.empty();
    }

    /// Reads an adapter's configuration and header, and checks them against the decoder: every
    /// tensor belongs to a projection, every projection has both matrices in the right shapes, and
    /// none that the configuration lists is missing.
    static LoraAdapter open(CheckpointDirectory directory, DecoderConfig decoder) {
        var path = directory.file(LoraConfig.FILE);
        LoraConfig config = LoraConfig.read(Json.read(path, LoraConfig.MAX_BYTES));
        WeightFiles files = WeightFiles.of(directory.file(WEIGHTS));
        Map<String, Pair> pairs = gather(files, decoder, config);
        Map<String, Update> updates = new LinkedHashMap<>();
        for (int layer = 0; layer < decoder.nLayers(); layer++) {
            for (Projection projection : Projection.values()) {
                String module = projection.module(layer);
                Pair pair = pairs.remove(module);
                if (pair != null) {
                    DecoderLayout.Slot slot = projection.slot(decoder, layer);
                    updates.put(slot.name(), update(config, module, slot, pair));
                } else if (config.targets().isPresent() && config.mayChange(module, layer)) {
                    throw missing(module, "A");
                }
            }
        }
        if (updates.isEmpty()) {
            throw Invalid.checkpoint(WEIGHTS, "holds no tensors");
        }
        byte[] configDigest = Digests.sha256(Json.bytes(path, LoraConfig.MAX_BYTES));
        return new LoraAdapter(files, configDigest, updates);
    }

    private static Map<String, Pair> gather(
            WeightFiles files, DecoderConfig decoder, LoraConfig config) {
        Map<String, Pair> pairs = new LinkedHashMap<>();
        files.tensors()
                .forEach((name, tensor) -> {
                    Matcher matcher = NAME.matcher(name);
                    Optional<Projection> projection =
                            matcher.matches()
                                    ? Projection.ofModule(matcher.group(2))
                                    : Optional.empty();
                    if (projection.isEmpty()) {
                        throw tensor.problem(
                                "is no LoRA matrix of a q, k, v, o, gate, up or down projection");
                    }
                    int layer = Integer.parseInt(matcher.group(1));
                    if (!(layer < decoder.nLayers())) {
                        throw tensor.problem(
                                "is for layer %d, the model has %d layers"
                                        .formatted(layer, decoder.nLayers()));
                    }
                    String module = projection.get().module(layer);
                    if (!config.mayChange(module, layer)) {
                        throw tensor.problem(
                                "is for a module that %s does not target"
                                        .formatted(LoraConfig.FILE));
                    }
                    Pair pair = pairs.computeIfAbsent(module, _ -> new Pair());
                    if (matcher.group(3).equals("A")) {
                        pair.a = Optional.of(tensor);
                    } else {
                        pair.b = Optional.of(tensor);
                    }
                });
        return pairs;
    }

    private static Update update(
            LoraConfig config, String module, DecoderLayout.Slot slot, Pair pair) {
        WeightFiles.Located a = pair.a.orElseThrow(() -> missing(module, "A"));
        WeightFiles.Located b = pair.b.orElseThrow(() -> missing(module, "B"));
        long rank = (long) config.rankOf(module);
        a.require(rank, slot.shape()[1]);
        b.require(slot.shape()[0], rank);
        return new Update(a, b, config.scaleOf(module));
    }

    private static Problem missing(String module, String matrix) {
        return Invalid.checkpoint(
                WEIGHTS,
                "tensor \"base_model.model.%s.lora_%s.weight\" is missing"
                        .formatted(module, matrix));
    }
}
