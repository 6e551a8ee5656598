package org.quirkwatch.verdictlog;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.audit.Act;
import org.quirkwatch.audit.Audit;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Rejudging;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.JsonFields;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The log over HTTP.
@Tag(name = "Verdicts", description = "What was answered.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/verdicts", produces = MediaType.APPLICATION_JSON_VALUE)
final class VerdictController {

    private static final List<String> DISPOSITIONS = List.of("accept", "review", "discard");
    private static final int MOST = 500;
    private static final int MAX_DETECTOR = 100;
    private static final Duration REPLAY_WAIT = Duration.ofSeconds(60);

    private final VerdictQueries queries;
    private final Rejudging rejudging;
    private final SignalJson texts;
    private final BoundedBodies bodies;
    private final Audit audit;

    VerdictController(
            VerdictQueries queries,
            Rejudging rejudging,
            SignalJson texts,
            BoundedBodies bodies,
            Audit audit) {
        this.queries = queries;
        this.rejudging = rejudging;
        this.texts = texts;
        this.bodies = bodies;
        this.audit = audit;
    }

    @Operation(
            operationId = "listVerdicts",
            summary = "List what was answered, the newest first",
            description = "All conditions hold together. Follow `next` for the following page.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping
    LoggedVerdictDocument.Page list(
            @Parameter(
                            description = "What was answered.",
                            schema = @Schema(allowableValues = {"accept", "review", "discard"}))
                    @RequestParam(required = false)
                    @Nullable String disposition,
            @Parameter(description = "Whether anything but accept was answered.")
                    @RequestParam(required = false)
                    @Nullable Boolean flagged,
            @Parameter(description = "Id or digest of the detector.")
                    @RequestParam(required = false)
                    @Nullable String detector,
            @Parameter(description = "The signal's id.")
                    @RequestParam(name = "signal_id", required = false)
                    @Nullable String signalId,
            @Parameter(
                            description = "From this moment on (RFC 3339).",
                            example = "2026-11-23T00:00:00Z")
                    @RequestParam(required = false)
                    @Nullable String since,
            @Parameter(description = "Before this moment (RFC 3339).")
                    @RequestParam(required = false)
                    @Nullable String until,
            @Parameter(description = "`next` of the page before.") @RequestParam(required = false)
                    @Nullable String cursor,
            @Parameter(
                            description = "Verdicts of a page.",
                            schema = @Schema(minimum = "1", maximum = "500"))
                    @RequestParam(defaultValue = "50")
                    int limit) {
        if (disposition != null && !DISPOSITIONS.contains(disposition)) {
            throw invalid("disposition must be one of accept, review, discard");
        }
        if (!(limit >= 1 && limit <= MOST)) {
            throw invalid("limit must be 1 to %d, got %d".formatted(MOST, limit));
        }
        VerdictQueries.Filter filter =
                new VerdictQueries.Filter(
                        Optional.ofNullable(disposition),
                        Optional.ofNullable(flagged),
                        Optional.ofNullable(detector),
                        Optional.ofNullable(signalId),
                        moment("since", since),
                        moment("until", until),
                        cursor == null ? Optional.empty() : Optional.of(cursor(cursor)));
        // One more tells whether there is another page.
        List<LoggedVerdict> found = queries.newest(filter, limit + 1);
        List<LoggedVerdict> page = found.subList(0, Math.min(limit, found.size()));
        return new LoggedVerdictDocument.Page(
                page.stream().map(LoggedVerdictDocument::brief).toList(),
                found.size() > limit ? page.getLast().id().toString() : null);
    }

    @Operation(operationId = "getVerdict", summary = "Show what was answered once")
    @Problems({ProblemCode.NOT_FOUND, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping("/{id}")
    LoggedVerdictDocument get(
            @Parameter(description = "The verdict's `verdict_id`.") @PathVariable String id) {
        return LoggedVerdictDocument.whole(verdict(id), texts);
    }

    @Operation(
            operationId = "redactVerdict",
            summary = "Remove a signal's texts from the log",
            description =
                    "Prompt, label, choices and metadata are removed for ever; what was answered"
                            + " stays, and so does the key under which it came.")
    @Problems({ProblemCode.NOT_FOUND, ProblemCode.LOG_UNAVAILABLE})
    @DeleteMapping("/{id}/prompt")
    LoggedVerdictDocument redact(
            @Parameter(description = "The verdict's `verdict_id`.") @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        LoggedVerdict verdict = verdict(id);
        if (!queries.redact(verdict.id())) {
            throw notFound();
        }
        audit.record(
                Identity.of(request).name(), Act.VERDICT_REDACTED, verdict.id().toString(), "");
        return LoggedVerdictDocument.whole(verdict(id), texts);
    }

    @Operation(
            operationId = "replayVerdict",
            summary = "Judge a logged signal again",
            description =
                    "With the model that is hosted and the detector that judges now, or another one"
                            + " that there is, by the policy that it named. Nothing is logged.",
            requestBody =
                    @RequestBody(
                            required = false,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ReplayDocument.Request.class))))
    @Problems({
        ProblemCode.NOT_FOUND,
        ProblemCode.SIGNAL_NOT_KEPT,
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.UNKNOWN_DETECTOR,
        ProblemCode.DETECTOR_CONFLICT,
        ProblemCode.ARTIFACT_MISMATCH,
        ProblemCode.INVALID_ARTIFACT,
        ProblemCode.INVALID_SIGNAL,
        ProblemCode.PROMPT_TOO_LONG,
        ProblemCode.UNKNOWN_POLICY,
        ProblemCode.OVERLOADED,
        ProblemCode.DEADLINE_EXCEEDED,
        ProblemCode.SHUTTING_DOWN,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping("/{id}/replay")
    ReplayDocument replay(
            @Parameter(description = "The verdict's `verdict_id`.") @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        JsonFields fields = JsonFields.readOptional(request, bodies, "detector");
        Optional<String> detector = fields.text("detector", MAX_DETECTOR);
        fields.done();
        LoggedVerdict verdict = verdict(id);
        Signal signal =
                queries.signal(verdict)
                        .orElseThrow(() ->
                                new Problem(
                                        ProblemCode.SIGNAL_NOT_KEPT,
                                        verdict.redactedAt()
                                                .map(at -> "its texts were removed at " + at)
                                                .orElse(
                                                        "quirkwatch.verdict-log.prompts keeps no texts"
                                                                + " of such signals")));
        audit.record(
                Identity.of(request).name(), Act.VERDICT_REPLAYED, verdict.id().toString(), "");
        return ReplayDocument.of(
                verdict,
                rejudging.rejudge(signal, detector, System.nanoTime() + REPLAY_WAIT.toNanos()));
    }

    private LoggedVerdict verdict(String id) {
        return uuid(id).flatMap(queries::find).orElseThrow(VerdictController::notFound);
    }

    private static Problem notFound() {
        return new Problem(ProblemCode.NOT_FOUND, "there is no such verdict in the log");
    }

    private static UUID cursor(String text) {
        return uuid(text).orElseThrow(() -> invalid("cursor must be the `next` of another page"));
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static Optional<Instant> moment(String name, @Nullable String text) {
        try {
            return Optional.ofNullable(text).map(t -> OffsetDateTime.parse(t).toInstant());
        } catch (DateTimeParseException e) {
            throw invalid(name + " must be a moment such as 2026-11-23T00:00:00Z");
        }
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_REQUEST, detail);
    }
}
