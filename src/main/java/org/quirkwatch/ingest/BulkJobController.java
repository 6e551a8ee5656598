package org.quirkwatch.ingest;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.job.Job;
import org.quirkwatch.job.JobDocument;
import org.quirkwatch.job.JobInputs;
import org.quirkwatch.job.JobOwners;
import org.quirkwatch.job.JobSubmission;
import org.quirkwatch.job.Jobs;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.BackgroundScoring;
import org.quirkwatch.web.AllowedRoots;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// Bulk jobs over HTTP: a file of signals in, a job out.
@Tag(name = "Jobs")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
final class BulkJobController {

    private static final String POLICY = "Policy of the signals that name none.";
    private static final String EXPLAIN = "Whether verdicts have the score of each layer.";

    private final Jobs jobs;
    private final JobInputs inputs;
    private final BackgroundScoring scoring;
    private final AllowedRoots files;
    private final BoundedBodies bodies;
    private final JsonMapper json;

    BulkJobController(
            Jobs jobs,
            JobInputs inputs,
            BackgroundScoring scoring,
            AllowedRoots files,
            BoundedBodies bodies,
            JsonMapper json) {
        this.jobs = jobs;
        this.inputs = inputs;
        this.scoring = scoring;
        this.files = files;
        this.bodies = bodies;
        this.json = json;
    }

    @Operation(
            operationId = "submitJob",
            summary = "Score a file of signals",
            description =
                    "One signal per line, uploaded as it is or compressed with gzip"
                            + " (`Content-Encoding: gzip`, or the content type `application/gzip`), or"
                            + " the path of a file on the service's machine below a folder that its"
                            + " operator allowed (compressed where its name ends in `.gz`). The file"
                            + " is copied; the answer comes when it is kept. Signals of jobs come"
                            + " after those whose callers wait. A line that holds no signal gets an"
                            + " unscored verdict and does not stop the rest; each other line has one"
                            + " verdict of the job in the log, whatever its `id`.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                        schema = @Schema(type = "string")),
                                @Content(
                                        mediaType = "application/gzip",
                                        schema = @Schema(type = "string", format = "binary"))
                            }),
            responses =
                    @ApiResponse(
                            responseCode = "202",
                            description = "The job; `Location` is where it is found.",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = JobDocument.class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.PATH_NOT_ALLOWED,
        ProblemCode.REQUEST_TIMEOUT,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_JOB,
        ProblemCode.INVALID_FILE,
        ProblemCode.UNKNOWN_POLICY,
        ProblemCode.OVERLOADED,
        ProblemCode.STORAGE_FULL,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping(
            consumes = {
                MediaType.APPLICATION_NDJSON_VALUE,
                "application/gzip",
                "application/x-gzip"
            })
    ResponseEntity<JobDocument> upload(
            @Parameter(description = POLICY) @RequestParam(required = false)
                    @Nullable String policy,
            @Parameter(description = EXPLAIN) @RequestParam(defaultValue = "false") boolean explain,
            @Parameter(hidden = true) HttpServletRequest request)
            throws IOException {
        scoring.requirePolicy(policy);
        return submit(inputs.body(request), policy, explain, request);
    }

    @Operation(
            operationId = "submitJob",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    PathBody.Document.class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.PATH_NOT_ALLOWED,
        ProblemCode.REQUEST_TIMEOUT,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_JOB,
        ProblemCode.INVALID_FILE,
        ProblemCode.UNKNOWN_POLICY,
        ProblemCode.OVERLOADED,
        ProblemCode.STORAGE_FULL,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<JobDocument> named(
            @Parameter(description = POLICY) @RequestParam(required = false)
                    @Nullable String policy,
            @Parameter(description = EXPLAIN) @RequestParam(defaultValue = "false") boolean explain,
            @Parameter(hidden = true) HttpServletRequest request)
            throws IOException {
        scoring.requirePolicy(policy);
        String given = PathBody.read(bodies, request);
        Path file = files.resolve(given);
        if (!Files.isRegularFile(file)) {
            throw unreadable(null);
        }
        InputStream in;
        try {
            in = Files.newInputStream(file);
        } catch (IOException e) {
            throw unreadable(e);
        }
        try (in) {
            return submit(inputs.file(in, file.toString()), policy, explain, request);
        }
    }

    private ResponseEntity<JobDocument> submit(
            InputStream lines,
            @Nullable String policy,
            boolean explain,
            HttpServletRequest request) {
        SequencedMap<String, InputStream> parts = new LinkedHashMap<>();
        parts.put(JobSubmission.LINES, lines);
        Optional<String> owner = JobOwners.owner(request);
        Job job =
                jobs.submit(
                        new JobSubmission(
                                BulkScoring.NAME,
                                owner,
                                json.writeValueAsString(
                                        new BulkScoring.Parameters(policy, explain)),
                                parts));
        return ResponseEntity.accepted()
                .location(URI.create("/v1/jobs/" + job.id()))
                .body(JobDocument.of(job));
    }

    private static Problem unreadable(@Nullable IOException cause) {
        return new Problem(
                ProblemCode.INVALID_FILE, "the path names no file that can be read", cause);
    }
}
