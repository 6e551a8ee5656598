package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.quirkwatch.verdictlog.Store;

/// On a real PostgreSQL.
@EnabledIf(
        value = "org.quirkwatch.verdictlog.Store#hasEngine",
        disabledReason = "no container engine")
class PostgresqlLogTest extends LogContract {

    private static final Duration PREFERRED = Duration.ofSeconds(2);
    // The pool waits for a connection for five, a connection for its answer for ten.
    private static final Duration IN_TIME = Duration.ofMillis(3_500);

    private @Nullable Store store;

    @Override
    void open() {
        store = Store.postgresql();
    }

    @Override
    Store store() {
        return Objects.requireNonNull(store);
    }

    @Test
    void aCallerWaitsNoLongerThanItPrefersForADatabaseThatDoesNotAnswer() {
        String path = "/v1/signals";
        String body = "{\"id\": \"%s\", \"prompt\": \"1 + 1 = 2\", \"label\": \" Yes\"}";
        try (LoggedService service = LoggedService.start(store())) {
            Caller caller = service.caller();
            Map<String, String> wait =
                    Map.of(
                            "Content-Type",
                            "application/json",
                            "Prefer",
                            "wait=" + PREFERRED.toSeconds());
            assertThat(caller.post(path, body.formatted("before")).status()).isEqualTo(200);
            store().pause();
            try {
                // More than may look something up at once.
                for (int i = 0; i < 6; i++) {
                    long begin = System.nanoTime();
                    Caller.Answer answer =
                            caller.send("POST", path, wait, body.formatted("while-" + i));
                    Duration took = Duration.ofNanos(System.nanoTime() - begin);
                    assertThat(answer.status()).isEqualTo(503);
                    assertThat(answer.json().get("type").asString())
                            .isEqualTo("/problems/log-unavailable");
                    assertThat(took).isLessThan(IN_TIME);
                }
            } finally {
                store().resume();
            }
            assertThat(caller.post(path, body.formatted("after")).status()).isEqualTo(200);
        }
    }
}
