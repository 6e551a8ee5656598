package org.quirkwatch.artifact;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.linalg.Matrix;

/// Some of the trusted signals that a detector was fitted on, with what it saw of them: for a
/// person who asks what a flagged signal should have looked like. They have no part in any score.
/// Immutable.
///
/// @param texts `[n]`, n from 0 to [#MOST]
/// @param features of each layer, `[n, width]` by the layer's name, all of single precision; no
///   layer where n is 0
public record TrustedExamples(List<Text> texts, SequencedMap<String, Matrix> features) {

    /// Examples of one artifact.
    public static final int MOST = 2_000;

    /// Numbers of their features: 16 MiB in the file.
    public static final int MOST_VALUES = 1 << 22;

    /// Bytes of one example's texts in UTF-8; a longer one is no example.
    public static final int MOST_TEXT_BYTES = 16 << 10;

    /// Bytes of all of their texts.
    public static final int MOST_TEXTS_BYTES = 1 << 20;

    /// None.
    public static final TrustedExamples NONE =
            new TrustedExamples(List.of(), new LinkedHashMap<>());

    /// What one example says.
    ///
    /// @param label null where the signal had none
    /// @param choices empty where it had none
    public record Text(String prompt, @Nullable String label, List<String> choices) {

        /// Copies the list.
        public Text {
            choices = List.copyOf(choices);
        }

        /// Its bytes in UTF-8.
        public int bytes() {
            int bytes = bytes(prompt) + (label == null ? 0 : bytes(label));
            return bytes + choices.stream().mapToInt(Text::bytes).sum();
        }

        private static int bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
    }

    /// Copies and checks.
    ///
    /// @throws IllegalArgumentException for too many, for texts that are too long, for rows that
    ///   are not as many, or numbers that are not finite and of single precision
    public TrustedExamples {
        texts = List.copyOf(texts);
        features = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(features));
        if (!(texts.size() <= MOST)) {
            throw new IllegalArgumentException(
                    "there are %d examples, at most %d".formatted(texts.size(), MOST));
        }
        if (!(texts.stream().mapToLong(Text::bytes).sum() <= MOST_TEXTS_BYTES)) {
            throw new IllegalArgumentException(
                    "the examples' texts have more than %d bytes".formatted(MOST_TEXTS_BYTES));
        }
        if (texts.isEmpty() != features.isEmpty()) {
            throw new IllegalArgumentException(
                    "there are %d examples with features of %d layers"
                            .formatted(texts.size(), features.size()));
        }
        int n = texts.size();
        features.forEach((layer, rows) -> requireRows(layer, rows, n));
    }

    private static void requireRows(String layer, Matrix rows, int n) {
        if (rows.rows() != n) {
            throw new IllegalArgumentException(
                    "layer %s has %d rows for %d examples".formatted(layer, rows.rows(), n));
        }
        for (double value : rows.toArray()) {
            // Also false for NaN, and for what overflows.
            if (!((float) value == value && Double.isFinite(value))) {
                throw new IllegalArgumentException(
                        "the examples' features of layer %s must be finite and of single precision,"
                                        .formatted(layer)
                                + " got "
                                + value);
            }
        }
    }

    /// Whether there is none.
    public boolean isEmpty() {
        return texts.isEmpty();
    }

    /// Checks against what was fitted.
    ///
    /// @param widths of the detector's layers
    /// @throws IllegalArgumentException for other layers or widths
    void require(Map<String, Integer> widths) {
        if (isEmpty()) {
            return;
        }
        if (!features.keySet().equals(widths.keySet())) {
            throw new IllegalArgumentException(
                    "examples have features of %s, the detector scores %s"
                            .formatted(features.keySet(), widths.keySet()));
        }
        features.forEach((layer, rows) -> {
            if (!Integer.valueOf(rows.columns()).equals(widths.get(layer))) {
                throw new IllegalArgumentException(
                        "the examples of layer %s have %d columns, the detector %s"
                                .formatted(layer, rows.columns(), widths.get(layer)));
            }
        });
    }
}
