package org.quirkwatch.rollout;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.Parameters;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
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
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.web.AllowedRoots;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.JsonFields;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// Fitting over HTTP: trusted signals in, a job out that keeps a detector.
@Tag(name = "Detectors")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/detectors", produces = MediaType.APPLICATION_JSON_VALUE)
final class FitController {

    private static final int MAX_PATH = 4_096;

    private final Jobs jobs;
    private final JobInputs inputs;
    private final Detectors detectors;
    private final Catalogue catalogue;
    private final AllowedRoots roots;
    private final BoundedBodies bodies;
    private final JsonMapper json;

    FitController(
            Jobs jobs,
            JobInputs inputs,
            Detectors detectors,
            Catalogue catalogue,
            AllowedRoots roots,
            BoundedBodies bodies,
            JsonMapper json) {
        this.jobs = jobs;
        this.inputs = inputs;
        this.detectors = detectors;
        this.catalogue = catalogue;
        this.roots = roots;
        this.bodies = bodies;
        this.json = json;
    }

    /// For the contract.
    @Schema(name = "FitPaths", description = "Files of signals on the service's machine.")
    record Paths(
            @Schema(
                            description =
                                    "Trusted signals, below a folder of quirkwatch.paths.allowed-roots.",
                            maxLength = MAX_PATH,
                            example = "/data/trusted.jsonl",
                            requiredMode = Schema.RequiredMode.REQUIRED)
                    String trusted,
            @Schema(
                            description = "Untrusted ones, for rules that learn from such.",
                            maxLength = MAX_PATH)
                    @Nullable String untrusted) {}

    @Operation(
            operationId = "fitDetector",
            summary = "Fit a detector on trusted signals",
            description =
                    "A job fits it on the hosted model in small passes between those for callers, and"
                            + " keeps it; its result names it, and it judges nothing until it is"
                            + " activated. The signals are lines as of `POST /v1/signals`, uploaded as"
                            + " they are or compressed with gzip, or files below a folder that the"
                            + " operator allowed. A fit that is interrupted begins anew.",
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
    @Parameters({
        @Parameter(
                in = ParameterIn.QUERY,
                name = "id",
                required = true,
                description = "The detector's name.",
                schema = @Schema(type = "string", pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "feature",
                description = "What it looks at; several with commas.",
                schema = @Schema(type = "string", defaultValue = "layer-difference")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "combine",
                description = "How the layers of several features are put together.",
                schema =
                        @Schema(
                                type = "string",
                                allowableValues = {"ensemble", "merge", "concat"},
                                defaultValue = "ensemble")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "layers",
                description = "Blocks to look at, from 0, with commas.",
                schema = @Schema(type = "string", example = "1,2")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "hook_points",
                description = "Hook points to look at instead, with commas.",
                schema = @Schema(type = "string", example = "blocks.1.hook_resid_pre")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "position",
                description = "last, mean-prompt, label, mean-label; several with commas.",
                schema = @Schema(type = "string", defaultValue = "last")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "rule",
                description = "How it scores.",
                schema = @Schema(type = "string", defaultValue = "mahalanobis")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "set",
                description = "OPTION=VALUE of the rule; several times for several.",
                array = @ArraySchema(schema = @Schema(type = "string", example = "rcond=1e-3"))),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "aggregation",
                description = "How the layers' scores become one.",
                schema = @Schema(type = "string", defaultValue = "standardised-mean")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "calibration_share",
                description = "Share of the trusted signals that calibrates, 0.05 to 0.95.",
                schema = @Schema(type = "number", defaultValue = "0.5")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "seed",
                description = "Decides which signals fit and which calibrate.",
                schema = @Schema(type = "integer", format = "int64", defaultValue = "0")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "keep_examples",
                description =
                        "Trusted signals that the detector keeps with their texts, for reviewers to"
                                + " compare with; 0 keeps no text.",
                schema =
                        @Schema(
                                type = "integer",
                                minimum = "0",
                                maximum = "2000",
                                defaultValue = "200")),
        @Parameter(
                in = ParameterIn.QUERY,
                name = "untrusted",
                description =
                        "How many of the last lines are untrusted signals, for rules that learn from"
                                + " such.",
                schema = @Schema(type = "integer", minimum = "0", defaultValue = "0"))
    })
    @Problems({
        ProblemCode.INVALID_REQUEST,
        ProblemCode.INVALID_FIT,
        ProblemCode.DETECTOR_CONFLICT,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.REQUEST_TIMEOUT,
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
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> query,
            @Parameter(hidden = true) HttpServletRequest request)
            throws IOException {
        FitParameters parameters = FitParameters.of(query, DetectorController.actor(request));
        require(parameters, parameters.untrusted() > 0);
        SequencedMap<String, InputStream> parts = new LinkedHashMap<>();
        parts.put(JobSubmission.LINES, inputs.body(request));
        return submit(parameters, parts, request);
    }

    @Operation(
            operationId = "fitDetector",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema = @Schema(implementation = Paths.class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_FILE,
        ProblemCode.PATH_NOT_ALLOWED,
        ProblemCode.OVERLOADED
    })
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<JobDocument> named(
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> query,
            @Parameter(hidden = true) HttpServletRequest request)
            throws IOException {
        FitParameters parameters = FitParameters.of(query, DetectorController.actor(request));
        JsonFields fields = JsonFields.read(request, bodies, "trusted", "untrusted");
        String trusted = fields.text("trusted", MAX_PATH).orElse(null);
        Optional<String> untrusted = fields.text("untrusted", MAX_PATH);
        fields.done();
        require(parameters, untrusted.isPresent() || parameters.untrusted() > 0);
        SequencedMap<String, InputStream> parts = new LinkedHashMap<>();
        try (InputStream first = open(JsonFields.required("trusted", trusted));
                InputStream second =
                        untrusted.isPresent()
                                ? open(untrusted.get())
                                : InputStream.nullInputStream()) {
            parts.put(JobSubmission.LINES, first);
            if (untrusted.isPresent()) {
                parts.put(DetectorFitting.UNTRUSTED, second);
            }
            return submit(parameters, parts, request);
        }
    }

    private InputStream open(String given) throws IOException {
        Path file = roots.resolve(given);
        if (!Files.isRegularFile(file)) {
            throw unreadable(null);
        }
        try {
            return inputs.file(Files.newInputStream(file), file.toString());
        } catch (java.nio.file.FileSystemException e) {
            throw unreadable(e);
        }
    }

    private void require(FitParameters parameters, boolean hasUntrusted) {
        parameters.require(detectors.tokenizing(), hasUntrusted);
        catalogue.requireRoom();
    }

    private ResponseEntity<JobDocument> submit(
            FitParameters parameters,
            SequencedMap<String, InputStream> parts,
            HttpServletRequest request) {
        Job job =
                jobs.submit(
                        new JobSubmission(
                                DetectorFitting.NAME,
                                JobOwners.owner(request),
                                json.writeValueAsString(parameters),
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
