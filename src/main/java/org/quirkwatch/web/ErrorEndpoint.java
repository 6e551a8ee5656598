package org.quirkwatch.web;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Answers errors that no handler saw, such as a refusal of the container, in place of an error
/// page.
@Hidden
@RestController
final class ErrorEndpoint implements ErrorController {

    @RequestMapping("${spring.web.error.path:/error}")
    @Nullable ResponseEntity<ProblemDocument> answer(
            HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            // A stream whose caller has gone: nothing of another kind may follow its lines.
            return null;
        }
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        Object path = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        // Asked for by a caller rather than by the container, it is a path like any unknown one.
        int code = status instanceof Integer number ? number : 404;
        Problem problem = ProblemAdvice.of(HttpStatusCode.valueOf(code));
        return ResponseEntity.status(problem.code().status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(
                        ProblemDocument.of(
                                problem,
                                path instanceof String text ? text : request.getRequestURI()));
    }
}
