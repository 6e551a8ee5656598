package org.quirkwatch.access;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.quirkwatch.audit.Act;
import org.quirkwatch.audit.Audit;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.ProblemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;

/// Tells callers that they may not, and writes down who tried; a flood of tries writes no more than
/// one a second. Thread-safe.
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final ProblemWriter problems;
    private final Audit audit;
    private final TokenBucket written = TokenBucket.ofFlood();

    Refusals(ProblemWriter problems, Audit audit) {
        this.problems = problems;
        this.audit = audit;
    }

    /// Answers that a valid key or token is needed.
    void unauthorized(String detail, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"quirkwatch\"");
        problems.write(new Problem(ProblemCode.UNAUTHORIZED, detail), request, response);
    }

    /// Writes a try down.
    ///
    /// @param reason why it failed; no secret
    void failed(HttpServletRequest request, String reason) {
        if (!written.take(System.nanoTime()).taken()) {
            return;
        }
        try {
            audit.record("anonymous", Act.SIGN_IN_FAILED, request.getRemoteAddr(), reason);
        } catch (Problem e) {
            LOG.warn("a failed sign-in could not be written down: {}", e.detail());
        }
    }
}
