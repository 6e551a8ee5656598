package org.quirkwatch.review;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.verdictlog.VerdictQueries;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The queue over HTTP.
@Tag(name = "Reviews", description = "Flagged signals that people look at.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/reviews", produces = MediaType.APPLICATION_JSON_VALUE)
final class ReviewController {

    private static final int MOST = 500;
    private static final List<String> DISPOSITIONS = List.of("review", "discard");
    private static final String ID = "The review's id.";

    private final ReviewQueue queue;
    private final ReviewOutcomes outcomes;
    private final ReviewBodies bodies;
    private final VerdictQueries verdicts;

    ReviewController(
            ReviewQueue queue,
            ReviewOutcomes outcomes,
            ReviewBodies bodies,
            VerdictQueries verdicts) {
        this.verdicts = verdicts;
        this.queue = queue;
        this.outcomes = outcomes;
        this.bodies = bodies;
    }

    @Operation(
            operationId = "listReviews",
            summary = "List the queue, what is due first",
            description =
                    "Due is when it was flagged, less an hour for each factor of ten by which its"
                            + " p-value is below one.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping
    ReviewDocument.Page list(
            @Parameter(
                            description = "Only these.",
                            schema =
                                    @Schema(
                                            allowableValues = {
                                                "open",
                                                "claimed",
                                                "confirmed",
                                                "dismissed"
                                            }))
                    @RequestParam(required = false)
                    @Nullable String status,
            @Parameter(
                            description = "Only what was answered so.",
                            schema = @Schema(allowableValues = {"review", "discard"}))
                    @RequestParam(required = false)
                    @Nullable String disposition,
            @Parameter(description = "Only of this detector, by its id or digest.")
                    @RequestParam(required = false)
                    @Nullable String detector,
            @Parameter(description = "Whether the prompts' beginnings are given.")
                    @RequestParam(defaultValue = "false")
                    boolean excerpts,
            @Parameter(description = "`next` of the page before.") @RequestParam(required = false)
                    @Nullable String cursor,
            @Parameter(
                            description = "Reviews of a page.",
                            schema = @Schema(minimum = "1", maximum = "500"))
                    @RequestParam(defaultValue = "50")
                    int limit) {
        if (!(limit >= 1 && limit <= MOST)) {
            throw invalid("limit must be 1 to %d, got %d".formatted(MOST, limit));
        }
        if (disposition != null && !DISPOSITIONS.contains(disposition)) {
            throw invalid("disposition must be one of review, discard");
        }
        // One more tells whether there is another page.
        List<Review> found =
                queue.page(
                        new ReviewFilter(
                                status == null ? null : status(status), disposition, detector),
                        cursor == null
                                ? null
                                : uuid(
                                        cursor,
                                        invalid("cursor must be the `next` of another page")),
                        limit + 1);
        List<Review> page = found.subList(0, Math.min(limit, found.size()));
        Map<UUID, Signal> signals =
                excerpts
                        ? verdicts.signals(page.stream().map(Review::verdictId).toList())
                        : Map.of();
        return new ReviewDocument.Page(
                page.stream()
                        .map(review -> ReviewDocument.of(review, signals.get(review.verdictId())))
                        .toList(),
                found.size() > limit ? page.getLast().verdictId().toString() : null);
    }

    @Operation(operationId = "getReview", summary = "Show a review")
    @Problems({ProblemCode.NOT_FOUND, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping("/{id}")
    ReviewDocument get(@Parameter(description = ID) @PathVariable String id) {
        return ReviewDocument.of(queue.get(id(id)));
    }

    @Operation(
            operationId = "claimNextReview",
            summary = "Claim the review that is due next",
            description =
                    "Safe for any number of reviewers at once: none gets what another has. The claim"
                            + " holds for `quirkwatch.review.lease`; then the review is open again.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ReviewDocument.ByReviewer
                                                                            .class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_REVIEW,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping(path = "/next", consumes = MediaType.APPLICATION_JSON_VALUE)
    ReviewDocument.Next next(@Parameter(hidden = true) HttpServletRequest request) {
        return new ReviewDocument.Next(
                queue.claimNext(bodies.reviewer(request)).map(ReviewDocument::of).orElse(null));
    }

    @Operation(
            operationId = "claimReview",
            summary = "Claim a review, or more time for one's own",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ReviewDocument.ByReviewer
                                                                            .class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.NOT_FOUND,
        ProblemCode.REVIEW_CONFLICT,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_REVIEW,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping(path = "/{id}/claim", consumes = MediaType.APPLICATION_JSON_VALUE)
    ReviewDocument claim(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        return ReviewDocument.of(queue.claim(id(id), bodies.reviewer(request)));
    }

    @Operation(
            operationId = "releaseReview",
            summary = "Give a claimed review back",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ReviewDocument.ByReviewer
                                                                            .class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.NOT_FOUND,
        ProblemCode.REVIEW_CONFLICT,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_REVIEW,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping(path = "/{id}/release", consumes = MediaType.APPLICATION_JSON_VALUE)
    ReviewDocument release(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        return ReviewDocument.of(queue.release(id(id), bodies.reviewer(request)));
    }

    @Operation(
            operationId = "decideReview",
            summary = "Confirm or dismiss a claimed review",
            description =
                    "By the reviewer who holds the claim; a step that the state does not allow is"
                            + " refused and says the state. The same decision again is answered as"
                            + " before.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ReviewDocument.Decision
                                                                            .class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.NOT_FOUND,
        ProblemCode.REVIEW_CONFLICT,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_REVIEW,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping(path = "/{id}/decision", consumes = MediaType.APPLICATION_JSON_VALUE)
    ReviewDocument decide(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        ReviewBodies.Decision decision = bodies.decision(request);
        return ReviewDocument.of(
                queue.decide(id(id), decision.reviewer(), decision.outcome(), decision.note()));
    }

    @Operation(
            operationId = "getReviewOutcomes",
            summary = "Show which share of each detector's flags people dismissed")
    @Problems(ProblemCode.LOG_UNAVAILABLE)
    @GetMapping("/outcomes")
    OutcomesDocument outcomes() {
        return OutcomesDocument.of(outcomes.rates());
    }

    @Operation(
            operationId = "proposeRecalibration",
            summary = "Propose levels from the outcomes of reviews",
            description =
                    "For each detector and policy the largest significance level, at or below the"
                            + " present one, at which people would have confirmed at least the target"
                            + " share of what is flagged. Reviewers take the smallest p-values first,"
                            + " so few decisions say little of the larger ones. Nothing is changed:"
                            + " `PUT /v1/policies/{id}/levels` applies one.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping("/recalibration")
    OutcomesDocument.Recalibration recalibration(
            @Parameter(
                            description = "The share of flags that should be confirmed.",
                            schema =
                                    @Schema(
                                            minimum = "0",
                                            exclusiveMinimum = true,
                                            maximum = "1",
                                            exclusiveMaximum = true))
                    @RequestParam(name = "target_precision", defaultValue = "0.5")
                    double target) {
        if (!(target > 0 && target < 1)) {
            throw invalid("target_precision must be in (0, 1), got " + target);
        }
        return OutcomesDocument.proposals(outcomes.proposals(target));
    }

    private static ReviewStatus status(String text) {
        for (ReviewStatus status : ReviewStatus.values()) {
            if (status.text().equals(text)) {
                return status;
            }
        }
        throw invalid("status must be one of open, claimed, confirmed, dismissed");
    }

    private static UUID id(String text) {
        return uuid(text, new Problem(ProblemCode.NOT_FOUND, "there is no such review"));
    }

    private static UUID uuid(String text, Problem otherwise) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw otherwise;
        }
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_REQUEST, detail);
    }
}
