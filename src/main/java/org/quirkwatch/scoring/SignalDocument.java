package org.quirkwatch.scoring;

import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The published shape of a signal; [org.quirkwatch.signal.SignalParser] reads it. The ranges are
/// those of the default limits.
@Schema(
        name = "Signal",
        description = "A training signal: a prompt and the label that somebody gave it.",
        additionalProperties = Schema.AdditionalPropertiesValue.FALSE,
        example =
                """
                {"id": "s-17", "prompt": "Name: Fiona\\n\\n12 + 34 = 46\\n\\nTrue:", "label": " Yes",
                 "choices": [" No", " Yes"], "policy": "default", "metadata": {"dataset": "x"}}
                """)
record SignalDocument(
        @Schema(
                        description = "The caller's name for it; made by the service when absent.",
                        example = "s-17",
                        minLength = 1,
                        maxLength = 200)
                @Nullable String id,
        @Schema(
                        description = "What the model reads; not blank.",
                        example = "Name: Fiona\n\n12 + 34 = 46\n\nTrue:",
                        minLength = 1,
                        maxLength = 200_000,
                        requiredMode = RequiredMode.REQUIRED)
                String prompt,
        @Schema(
                        description =
                                "The label that is judged, with a leading space where the tokenizer"
                                        + " wants one; not blank.",
                        example = " Yes",
                        minLength = 1,
                        maxLength = 8_192,
                        requiredMode = RequiredMode.REQUIRED)
                String label,
        @ArraySchema(
                        arraySchema =
                                @Schema(
                                        description =
                                                "The possible labels, the label among them. They"
                                                        + " make the objective log-odds; without"
                                                        + " them it is the label's"
                                                        + " log-probability.",
                                        example = "[\" No\", \" Yes\"]"),
                        minItems = 2,
                        maxItems = 64,
                        uniqueItems = true,
                        schema = @Schema(minLength = 1, maxLength = 8_192))
                @Nullable List<String> choices,
        @Schema(
                        description = "The policy to judge by; `default` when absent.",
                        example = "default",
                        minLength = 1,
                        maxLength = 200)
                @Nullable String policy,
        @Schema(
                        description = "The caller's own notes, not looked at; at most 16 KiB.",
                        example = "{\"dataset\": \"x\"}",
                        additionalProperties = Schema.AdditionalPropertiesValue.TRUE)
                @Nullable Map<String, Object> metadata) {

    /// The published shape of a batch.
    @Schema(
            name = "SignalBatch",
            description = "Signals that are judged together.",
            additionalProperties = Schema.AdditionalPropertiesValue.FALSE)
    record Batch(
            @ArraySchema(
                            arraySchema = @Schema(requiredMode = RequiredMode.REQUIRED),
                            minItems = 1,
                            maxItems = 1_024)
                    List<SignalDocument> signals) {}

    /// The verdicts on a batch.
    @Schema(name = "VerdictBatch", description = "One verdict per signal, in the same order.")
    record Verdicts(
            @ArraySchema(arraySchema = @Schema(requiredMode = RequiredMode.REQUIRED), minItems = 1)
                    List<VerdictDocument> verdicts) {}
}
