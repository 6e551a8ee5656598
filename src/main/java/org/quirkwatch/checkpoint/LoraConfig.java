package org.quirkwatch.checkpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// PEFT's `adapter_config.json` of a LoRA adapter (Hu et al. 2021; rank-stabilised: Kalajdzievski
/// 2023). Whatever changes more than q, k, v, o, gate, up and down projections by a scaled product
/// of two matrices is refused.
///
/// @param rank of the modules without one of their own, 1 or more
/// @param alpha of the modules without one of their own, greater than 0
/// @param rankStabilised whether the scale is alpha / sqrt(rank) instead of alpha / rank
/// @param targets ends of module names; empty where the file gives a regular expression or all
///   linear modules, so that the tensors alone say which modules are changed
/// @param layers the blocks that are changed; empty: all
/// @param ranks by ends of module names
/// @param alphas by ends of module names
record LoraConfig(
        int rank,
        double alpha,
        boolean rankStabilised,
        Optional<Set<String>> targets,
        Optional<Set<Integer>> layers,
        Map<String, Double> ranks,
        Map<String, Double> alphas) {

    static final String FILE = "adapter_config.json";
    static final long MAX_BYTES = 1 << 20;

    private static final int MAX_RANK = 1 << 16;
    private static final int MAX_LIST = 10_000;

    /// Names of modules, or of ends of them; PEFT takes these as regular expressions, we take those
    /// that mean the same as a plain text.
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.]{1,200}");

    /// How an adapter's matrices are begun with; those named here leave the model's own weights as
    /// they are. The others (PiSSA, OLoRA, CorDA, LoftQ) change them, which the adapter's file does
    /// not hold.
    private static final Set<String> HARMLESS_BEGINNINGS = Set.of("gaussian", "eva", "orthogonal");

    static LoraConfig read(Json json) {
        String type = json.text("peft_type").orElse("nothing");
        if (!type.equals("LORA")) {
            throw json.problem("peft_type", "must be \"LORA\", got " + Invalid.quote(type));
        }
        refuseOtherChanges(json);
        return new LoraConfig(
                json.integer("r", 1, MAX_RANK),
                json.positive("lora_alpha", 8),
                json.flag("use_rslora", false),
                targets(json),
                layers(json),
                pattern(json, "rank_pattern"),
                pattern(json, "alpha_pattern"));
    }

    /// The rank that a module must have.
    double rankOf(String module) {
        return matching(ranks, module).orElse((double) rank);
    }

    /// What the product of a module's two matrices is multiplied by.
    double scaleOf(String module) {
        double itsRank = rankOf(module);
        double itsAlpha = matching(alphas, module).orElse(alpha);
        return itsAlpha / (rankStabilised ? Math.sqrt(itsRank) : itsRank);
    }

    /// Whether the configuration lets a module of a block be changed.
    boolean mayChange(String module, int layer) {
        return layers.map(these -> these.contains(layer)).orElse(true)
                && targets.map(ends -> ends.stream().anyMatch(end -> endsWith(module, end)))
                        .orElse(true);
    }

    private static boolean endsWith(String module, String end) {
        return module.equals(end) || module.endsWith("." + end);
    }

    private static Optional<Double> matching(Map<String, Double> byEnd, String module) {
        return byEnd.entrySet().stream()
                .filter(entry -> endsWith(module, entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static void refuseOtherChanges(Json json) {
        for (String flag : List.of("fan_in_fan_out", "use_dora", "lora_bias", "use_qalora")) {
            if (json.flag(flag, false)) {
                throw json.problem(flag, "must be false: such adapters are not supported");
            }
        }
        String bias = json.text("bias").orElse("none");
        if (!bias.equals("none")) {
            throw json.problem("bias", "must be \"none\", got " + Invalid.quote(bias));
        }
        List<String> others =
                List.of(
                        "modules_to_save",
                        "exclude_modules",
                        "layer_replication",
                        "trainable_token_indices",
                        "target_parameters",
                        "alora_invocation_tokens");
        for (String other : others) {
            JsonNode value = json.get(other).orElse(null);
            if (value != null && !(value.isContainer() && value.isEmpty())) {
                throw json.problem(
                        other, "must be absent or empty: such adapters are not supported");
            }
        }
        JsonNode beginning = json.get("init_lora_weights").orElse(null);
        if (beginning != null
                && !beginning.isBoolean()
                && !(beginning.isString()
                        && HARMLESS_BEGINNINGS.contains(beginning.stringValue()))) {
            throw json.problem(
                    "init_lora_weights",
                    "must leave the model's own weights as they are, got "
                            + json.shown("init_lora_weights"));
        }
    }

    private static Optional<Set<String>> targets(Json json) {
        JsonNode value = json.get("target_modules").orElse(null);
        if (value == null) {
            throw json.problem("target_modules", "is missing, expected a list of module names");
        }
        if (value.isString()) {
            return Optional.empty();
        }
        Set<String> targets = new TreeSet<>();
        for (JsonNode target : list(json, "target_modules", value)) {
            String name = target.isString() ? target.stringValue() : "";
            String module = name.substring(name.lastIndexOf('.') + 1);
            if (!(PLAIN.matcher(name).matches() && Projection.isModule(module))) {
                throw json.problem(
                        "target_modules",
                        "names %s, expected q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj or down_proj"
                                .formatted(Invalid.quote(name)));
            }
            targets.add(name);
        }
        return Optional.of(targets);
    }

    private static Optional<Set<Integer>> layers(Json json) {
        JsonNode value = json.get("layers_to_transform").orElse(null);
        if (value == null || (value.isContainer() && value.isEmpty())) {
            return Optional.empty();
        }
        JsonNode pattern = json.get("layers_pattern").orElse(null);
        boolean ours =
                pattern == null
                        || (pattern.isContainer() && pattern.isEmpty())
                        || (pattern.isString()
                                && Set.of("", "layers").contains(pattern.stringValue()))
                        || (pattern.isArray()
                                && pattern.size() == 1
                                && pattern.get(0).stringValue("").equals("layers"));
        if (!ours) {
            throw json.problem(
                    "layers_pattern", "must be \"layers\", got " + json.shown("layers_pattern"));
        }
        Set<Integer> layers = new TreeSet<>();
        for (JsonNode layer :
                value.isArray() ? list(json, "layers_to_transform", value) : List.of(value)) {
            if (!(layer.isInt() && layer.intValue() >= 0)) {
                throw json.problem("layers_to_transform", "must hold whole numbers from 0");
            }
            layers.add(layer.intValue());
        }
        return Optional.of(layers);
    }

    /// Ranks or alphas by module. PEFT takes the first that matches; here the order must not
    /// matter.
    private static Map<String, Double> pattern(Json json, String field) {
        Optional<Json> object = json.object(field);
        Map<String, Double> byEnd = new TreeMap<>(Comparator.naturalOrder());
        if (object.isPresent()) {
            for (String key : object.get().node().propertyNames()) {
                if (!PLAIN.matcher(key).matches()) {
                    throw json.problem(
                            field,
                            "has the key %s, expected a module's name or its end"
                                    .formatted(Invalid.quote(key)));
                }
                for (String other : byEnd.keySet()) {
                    if (endsWith(key, other) || endsWith(other, key)) {
                        throw json.problem(
                                field,
                                "has the keys %s and %s, expected at most one for a module"
                                        .formatted(Invalid.quote(other), Invalid.quote(key)));
                    }
                }
                if (!(byEnd.size() < MAX_LIST)) {
                    throw json.problem(field, "has more than %d keys".formatted(MAX_LIST));
                }
                byEnd.put(key, object.get().positive(key));
            }
        }
        return byEnd;
    }

    private static List<JsonNode> list(Json json, String field, JsonNode value) {
        if (!(value.isArray() && !value.isEmpty() && value.size() <= MAX_LIST)) {
            throw json.problem(
                    field,
                    "must be a list of 1 to %d entries, got %s"
                            .formatted(MAX_LIST, json.shown(field)));
        }
        return new ArrayList<>(value.values());
    }
}
