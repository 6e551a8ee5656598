package org.quirkwatch.evaluation;

/// Names of layers, short enough for the head of a column.
final class LayerNames {

    private LayerNames() {}

    /// Without what all of them have: `blocks.2.hook_resid_post` becomes `2 resid_post`.
    static String shortened(String layer) {
        return layer.replaceFirst("^[a-z0-9-]+:", "")
                .replaceFirst("^blocks\\.(\\d+)\\.?", "$1 ")
                .replace("hook_", "")
                .replace("attn.", "")
                .strip();
    }
}
