package org.quirkwatch.scoring;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.quirkwatch.lane.Lanes;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.ProblemWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/// Stands before the endpoints that score. Refuses what could not be taken in anyway before its
/// body is read or a handler looked for, so that an overload costs little; counts the requests that
/// are inside, so that the service can stop when the last is answered. Thread-safe.
final class RequestGate extends OncePerRequestFilter {

    private static final Logger LOG = LoggerFactory.getLogger(RequestGate.class);
    private static final Duration MAX_HELD = Duration.ofSeconds(2);

    private final Lanes lanes;
    private final VerdictLedger ledger;
    private final ProblemWriter problems;
    private final RefusalPace pace = new RefusalPace();
    private final AtomicInteger inside = new AtomicInteger();
    // Open while nothing is held.
    private volatile CountDownLatch held = new CountDownLatch(0);

    RequestGate(Lanes lanes, VerdictLedger ledger, ProblemWriter problems) {
        this.lanes = lanes;
        this.ledger = ledger;
        this.problems = problems;
    }

    /// Requests that are inside.
    int inside() {
        return inside.get();
    }

    /// From now on refusals wait for [#release]: so nobody whom they told to go comes again just
    /// when the server closes its door.
    void hold() {
        held = new CountDownLatch(1);
    }

    /// Answers the refusals that were held.
    void release() {
        held.countDown();
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // Before the lanes are asked: who is let in is waited for.
        inside.getAndIncrement();
        Optional<Problem> refusal = lanes.refusal().or(ledger::refusal);
        try {
            if (refusal.isEmpty()) {
                chain.doFilter(request, response);
                return;
            }
        } finally {
            inside.getAndDecrement();
        }
        if (refusal.get().code() == ProblemCode.SHUTTING_DOWN) {
            awaitRelease();
            // The caller's next request should go to another replica.
            response.setHeader(HttpHeaders.CONNECTION, "close");
        } else {
            slowDown();
        }
        problems.write(refusal.get(), request, response);
    }

    private void awaitRelease() {
        try {
            if (!held.await(MAX_HELD.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("a refusal was held for {}", MAX_HELD);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void slowDown() {
        try {
            Thread.sleep(Duration.ofNanos(pace.next(System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
