package org.quirkwatch.verdictlog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A logged verdict as callers see it.
@Schema(name = "LoggedVerdict", description = "What was answered to a signal, and when.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "verdict_id",
    "at",
    "id",
    "source",
    "status",
    "reason",
    "flagged",
    "disposition",
    "ruling",
    "score",
    "p_value",
    "detector",
    "detector_digest",
    "model",
    "model_digest",
    "policy",
    "policy_version",
    "layers",
    "signal",
    "redacted_at",
    "answer"
})
record LoggedVerdictDocument(
        @Schema(format = "uuid", requiredMode = RequiredMode.REQUIRED) @JsonProperty("verdict_id")
                String verdictId,
        @Schema(description = "When it was given.", requiredMode = RequiredMode.REQUIRED)
                Instant at,
        @Schema(description = "The signal's id.", requiredMode = RequiredMode.REQUIRED) String id,
        @Schema(
                        description = "What brought the signal.",
                        example = "http",
                        requiredMode = RequiredMode.REQUIRED)
                String source,
        @Schema(
                        allowableValues = {"scored", "unscored"},
                        requiredMode = RequiredMode.REQUIRED)
                String status,
        @Schema(
                        description = "Code of the problem of an unscored verdict.",
                        example = "prompt-too-long")
                @Nullable String reason,
        @Schema(requiredMode = RequiredMode.REQUIRED) boolean flagged,
        @Schema(
                        description = "What was answered.",
                        allowableValues = {"accept", "review", "discard"},
                        requiredMode = RequiredMode.REQUIRED)
                String disposition,
        @Schema(
                        description =
                                "What the policy said; another than the disposition in shadow mode.",
                        allowableValues = {"accept", "review", "discard"},
                        requiredMode = RequiredMode.REQUIRED)
                String ruling,
        @Nullable Double score,
        @JsonProperty("p_value") @Nullable Double pValue,
        @Schema(requiredMode = RequiredMode.REQUIRED) String detector,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                String detectorDigest,
        @Schema(requiredMode = RequiredMode.REQUIRED) String model,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("model_digest")
                String modelDigest,
        @Schema(requiredMode = RequiredMode.REQUIRED) String policy,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("policy_version")
                int policyVersion,
        @Schema(
                        description = "The raw score of each layer; not in lists.",
                        example = "{\"blocks.1.hook_resid_pre\": 3.2}")
                @Nullable Map<String, Double> layers,
        @Schema(description = "The signal's texts, where they are kept; not in lists.")
                @Nullable Texts signal,
        @Schema(description = "When its texts were removed on request.")
                @JsonProperty("redacted_at")
                @Nullable Instant redactedAt,
        @Schema(description = "What the caller got; not in lists.", implementation = Object.class)
                @JsonRawValue
                @Nullable String answer) {

    /// What is kept of a signal beside its id.
    @Schema(name = "LoggedSignal", description = "The texts of a signal.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"prompt", "label", "choices", "metadata"})
    record Texts(
            @Schema(requiredMode = RequiredMode.REQUIRED) String prompt,
            @Nullable String label,
            @Schema(requiredMode = RequiredMode.REQUIRED) List<String> choices,
            @Schema(requiredMode = RequiredMode.REQUIRED) Map<String, Object> metadata) {}

    /// One page of the log.
    @Schema(name = "LoggedVerdicts", description = "Verdicts, the newest first.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"verdicts", "next"})
    record Page(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<LoggedVerdictDocument> verdicts,
            @Schema(description = "`cursor` of the next page; absent on the last.")
                    @Nullable String next) {}

    /// A row of a list.
    static LoggedVerdictDocument brief(LoggedVerdict verdict) {
        return of(verdict, null, null, null);
    }

    /// A row with all that is kept of it.
    static LoggedVerdictDocument whole(LoggedVerdict verdict, SignalJson json) {
        Texts texts =
                verdict.signal()
                        .map(text -> json.signal(verdict.signalId(), text))
                        .map(s -> new Texts(s.prompt(), s.label(), s.choices(), s.metadata()))
                        .orElse(null);
        return of(verdict, json.layers(verdict.layers()), texts, verdict.answer());
    }

    private static LoggedVerdictDocument of(
            LoggedVerdict verdict,
            @Nullable Map<String, Double> layers,
            @Nullable Texts texts,
            @Nullable String answer) {
        return new LoggedVerdictDocument(
                verdict.id().toString(),
                verdict.at(),
                verdict.signalId(),
                verdict.source(),
                verdict.reason().isPresent() ? "unscored" : "scored",
                verdict.reason().orElse(null),
                !verdict.disposition().equals("accept"),
                verdict.disposition(),
                verdict.ruling(),
                verdict.score().isPresent() ? verdict.score().getAsDouble() : null,
                verdict.pValue().isPresent() ? verdict.pValue().getAsDouble() : null,
                verdict.detector(),
                verdict.detectorDigest(),
                verdict.model(),
                verdict.modelDigest(),
                verdict.policy(),
                verdict.policyVersion(),
                layers,
                texts,
                verdict.redactedAt().orElse(null),
                answer);
    }
}
