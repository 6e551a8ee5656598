package org.quirkwatch.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The linear maps of a block: what LoRA adapters may change. They stand in the order in which
/// [DecoderWeights] carries them.
public enum Projection {
    /// Queries of the attention.
    Q("self_attn.q_proj"),
    /// Keys of the attention.
    K("self_attn.k_proj"),
    /// Values of the attention.
    V("self_attn.v_proj"),
    /// What the attention adds to the stream.
    O("self_attn.o_proj"),
    /// The gate of the MLP.
    GATE("mlp.gate_proj"),
    /// What the gate of the MLP lets through.
    UP("mlp.up_proj"),
    /// What the MLP adds to the stream.
    DOWN("mlp.down_proj");

    private final String module;

    Projection(String module) {
        this.module = module;
    }

    /// The name on the command line, such as `gate`.
    ///
    /// @return lower case
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The projection of a name.
    ///
    /// @param text as [#text] gives it
    /// @throws Problem `invalid-request` naming the seven
    public static Projection parse(String text) {
        return Arrays.stream(values())
                .filter(projection -> projection.text().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_REQUEST,
                                "unknown projection \"%s\", known are %s"
                                        .formatted(
                                                text,
                                                Arrays.stream(values())
                                                        .map(Projection::text)
                                                        .collect(Collectors.joining(", ")))));
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

    /// The module's own name, such as `q_proj`.
    String ownName() {
        return module.substring(module.indexOf('.') + 1);
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
