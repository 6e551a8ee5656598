package org.quirkwatch.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.mock.web.MockHttpServletResponse;

class RateLimitsTest {

    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong now = new AtomicLong(-5 * SECOND);
    private final RateLimits limits = new RateLimits(10, Duration.ofSeconds(20), now::get);

    @Test
    void aBucketEmptiesAndFillsEvenly() {
        for (int left = 9; left >= 0; left--) {
            assertThat(ask("a")).isEqualTo("\"requests\";r=%d;t=2".formatted(left));
        }
        MockHttpServletResponse response = new MockHttpServletResponse();
        Problem refusal = limits.take("a", response).orElseThrow();
        assertThat(refusal.code()).isEqualTo(ProblemCode.RATE_LIMITED);
        assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(2));
        assertThat(response.getHeader("RateLimit")).isEqualTo("\"requests\";r=0;t=2");
        assertThat(response.getHeader("RateLimit-Policy")).isEqualTo("\"requests\";q=10;w=20");

        now.addAndGet(SECOND);
        assertThat(limits.take("a", response).orElseThrow().retryAfter())
                .contains(Duration.ofSeconds(1));
        now.addAndGet(SECOND);
        assertThat(ask("a")).isEqualTo("\"requests\";r=0;t=2");
        now.addAndGet(100 * SECOND);
        assertThat(ask("a")).isEqualTo("\"requests\";r=9;t=2");
    }

    @Test
    void everyCallerHasABucketOfItsOwnAndHowManyThereAreIsBounded() {
        for (int i = 0; i < 10; i++) {
            assertThat(ask("a")).isNotNull();
        }
        for (int i = 0; i < 50_000; i++) {
            assertThat(limits.take("caller-" + i, new MockHttpServletResponse())).isEmpty();
        }
        assertThat(limits.callers()).isLessThanOrEqualTo(10_000);
    }

    private String ask(String name) {
        MockHttpServletResponse response = new MockHttpServletResponse();
        assertThat(limits.take(name, response)).isEmpty();
        return String.valueOf(response.getHeader("RateLimit"));
    }
}
