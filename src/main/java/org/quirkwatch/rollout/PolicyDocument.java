package org.quirkwatch.rollout;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.quirkwatch.scoring.Policy;

/// A policy as callers see it.
@Schema(name = "Policy", description = "How a p-value becomes a disposition.")
@JsonPropertyOrder({
    "id",
    "version",
    "alpha_review",
    "alpha_discard",
    "on_unscored",
    "mode",
    "applied"
})
record PolicyDocument(
        @Schema(example = "default", requiredMode = RequiredMode.REQUIRED) String id,
        @Schema(
                        description = "Raised with each change.",
                        minimum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                int version,
        @Schema(
                        description = "Significance level below which a signal is not accepted.",
                        example = "0.01",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("alpha_review")
                double alphaReview,
        @Schema(
                        description = "Significance level below which it is discarded.",
                        example = "0.001",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("alpha_discard")
                double alphaDiscard,
        @Schema(
                        allowableValues = {"review", "discard"},
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("on_unscored")
                String onUnscored,
        @Schema(
                        allowableValues = {"enforce", "shadow"},
                        requiredMode = RequiredMode.REQUIRED)
                String mode,
        @Schema(
                        description =
                                "Levels that were applied on request, the last first; at most 50.",
                        requiredMode = RequiredMode.REQUIRED)
                List<Applied> applied) {

    /// Levels that were applied.
    @Schema(name = "AppliedLevels", description = "Levels that were applied on request.")
    @JsonPropertyOrder({"version", "alpha_review", "alpha_discard", "at", "by", "reason"})
    record Applied(
            @Schema(requiredMode = RequiredMode.REQUIRED) int version,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("alpha_review")
                    double alphaReview,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("alpha_discard")
                    double alphaDiscard,
            @Schema(requiredMode = RequiredMode.REQUIRED) Instant at,
            @Schema(description = "Who asked for it.", requiredMode = RequiredMode.REQUIRED)
                    String by,
            @Schema(description = "What they rest on.", requiredMode = RequiredMode.REQUIRED)
                    String reason) {}

    /// The policies that hold.
    @Schema(name = "Policies", description = "The policies that hold.")
    record Listing(@Schema(requiredMode = RequiredMode.REQUIRED) List<PolicyDocument> policies) {}

    /// A body that asks for a level.
    @Schema(name = "LevelRequest", description = "A level that the reviews propose.")
    @JsonPropertyOrder({"alpha_review", "target_precision"})
    record Request(
            @Schema(
                            description = "As `/v1/reviews/recalibration` proposes it.",
                            minimum = "0",
                            exclusiveMinimum = true,
                            maximum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("alpha_review")
                    double alphaReview,
            @Schema(
                            description = "The share of flags that should be confirmed.",
                            defaultValue = "0.5",
                            minimum = "0",
                            exclusiveMinimum = true,
                            maximum = "1")
                    @JsonProperty("target_precision")
                    Double targetPrecision) {}

    static PolicyDocument of(Policy policy, List<PolicyLevel> levels) {
        return new PolicyDocument(
                policy.id(),
                policy.version(),
                policy.alphaReview(),
                policy.alphaDiscard(),
                policy.onUnscored().name().toLowerCase(Locale.ROOT),
                policy.mode().text(),
                levels.stream()
                        .map(level ->
                                new Applied(
                                        level.version(),
                                        level.alphaReview(),
                                        level.alphaDiscard(),
                                        level.at(),
                                        level.actor(),
                                        level.reason()))
                        .toList());
    }
}
