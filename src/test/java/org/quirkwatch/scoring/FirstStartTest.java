package org.quirkwatch.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.JsonNode;

/// A service that makes its embedded database itself.
@Timeout(300)
class FirstStartTest {

    @Test
    void flaggedSignalsAreWrittenAfterTheConnectionThatMadeTheTablesWasRetired(@TempDir Path data)
            throws Exception {
        try (LoggedService service =
                LoggedService.startWithLogIn(data, "quirkwatch.verdict-log.prompts=all")) {
            HikariDataSource pool = service.context().getBean(HikariDataSource.class);
            try (Connection other = pool.getConnection()) {
                // As the pool does with each after quarter of an hour, while others are open.
                assertThat(other.isValid(1)).isTrue();
                pool.getHikariPoolMXBean().softEvictConnections();
                for (Signal signal : TinyDetector.signals(20, new SplittableRandom(5))) {
                    JsonNode verdict =
                            service.caller()
                                    .post(
                                            "/v1/signals",
                                            Caller.JSON.writeValueAsString(
                                                    java.util.Map.of(
                                                            "prompt", signal.prompt(),
                                                            "label", String.valueOf(signal.label()),
                                                            "policy", "eager")))
                                    .json();
                    assertThat(verdict.get("status")).hasToString("\"scored\"");
                }
            }
        }
    }
}
