package org.quirkwatch.review;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/// How long the queue is, over HTTP.
@Tag(name = "Reviews", description = "Flagged signals that people look at.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
final class ReviewCountsController {

    private final ReviewQueue queue;

    ReviewCountsController(ReviewQueue queue) {
        this.queue = queue;
    }

    /// How many reviews there are.
    @Schema(name = "ReviewCounts", description = "How many reviews there are of each status.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"open", "claimed", "confirmed", "dismissed", "oldest_undecided_at"})
    record Counts(
            @Schema(requiredMode = RequiredMode.REQUIRED) long open,
            @Schema(requiredMode = RequiredMode.REQUIRED) long claimed,
            @Schema(requiredMode = RequiredMode.REQUIRED) long confirmed,
            @Schema(requiredMode = RequiredMode.REQUIRED) long dismissed,
            @Schema(description = "When the oldest was opened on which nobody has decided.")
                    @JsonProperty("oldest_undecided_at")
                    @Nullable Instant oldestUndecidedAt) {}

    @Operation(
            operationId = "countReviews",
            summary = "Count the reviews of each status",
            description = "A claim that has expired counts as open.")
    @Problems(ProblemCode.LOG_UNAVAILABLE)
    @GetMapping(path = "/v1/reviews/counts", produces = MediaType.APPLICATION_JSON_VALUE)
    Counts counts() {
        Map<ReviewStatus, Long> depths = queue.depths();
        return new Counts(
                depths.getOrDefault(ReviewStatus.OPEN, 0L),
                depths.getOrDefault(ReviewStatus.CLAIMED, 0L),
                depths.getOrDefault(ReviewStatus.CONFIRMED, 0L),
                depths.getOrDefault(ReviewStatus.DISMISSED, 0L),
                queue.oldest().orElse(null));
    }
}
