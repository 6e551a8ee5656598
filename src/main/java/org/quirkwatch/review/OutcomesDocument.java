package org.quirkwatch.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What people made of the flags, as callers see it.
///
/// @param detectors each version that has a decision, the latest first
@Schema(name = "ReviewOutcomes", description = "What people made of what detectors flagged.")
record OutcomesDocument(@Schema(requiredMode = RequiredMode.REQUIRED) List<Rate> detectors) {

    /// One version of a detector.
    @Schema(name = "OverturnRate", description = "The share of flags that people dismissed.")
    @JsonPropertyOrder({
        "detector",
        "detector_digest",
        "confirmed",
        "dismissed",
        "overturn_rate",
        "confidence_interval"
    })
    record Rate(
            @Schema(requiredMode = RequiredMode.REQUIRED) String detector,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                    String detectorDigest,
            @Schema(requiredMode = RequiredMode.REQUIRED) long confirmed,
            @Schema(requiredMode = RequiredMode.REQUIRED) long dismissed,
            @Schema(minimum = "0", maximum = "1", requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("overturn_rate")
                    double overturnRate,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("confidence_interval")
                    Range interval) {}

    /// An interval of a share.
    @Schema(
            name = "ConfidenceInterval",
            description = "Clopper and Pearson's, at a confidence of 0.95.")
    record Range(
            @Schema(minimum = "0", maximum = "1", requiredMode = RequiredMode.REQUIRED) double low,
            @Schema(minimum = "0", maximum = "1", requiredMode = RequiredMode.REQUIRED)
                    double high) {

        static Range of(ClopperPearson interval) {
            return new Range(interval.low(), interval.high());
        }
    }

    /// What the outcomes propose.
    ///
    /// @param proposals each detector, policy and level that has a decision, the latest first
    @Schema(
            name = "Recalibration",
            description = "Levels that the outcomes of reviews propose. Nothing is changed.")
    record Recalibration(@Schema(requiredMode = RequiredMode.REQUIRED) List<Proposal> proposals) {}

    /// What is proposed for one policy.
    @Schema(name = "RecalibrationProposal", description = "A level for one detector and policy.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "detector",
        "detector_digest",
        "policy",
        "alpha_review",
        "target_precision",
        "proposed_alpha_review",
        "levels"
    })
    record Proposal(
            @Schema(requiredMode = RequiredMode.REQUIRED) String detector,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                    String detectorDigest,
            @Schema(requiredMode = RequiredMode.REQUIRED) String policy,
            @Schema(description = "The level of the flags.", requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("alpha_review")
                    double alphaReview,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("target_precision")
                    double targetPrecision,
            @Schema(
                            description =
                                    "The largest level whose precision is at least the target with"
                                            + " confidence; absent where there is none.")
                    @JsonProperty("proposed_alpha_review")
                    @Nullable Double proposedAlphaReview,
            @Schema(
                            description = "From the level of the flags down.",
                            requiredMode = RequiredMode.REQUIRED)
                    List<Level> levels) {}

    /// One level.
    @Schema(
            name = "RecalibrationLevel",
            description = "What of the reviewed signals a level would have flagged.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"alpha_review", "confirmed", "dismissed", "precision"})
    record Level(
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("alpha_review")
                    double alphaReview,
            @Schema(requiredMode = RequiredMode.REQUIRED) long confirmed,
            @Schema(requiredMode = RequiredMode.REQUIRED) long dismissed,
            @Schema(description = "Holds for all levels together; absent where none was reviewed.")
                    @Nullable Range precision) {}

    static OutcomesDocument of(List<ReviewOutcomes.Rate> rates) {
        return new OutcomesDocument(
                rates.stream()
                        .map(rate ->
                                new Rate(
                                        rate.detector(),
                                        rate.detectorDigest(),
                                        rate.confirmed(),
                                        rate.dismissed(),
                                        rate.overturned(),
                                        Range.of(rate.interval())))
                        .toList());
    }

    static Recalibration proposals(List<ReviewOutcomes.Proposal> proposals) {
        return new Recalibration(proposals.stream().map(OutcomesDocument::proposal).toList());
    }

    private static Proposal proposal(ReviewOutcomes.Proposal proposal) {
        return new Proposal(
                proposal.detector(),
                proposal.detectorDigest(),
                proposal.policy(),
                proposal.alpha(),
                proposal.target(),
                proposal.proposed().map(ReviewOutcomes.Level::alpha).orElse(null),
                proposal.levels().stream()
                        .map(level ->
                                new Level(
                                        level.alpha(),
                                        level.confirmed(),
                                        level.dismissed(),
                                        level.precision().map(Range::of).orElse(null)))
                        .toList());
    }
}
