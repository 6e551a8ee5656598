package org.quirkwatch.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// How much each caller may ask: a bucket of requests for each name. Says so in the fields of
/// draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` (quota `q` in a window of `w` seconds)
/// and `RateLimit` (`r` requests are left, one more in `t` seconds). Bounded: who was not seen for
/// a window has a full bucket again, and of more than 10 000 callers those who were not seen for
/// longest. Thread-safe.
final class RateLimits {

    private static final int MOST_CALLERS = 10_000;
    private static final long SECOND = 1_000_000_000L;

    private final int requests;
    private final long windowNanos;
    private final String policy;
    private final LongSupplier nanoTime;
    private final Cache<String, TokenBucket> buckets;

    /// @param requests of a window
    /// @param nanoTime as `System.nanoTime()` gives it
    RateLimits(int requests, Duration window, LongSupplier nanoTime) {
        this.requests = requests;
        this.windowNanos = window.toNanos();
        this.policy = "\"requests\";q=%d;w=%d".formatted(requests, window.toSeconds());
        this.nanoTime = nanoTime;
        this.buckets =
                Caffeine.newBuilder()
                        .maximumSize(MOST_CALLERS)
                        .expireAfterAccess(window)
                        .ticker(nanoTime::getAsLong)
                        .build();
    }

    /// Counts a request, and says in the answer how many are left.
    ///
    /// @return the refusal where it is one too many
    Optional<Problem> take(String name, HttpServletResponse response) {
        long now = nanoTime.getAsLong();
        TokenBucket.Taking taking =
                buckets.get(name, n -> new TokenBucket(requests, windowNanos, now)).take(now);
        long seconds = Math.max(1, Math.ceilDiv(taking.nanosToNext(), SECOND));
        response.setHeader("RateLimit-Policy", policy);
        response.setHeader(
                "RateLimit", "\"requests\";r=%d;t=%d".formatted(taking.remaining(), seconds));
        return taking.taken()
                ? Optional.empty()
                : Optional.of(
                        Problem.retryAfter(
                                ProblemCode.RATE_LIMITED,
                                "%s may send %d requests in %d seconds"
                                        .formatted(name, requests, windowNanos / SECOND),
                                Duration.ofSeconds(seconds)));
    }

    /// How many buckets are held.
    long callers() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
