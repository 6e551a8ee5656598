package org.quirkwatch.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.signal.Signal;

/// An item of the queue as callers see it; what was judged is at `/v1/verdicts/{verdict_id}`.
@Schema(name = "Review", description = "A flagged signal that a person looks at.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "id",
    "verdict_id",
    "status",
    "disposition",
    "p_value",
    "detector",
    "detector_digest",
    "policy",
    "opened_at",
    "reviewer",
    "claimed_until",
    "decided_at",
    "note",
    "excerpt"
})
record ReviewDocument(
        @Schema(format = "uuid", requiredMode = RequiredMode.REQUIRED) String id,
        @Schema(
                        description = "The verdict that flagged it.",
                        format = "uuid",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("verdict_id")
                String verdictId,
        @Schema(
                        description = "A claim that has expired is open.",
                        allowableValues = {"open", "claimed", "confirmed", "dismissed"},
                        requiredMode = RequiredMode.REQUIRED)
                String status,
        @Schema(
                        description = "What was answered.",
                        allowableValues = {"review", "discard"},
                        requiredMode = RequiredMode.REQUIRED)
                String disposition,
        @Schema(description = "Absent where the signal could not be scored.")
                @JsonProperty("p_value")
                @Nullable Double pValue,
        @Schema(requiredMode = RequiredMode.REQUIRED) String detector,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                String detectorDigest,
        @Schema(requiredMode = RequiredMode.REQUIRED) String policy,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("opened_at") Instant openedAt,
        @Schema(description = "Who claimed it or decided.") @Nullable String reviewer,
        @Schema(description = "Until when the claim holds.") @JsonProperty("claimed_until")
                @Nullable Instant claimedUntil,
        @JsonProperty("decided_at") @Nullable Instant decidedAt,
        @Nullable String note,
        @Schema(
                        description =
                                "The beginning of the prompt, in lists that ask for it, where it is"
                                        + " kept.")
                @Nullable String excerpt) {

    private static final int EXCERPT = 160;

    /// One page of the queue.
    @Schema(name = "Reviews", description = "Reviews in the order in which they are due.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"reviews", "next"})
    record Page(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<ReviewDocument> reviews,
            @Schema(description = "`cursor` of the next page; absent on the last.")
                    @Nullable String next) {}

    /// What `next` gives.
    @Schema(
            name = "NextReview",
            description = "The review that was claimed; none when none is open.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Next(@Nullable ReviewDocument review) {}

    /// Who claims or gives back.
    @Schema(name = "Reviewer", description = "Who looks at it.")
    record ByReviewer(
            @Schema(
                            description =
                                    "The reviewer's name. Required where access is off; else it may be"
                                            + " absent, or is the caller's.",
                            example = "reviewer-1",
                            minLength = 1,
                            maxLength = 100)
                    @Nullable String reviewer) {}

    /// What a reviewer decides.
    @Schema(name = "ReviewDecision", description = "What a reviewer holds of the signal.")
    record Decision(
            @Schema(
                            description =
                                    "The reviewer's name, as in the claim. Required where access is"
                                            + " off; else it may be absent, or is the caller's.",
                            example = "reviewer-1",
                            minLength = 1,
                            maxLength = 100)
                    @Nullable String reviewer,
            @Schema(
                            description = "`confirmed`: anomalous; `dismissed`: not.",
                            allowableValues = {"confirmed", "dismissed"},
                            requiredMode = RequiredMode.REQUIRED)
                    String outcome,
            @Schema(description = "Why.", maxLength = 4000) @Nullable String note) {}

    static ReviewDocument of(Review review) {
        return of(review, null);
    }

    /// @param signal of which the beginning is shown; null for none
    static ReviewDocument of(Review review, @Nullable Signal signal) {
        return new ReviewDocument(
                review.verdictId().toString(),
                review.verdictId().toString(),
                review.status().text(),
                review.disposition(),
                review.pValue().isPresent() ? review.pValue().getAsDouble() : null,
                review.detector(),
                review.detectorDigest(),
                review.policy(),
                review.openedAt(),
                review.reviewer().orElse(null),
                review.claimedUntil().orElse(null),
                review.decidedAt().orElse(null),
                review.note().orElse(null),
                signal == null ? null : excerpt(signal.prompt()));
    }

    /// In whole characters, spaces and ends of lines as one space.
    private static String excerpt(String prompt) {
        String begin = prompt.substring(0, Math.min(prompt.length(), 4 * EXCERPT));
        String line = begin.strip().replaceAll("\\s+", " ");
        if (line.codePointCount(0, line.length()) <= EXCERPT) {
            return begin.length() == prompt.length() ? line : line + "…";
        }
        return line.substring(0, line.offsetByCodePoints(0, EXCERPT)) + "…";
    }
}
