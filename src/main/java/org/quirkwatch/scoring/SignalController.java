package org.quirkwatch.scoring;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.Problems;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Signals in, verdicts out.
@Tag(name = "Signals", description = "A signal goes in, a calibrated verdict comes out.")
@RestController
@RequestMapping(path = "/v1/signals", produces = MediaType.APPLICATION_JSON_VALUE)
final class SignalController {

    private static final String SOURCE = "http";

    private final SignalParser parser;
    private final Answering answering;
    private final BoundedBodies bodies;
    private final QuirkwatchProperties.Limits limits;
    private final Deadlines deadlines;

    SignalController(
            SignalParser parser,
            Answering answering,
            BoundedBodies bodies,
            QuirkwatchProperties properties) {
        this.parser = parser;
        this.answering = answering;
        this.bodies = bodies;
        this.limits = properties.limits();
        this.deadlines = new Deadlines(properties.lane().maxWait());
    }

    @Operation(
            operationId = "judgeSignal",
            summary = "Judge one signal, or a stream of them",
            description =
                    "Runs the signal through the model and answers with a verdict. A signal that"
                            + " the model or the detector cannot score is answered with status 200"
                            + " and an unscored verdict; one that is not valid, or too long for"
                            + " the model, with 422.\n\n"
                            + "As application/x-ndjson: one signal per line in, one verdict per"
                            + " line out, in order, streamed; read the answer while you send. A"
                            + " bad line gives an unscored verdict with its line number and does"
                            + " not stop the rest. When the service stops, the lines that it took"
                            + " in get their verdicts, the next one an unscored verdict with the"
                            + " reason shutting-down, and the answer ends.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    SignalDocument.class))),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The verdict.",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    VerdictDocument.class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_SIGNAL,
        ProblemCode.IDEMPOTENCY_CONFLICT,
        ProblemCode.PROMPT_TOO_LONG,
        ProblemCode.UNKNOWN_POLICY,
        ProblemCode.REQUEST_TIMEOUT,
        ProblemCode.OVERLOADED,
        ProblemCode.DEADLINE_EXCEEDED,
        ProblemCode.LOG_UNAVAILABLE,
        ProblemCode.SHUTTING_DOWN
    })
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    byte[] judge(
            @Parameter(description = "Whether the verdict has the score of each layer.")
                    @RequestParam(defaultValue = "false")
                    boolean explain,
            @Parameter(description = Deadlines.PREFER)
                    @RequestHeader(name = "Prefer", required = false)
                    @Nullable String prefer,
            @Parameter(description = IdempotencyKey.HEADER)
                    @RequestHeader(name = "Idempotency-Key", required = false)
                    @Nullable String idempotencyKey,
            @Parameter(hidden = true) HttpServletRequest request) {
        long deadline = deadlines.of(prefer);
        try (BoundedBodies.Body body = bodies.read(request, parser.limits().maxLineBytes())) {
            Signal signal = parser.parse(body.bytes());
            return answering.answer(signal, idempotencyKey, explain, SOURCE, deadline);
        }
    }

    @Operation(
            operationId = "judgeBatch",
            summary = "Judge a batch of signals",
            description =
                    "One verdict per signal, in order, each as if it had come alone. A signal that"
                            + " is not valid fails the whole batch with 422 and its pointer, such"
                            + " as `/signals/3/label`, before anything is scored; one that is valid"
                            + " but too long for the model gets an unscored verdict that says so.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    SignalDocument.Batch.class))),
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            description = "The verdicts.",
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    SignalDocument.Verdicts
                                                                            .class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.INVALID_SIGNAL,
        ProblemCode.IDEMPOTENCY_CONFLICT,
        ProblemCode.UNKNOWN_POLICY,
        ProblemCode.REQUEST_TIMEOUT,
        ProblemCode.OVERLOADED,
        ProblemCode.DEADLINE_EXCEEDED,
        ProblemCode.LOG_UNAVAILABLE,
        ProblemCode.SHUTTING_DOWN
    })
    @PostMapping(path = "/batch", consumes = MediaType.APPLICATION_JSON_VALUE)
    byte[] judgeBatch(
            @Parameter(description = "Whether the verdicts have the score of each layer.")
                    @RequestParam(defaultValue = "false")
                    boolean explain,
            @Parameter(description = Deadlines.PREFER)
                    @RequestHeader(name = "Prefer", required = false)
                    @Nullable String prefer,
            @Parameter(description = IdempotencyKey.HEADER)
                    @RequestHeader(name = "Idempotency-Key", required = false)
                    @Nullable String idempotencyKey,
            @Parameter(hidden = true) HttpServletRequest request) {
        long deadline = deadlines.of(prefer);
        try (BoundedBodies.Body body = bodies.read(request, limits.maxBodyBytes())) {
            List<Signal> signals = parser.parseBatch(body.bytes(), limits.maxBatchSignals());
            return answering.answerBatch(signals, idempotencyKey, explain, SOURCE, deadline);
        }
    }
}
