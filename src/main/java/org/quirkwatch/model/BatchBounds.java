package org.quirkwatch.model;

/// How much one pass of the model may carry.
///
/// @param maxSignals signals, 1 or more
/// @param maxTokens tokens with all rows filled up to the longest, 1 or more; a signal that alone
///   has more passes alone
public record BatchBounds(int maxSignals, int maxTokens) {

    /// 32 signals, 16 384 tokens: a pass is as efficient as one of 64, and whoever waits for it
    /// waits half as long.
    public static final BatchBounds DEFAULT = new BatchBounds(32, 16_384);

    /// 64 signals, 8 192 tokens: for a whole file, where nobody waits for a single signal.
    public static final BatchBounds BULK = new BatchBounds(64, 8_192);

    /// Checks the ranges.
    public BatchBounds {
        if (!(maxSignals >= 1 && maxTokens >= 1)) {
            throw new IllegalArgumentException(
                    "a batch must hold 1 signal and 1 token or more, got %d and %d"
                            .formatted(maxSignals, maxTokens));
        }
    }
}
