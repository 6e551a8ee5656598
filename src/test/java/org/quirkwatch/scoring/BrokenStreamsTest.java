package org.quirkwatch.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Streams that break off while the log is an embedded database's file.
@Timeout(300)
class BrokenStreamsTest {

    private static final int STREAMS = 120;
    private static final int KNOWN = 500;
    // A second where the machine has nothing else to do.
    private static final Duration FREED = Duration.ofSeconds(5);

    @Test
    void callersWhoBreakOffAtAnyMomentFreeTheLaneAndHarmNoDatabase(@TempDir Path data)
            throws Exception {
        SplittableRandom random = new SplittableRandom(6);
        // The kind of file that an interrupt closes, and no cache, so that every look-up reads it.
        String url =
                "spring.datasource.url=jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=0"
                        .formatted(data.resolve("log"));
        try (LoggedService service = LoggedService.startWithLogIn(data, url)) {
            service.caller().post("/v1/signals", known().getBytes(UTF_8), StreamCaller.NDJSON);
            for (int i = 0; i < STREAMS; i++) {
                breakOff(service.port(), i, random);
            }
            long broken = System.nanoTime();
            while (service.caller().metric("quirkwatch_pending_signals") > 0) {
                assertThat(Duration.ofNanos(System.nanoTime() - broken)).isLessThan(FREED);
                Thread.sleep(10);
            }

            for (int i = 0; i < 20; i++) {
                assertThat(service.caller().post("/v1/signals", signal("after-" + i, i)).status())
                        .isEqualTo(200);
            }
            JsonNode page = service.caller().get("/v1/verdicts?signal_id=after-19").json();
            assertThat(page.get("verdicts")).hasSize(1);
        }
    }

    /// Sends signals that were answered before, so that whoever reads them does nothing but look
    /// things up, then new ones, and is gone while that goes on.
    private static void breakOff(int port, int stream, SplittableRandom random)
            throws IOException, InterruptedException {
        try (StreamCaller caller = new StreamCaller(port)) {
            caller.send(known());
            for (int line = random.nextInt(100); line > 0; line--) {
                caller.verdict();
            }
            caller.send(signal("new-" + stream, 1_000 + stream) + "\n");
            Thread.sleep(random.nextInt(10));
            caller.reset();
        }
    }

    private static String known() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < KNOWN; i++) {
            lines.append(signal("known-" + i, i)).append('\n');
        }
        return lines.toString();
    }

    private static String signal(String id, int number) {
        return "{\"id\": \"%s\", \"prompt\": \"1 + %d\", \"label\": \" Yes\"}"
                .formatted(id, number);
    }
}
