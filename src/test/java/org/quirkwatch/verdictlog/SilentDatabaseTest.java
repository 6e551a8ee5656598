package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// A database whose port is open and who never answers.
@Timeout(60)
class SilentDatabaseTest {

    private static final Duration WAIT = Duration.ofMillis(300);
    private static final Duration IN_TIME = Duration.ofSeconds(2);

    @Test
    void whoLooksSomethingUpWaitsNoLongerThanItsTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                HikariDataSource source = new HikariDataSource()) {
            Storage storage =
                    Storage.of(
                            "jdbc:postgresql://127.0.0.1:%d/log".formatted(silent.getLocalPort()),
                            "");
            storage.bound(source);
            source.setJdbcUrl(storage.url());
            source.setUsername("nobody");
            source.setInitializationFailTimeout(-1);
            // As long as a service waits for a connection, and longer than who asks here.
            source.setConnectionTimeout(5_000);
            JdbcTemplate jdbc = new JdbcTemplate(source);
            VerdictWriting writing =
                    new VerdictWriting(
                            new VerdictTable(
                                    jdbc,
                                    new SignalJson(Records.JSON),
                                    VerdictLogProperties.KeptTexts.ALL),
                            new TransactionTemplate(new JdbcTransactionManager(source)),
                            event -> {},
                            jdbc,
                            storage,
                            new FreeRoom(OptionalLong::empty, 0, System::nanoTime),
                            cause -> {});
            try (DurableLedger ledger =
                    new DurableLedger(
                            writing, new VerdictLogMetrics(new SimpleMeterRegistry()), 10, 10)) {
                ledger.start();
                // More than may look something up at once: they hold the permits of those who
                // come later.
                for (int i = 0; i < 6; i++) {
                    long begin = System.nanoTime();
                    assertThatThrownBy(() ->
                                    ledger.find(
                                            List.of(Records.key("a", "payload")),
                                            begin + WAIT.toNanos()))
                            .isInstanceOfSatisfying(
                                    Problem.class,
                                    problem ->
                                            assertThat(problem.code())
                                                    .isEqualTo(ProblemCode.LOG_UNAVAILABLE));
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(IN_TIME);
                }
            }
        }
    }
}
