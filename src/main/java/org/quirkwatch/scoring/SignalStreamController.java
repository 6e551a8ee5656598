package org.quirkwatch.scoring;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import org.quirkwatch.lane.Caller;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.SignalParser;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.Problems;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Streams of signals in, streams of verdicts out.
@Tag(name = "Signals")
@RestController
@RequestMapping(path = "/v1/signals")
final class SignalStreamController {

    private static final Logger LOG = LoggerFactory.getLogger(SignalStreamController.class);

    private final SignalParser parser;
    private final SignalScoring scoring;
    private final Answering answering;
    private final Lanes lanes;
    private final int windowLines;

    SignalStreamController(
            SignalParser parser,
            SignalScoring scoring,
            Answering answering,
            Lanes lanes,
            QuirkwatchProperties properties) {
        this.parser = parser;
        this.scoring = scoring;
        this.answering = answering;
        this.lanes = lanes;
        this.windowLines = properties.limits().maxStreamLines();
    }

    @Operation(
            operationId = "judgeSignal",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
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
                                            mediaType = MediaType.APPLICATION_NDJSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    VerdictDocument.class))))
    @Problems({ProblemCode.OVERLOADED, ProblemCode.SHUTTING_DOWN})
    @PostMapping(
            consumes = MediaType.APPLICATION_NDJSON_VALUE,
            produces = MediaType.APPLICATION_NDJSON_VALUE)
    void judgeStream(
            @Parameter(description = "Whether the verdict has the score of each layer.")
                    @RequestParam(defaultValue = "false")
                    boolean explain,
            @Parameter(hidden = true) HttpServletRequest request,
            @Parameter(hidden = true) HttpServletResponse response)
            throws IOException {
        BoundedBodies.requirePlainUtf8(request);
        try (Caller caller = lanes.admitStream()) {
            response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
            new SignalStream(
                            scoring,
                            answering,
                            lanes,
                            caller,
                            request.getInputStream(),
                            parser,
                            windowLines,
                            explain)
                    .answer(new Lines(response));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.debug("a stream was given up", e);
        } catch (IOException e) {
            LOG.debug("the caller of a stream has gone", e);
        } catch (Problem e) {
            if (!response.isCommitted()) {
                response.reset();
                throw e.getCause() instanceof IOException cause
                        ? BoundedBodies.unreadable(cause)
                        : e;
            }
            LOG.debug("a stream broke off", e);
        }
    }

    /// Verdicts as lines of JSON.
    private static final class Lines implements SignalStream.Sink {

        private final HttpServletResponse response;
        private final OutputStream out;

        Lines(HttpServletResponse response) throws IOException {
            this.response = response;
            this.out = response.getOutputStream();
        }

        @Override
        public void write(byte[] answer) throws IOException {
            out.write(answer);
            out.write('\n');
        }

        @Override
        public void flush() throws IOException {
            response.flushBuffer();
        }
    }
}
