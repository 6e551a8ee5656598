package org.quirkwatch.artifact;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The texts of an artifact's examples as a file that people can read: one JSON object per line,
/// with prompt, label and choices.
final class ExamplesFile {

    static final String NAME = "examples.jsonl";

    /// Escapes make a byte of text six bytes at most; the names come on top.
    static final int MOST_BYTES = 7 * TrustedExamples.MOST_TEXTS_BYTES;

    private static final JsonMapper JSON = ManifestJson.strict();

    private ExamplesFile() {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Line(
            @Nullable String prompt, @Nullable String label, @Nullable List<String> choices) {}

    static byte[] write(List<TrustedExamples.Text> texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (TrustedExamples.Text text : texts) {
            Line line =
                    new Line(
                            text.prompt(),
                            text.label(),
                            text.choices().isEmpty() ? null : text.choices());
            bytes.writeBytes(JSON.writeValueAsBytes(line));
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    /// @throws IllegalArgumentException for what is no such file: names the line
    static List<TrustedExamples.Text> read(byte[] bytes) {
        List<TrustedExamples.Text> texts = new ArrayList<>();
        for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            int number = texts.size() + 1;
            if (number > TrustedExamples.MOST) {
                throw new IllegalArgumentException(
                        "more than %d lines, which is the limit".formatted(TrustedExamples.MOST));
            }
            texts.add(text(line, number));
        }
        return texts;
    }

    private static TrustedExamples.Text text(String json, int number) {
        try {
            Line line = JSON.readValue(json, Line.class);
            if (line.prompt() == null) {
                throw new IllegalArgumentException("line %d has no prompt".formatted(number));
            }
            return new TrustedExamples.Text(
                    line.prompt(),
                    line.label(),
                    line.choices() == null ? List.of() : line.choices());
        } catch (JacksonException e) {
            throw new IllegalArgumentException("line %d is no example".formatted(number), e);
        }
    }
}
