package org.quirkwatch.checkpoint;

import java.util.List;
import java.util.Optional;

/// The linear maps of a block: what LoRA adapters may change.
enum Projection {
    Q("self_attn.q_proj"),
    K("self_attn.k_proj"),
    V("self_attn.v_proj"),
    O("self_attn.o_proj"),
    GATE("mlp.gate_proj"),
    UP("mlp.up_proj"),
    DOWN("mlp.down_proj");

    private final String module;

    Projection(String module) {
        this.module = module;
    }

    static List<Projection> ofAttention() {
        return List.of(Q, K, V, O);
    }

    static List<Projection> ofMlp() {
        return List.of(GATE, UP, DOWN);
    }

    /// The projection of a module name within a block, such as `self_attn.q_proj`.
    static Optional<Projection> ofModule(String module) {
        for (Projection projection : values()) {
            if (projection.module.equals(module)) {
                return Optional.of(projection);
            }
        }
        return Optional.empty();
    }

    /// Whether a name without its parents, such as `q_proj`, is that of a projection.
    static boolean isModule(String name) {
        for (Projection projection : values()) {
            if (projection.module.endsWith("." + name)) {
                return true;
            }
        }
        return false;
    }

    /// The module's name in the whole model, such as `model.layers.3.self_attn.q_proj`.
    String module(int layer) {
        return "model.layers." + layer + "." + module;
    }

    /// The weight `[out, in]` of a block.
    DecoderLayout.Slot slot(DecoderConfig config, int layer) {
        return new DecoderLayout.Slot(module(layer) + ".weight", out(config), in(config));
    }

    private long out(DecoderConfig config) {
        return switch (this) {
            case Q -> (long) config.nHeads() * config.dHead();
            case K, V -> (long) config.nKvHeads() * config.dHead();
            case GATE, UP -> config.dMlp();
            case O, DOWN -> config.dModel();
        };
    }

    private long in(DecoderConfig config) {
        return switch (this) {
            case Q, K, V, GATE, UP -> config.dModel();
            case O -> (long) config.nHeads() * config.dHead();
            case DOWN -> config.dMlp();
        };
    }
}
