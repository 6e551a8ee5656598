package org.quirkwatch.verdictlog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.scoring.VerdictRecord;

/// A logged verdict beside the one that the same signal gets now.
@Schema(name = "Replay", description = "A signal judged again, beside what was answered to it.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "verdict_id",
    "logged",
    "now",
    "same_detector",
    "same_model",
    "same_disposition",
    "score_difference",
    "p_value_difference"
})
record ReplayDocument(
        @Schema(format = "uuid", requiredMode = RequiredMode.REQUIRED) @JsonProperty("verdict_id")
                String verdictId,
        @Schema(requiredMode = RequiredMode.REQUIRED) Side logged,
        @Schema(requiredMode = RequiredMode.REQUIRED) Side now,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("same_detector")
                boolean sameDetector,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("same_model") boolean sameModel,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("same_disposition")
                boolean sameDisposition,
        @Schema(description = "Score now less the logged one; absent where either has none.")
                @JsonProperty("score_difference")
                @Nullable Double scoreDifference,
        @Schema(description = "p-value now less the logged one; absent where either has none.")
                @JsonProperty("p_value_difference")
                @Nullable Double pValueDifference) {

    /// One of the two.
    @Schema(name = "ReplaySide", description = "What one of the two verdicts says.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "detector",
        "detector_digest",
        "model_digest",
        "reason",
        "ruling",
        "score",
        "p_value"
    })
    record Side(
            @Schema(requiredMode = RequiredMode.REQUIRED) String detector,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                    String detectorDigest,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("model_digest")
                    String modelDigest,
            @Schema(description = "Code of the problem where there is no score.")
                    @Nullable String reason,
            @Schema(
                            description = "What the policy says, in shadow mode too.",
                            allowableValues = {"accept", "review", "discard"},
                            requiredMode = RequiredMode.REQUIRED)
                    String ruling,
            @Nullable Double score,
            @JsonProperty("p_value") @Nullable Double pValue) {}

    /// A body that names a detector.
    @Schema(name = "ReplayRequest", description = "Which detector is to judge.")
    record Request(
            @Schema(
                            description =
                                    "Its digest, or its id where only one has it; absent for the one"
                                            + " that judges now.",
                            maxLength = 100)
                    @Nullable String detector) {}

    static ReplayDocument of(LoggedVerdict logged, VerdictRecord now) {
        Side then =
                new Side(
                        logged.detector(),
                        logged.detectorDigest(),
                        logged.modelDigest(),
                        logged.reason().orElse(null),
                        logged.ruling(),
                        boxed(logged.score()),
                        boxed(logged.pValue()));
        Side again =
                new Side(
                        now.judges().detector(),
                        now.judges().detectorDigest(),
                        now.judges().modelDigest(),
                        now.reason().orElse(null),
                        now.ruling().text(),
                        boxed(now.score()),
                        boxed(now.pValue()));
        return new ReplayDocument(
                logged.id().toString(),
                then,
                again,
                then.detectorDigest().equals(again.detectorDigest()),
                then.modelDigest().equals(again.modelDigest()),
                then.ruling().equals(again.ruling()),
                difference(logged.score(), now.score()),
                difference(logged.pValue(), now.pValue()));
    }

    private static @Nullable Double boxed(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static @Nullable Double difference(OptionalDouble then, OptionalDouble now) {
        return then.isPresent() && now.isPresent() ? now.getAsDouble() - then.getAsDouble() : null;
    }
}
