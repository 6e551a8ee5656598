package org.quirkwatch.feature;

/// A layer of a feature.
///
/// @param name such as `blocks.1.hook_resid_pre`
/// @param block the block of the model that it belongs to, from 0: layers of several features that
///   share one can be merged
/// @param heads attention heads that its columns belong to; 0 where they belong to none
/// @param run columns that follow each other and belong to one head, before those of the next; 1
///   where there are no heads
public record FeatureLayer(String name, int block, int heads, int run) {

    /// A layer whose columns belong to no head.
    static FeatureLayer plain(String name, int block) {
        return new FeatureLayer(name, block, 0, 1);
    }

    /// The head that a column belongs to.
    public int headOf(int column) {
        return column / run % heads;
    }
}
