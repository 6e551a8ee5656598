package org.quirkwatch.job;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Jobs over HTTP, whatever their kind.
@Tag(name = "Jobs", description = "Long work that is fetched later.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/jobs")
final class JobController {

    private static final int MOST = 500;
    private static final String ID = "The job's id.";

    private final Jobs jobs;
    private final JobEvents events;

    JobController(Jobs jobs, JobEvents events) {
        this.jobs = jobs;
        this.events = events;
    }

    @Operation(
            operationId = "listJobs",
            summary = "List jobs, the newest first",
            description = "A caller's own; who may administer sees all.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    JobDocument.Page list(
            @Parameter(
                            description = "Only these.",
                            schema =
                                    @Schema(
                                            allowableValues = {
                                                "queued",
                                                "running",
                                                "completed",
                                                "failed",
                                                "cancelled"
                                            }))
                    @RequestParam(required = false)
                    @Nullable String state,
            @Parameter(description = "`next` of the page before.") @RequestParam(required = false)
                    @Nullable String cursor,
            @Parameter(
                            description = "Jobs of a page.",
                            schema = @Schema(minimum = "1", maximum = "500"))
                    @RequestParam(defaultValue = "50")
                    int limit,
            @Parameter(hidden = true) HttpServletRequest request) {
        if (!(limit >= 1 && limit <= MOST)) {
            throw invalid("limit must be 1 to %d, got %d".formatted(MOST, limit));
        }
        UUID before =
                cursor == null
                        ? null
                        : uuid(cursor, invalid("cursor must be the `next` of another page"));
        // One more tells whether there is another page.
        List<Job> found =
                jobs.newest(
                        JobOwners.seen(request),
                        state == null ? null : state(state),
                        before,
                        limit + 1);
        List<Job> page = found.subList(0, Math.min(limit, found.size()));
        return new JobDocument.Page(
                page.stream().map(JobDocument::of).toList(),
                found.size() > limit ? page.getLast().id().toString() : null);
    }

    @Operation(operationId = "getJob", summary = "Show how far a job is")
    @Problems({ProblemCode.NOT_FOUND, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    JobDocument get(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        return JobDocument.of(job(id, request));
    }

    @Operation(
            operationId = "cancelJob",
            summary = "Cancel a job, or delete one that is over",
            description =
                    "A job that waits or runs is cancelled: what it has done is kept. One that is"
                            + " over is deleted with its input and result; verdicts stay in the log.",
            responses = {
                @ApiResponse(
                        responseCode = "202",
                        description = "It is cancelled, or about to be.",
                        content =
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                                        schema = @Schema(implementation = JobDocument.class))),
                @ApiResponse(
                        responseCode = "204",
                        description = "It is deleted.",
                        content = @Content)
            })
    @Problems({ProblemCode.NOT_FOUND, ProblemCode.LOG_UNAVAILABLE})
    @DeleteMapping(path = "/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<JobDocument> cancel(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        Job job = job(id, request);
        if (jobs.cancel(job.id())) {
            return ResponseEntity.status(HttpStatus.ACCEPTED)
                    .body(JobDocument.of(job(id, request)));
        }
        boolean _ = jobs.forget(job.id());
        return ResponseEntity.noContent().build();
    }

    @Operation(
            operationId = "getJobResult",
            summary = "Fetch what a job has given so far",
            description =
                    "Of scoring: a verdict per line, in the order of the input. While the job runs,"
                            + " what is there; `Range: bytes=N-` gives what follows. Compressed where"
                            + " the caller accepts gzip and asks for no range.",
            responses = {
                @ApiResponse(
                        responseCode = "200",
                        description = "All that is there.",
                        content = @Content(mediaType = MediaType.APPLICATION_NDJSON_VALUE)),
                @ApiResponse(
                        responseCode = "206",
                        description = "A part of it.",
                        content = @Content(mediaType = MediaType.APPLICATION_NDJSON_VALUE))
            })
    @Problems({
        ProblemCode.NOT_FOUND,
        ProblemCode.RANGE_NOT_SATISFIABLE,
        ProblemCode.LOG_UNAVAILABLE
    })
    @GetMapping(path = "/{id}/result", produces = MediaType.APPLICATION_NDJSON_VALUE)
    void result(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(description = "One range of bytes (RFC 9110).", example = "bytes=0-")
                    @RequestHeader(name = HttpHeaders.RANGE, required = false)
                    @Nullable String range,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws IOException {
        new ResultAnswer(jobs, job(id, request)).answer(range, request, response);
    }

    @Operation(
            operationId = "watchJob",
            summary = "Watch a job",
            description =
                    "Server-sent events: `progress` whenever something has changed, `end` when the"
                            + " job is over; each has the job as its data. A caller who comes again"
                            + " with `Last-Event-ID` gets only what has changed since. The stream"
                            + " ends with the job, when the service stops, and after"
                            + " `quirkwatch.job.max-listening`.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "Events.",
                            content =
                                    @Content(
                                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    JobDocument.Event.class))))
    @Problems({
        ProblemCode.INVALID_REQUEST,
        ProblemCode.NOT_FOUND,
        ProblemCode.OVERLOADED,
        ProblemCode.LOG_UNAVAILABLE
    })
    @GetMapping(path = "/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void events(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(description = "`id` of the last event that the caller has.")
                    @RequestHeader(name = "Last-Event-ID", required = false)
                    @Nullable String last,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws IOException {
        events.send(job(id, request), last == null ? -1 : revision(last), response);
    }

    private Job job(String id, HttpServletRequest request) {
        return jobs.find(uuid(id, notFound()))
                .filter(job -> JobOwners.sees(request, job))
                .orElseThrow(JobController::notFound);
    }

    private static JobState state(String text) {
        for (JobState state : JobState.values()) {
            if (state != JobState.RECEIVING && state.text().equals(text)) {
                return state;
            }
        }
        throw invalid("state must be one of queued, running, completed, failed, cancelled");
    }

    private static long revision(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw invalid("Last-Event-ID must be the id of an event");
        }
    }

    private static UUID uuid(String text, Problem otherwise) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw otherwise;
        }
    }

    private static Problem notFound() {
        return new Problem(ProblemCode.NOT_FOUND, "there is no such job");
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_REQUEST, detail);
    }
}
