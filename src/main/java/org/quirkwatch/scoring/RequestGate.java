package org.quirkwatch.scoring;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.ProblemWriter;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/// Stands before the endpoints that score. Refuses what could not be taken in anyway before its
/// body is read or a handler looked for, so that an overload costs little; counts the requests that
/// are inside, so that the service can stop when the last is answered. Thread-safe.
final class RequestGate extends OncePerRequestFilter {

    private final Lanes lanes;
    private final ProblemWriter problems;
    private final AtomicInteger inside = new AtomicInteger();

    RequestGate(Lanes lanes, ProblemWriter problems) {
        this.lanes = lanes;
        this.problems = problems;
    }

    /// Requests that are inside.
    int inside() {
        return inside.get();
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        inside.getAndIncrement();
        try {
            if (lanes.isRefusing()) {
                // The caller's next request should go to another replica.
                response.setHeader(HttpHeaders.CONNECTION, "close");
                problems.write(
                        Problem.retryAfter(
                                ProblemCode.SHUTTING_DOWN,
                                "the service is stopping and takes no signal",
                                Duration.ofSeconds(1)),
                        request,
                        response);
            } else if (lanes.isFull()) {
                problems.write(overloaded(), request, response);
            } else {
                chain.doFilter(request, response);
            }
        } finally {
            inside.getAndDecrement();
        }
    }

    private Problem overloaded() {
        return Problem.retryAfter(
                ProblemCode.OVERLOADED,
                "%d signals wait for the model".formatted(lanes.pending()),
                Duration.ofSeconds(lanes.retryAfterSeconds()));
    }
}
