package org.quirkwatch.signal;

/// How large a signal may be. Every limit is inclusive.
///
/// @param maxLineBytes bytes of one signal's JSON, and so of one line of a file of signals
/// @param maxIdChars characters of an `id`
/// @param maxPromptChars characters of a `prompt`
/// @param maxLabelChars characters of a `label` and of each choice
/// @param maxChoices entries of `choices`, 2 or more
/// @param maxMetadataBytes bytes of `metadata` as compact JSON
public record SignalLimits(
        int maxLineBytes,
        int maxIdChars,
        int maxPromptChars,
        int maxLabelChars,
        int maxChoices,
        int maxMetadataBytes) {

    /// Room for a prompt of about 50 000 tokens.
    public static final SignalLimits DEFAULT =
            new SignalLimits(1 << 20, 200, 200_000, 8_192, 64, 16_384);

    /// Checks that every limit leaves room for something.
    public SignalLimits {
        requireAtLeast("max-line-bytes", maxLineBytes, 64);
        requireAtLeast("max-id-chars", maxIdChars, 1);
        requireAtLeast("max-prompt-chars", maxPromptChars, 1);
        requireAtLeast("max-label-chars", maxLabelChars, 1);
        requireAtLeast("max-choices", maxChoices, 2);
        requireAtLeast("max-metadata-bytes", maxMetadataBytes, 2);
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (!(value >= least)) {
            throw new IllegalArgumentException(
                    "%s must be %d or more, got %d".formatted(name, least, value));
        }
    }
}
