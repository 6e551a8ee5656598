package org.quirkwatch.web;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.quirkwatch.problem.Problem;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// Answers a problem before or beside the handlers, as [ProblemAdvice] does behind them: for
/// filters, where a refusal should cost next to nothing. Thread-safe.
@Component
public final class ProblemWriter {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final MeterRegistry meters;

    ProblemWriter(MeterRegistry meters) {
        this.meters = meters;
    }

    /// Writes the whole answer.
    public void write(Problem problem, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        meters.counter("quirkwatch.rejected", "reason", problem.code().code()).increment();
        byte[] body = JSON.writeValueAsBytes(ProblemDocument.of(problem, request.getRequestURI()));
        response.setStatus(problem.code().status());
        ProblemAdvice.retryAfterSeconds(problem)
                .ifPresent(s -> response.setHeader(HttpHeaders.RETRY_AFTER, String.valueOf(s)));
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
