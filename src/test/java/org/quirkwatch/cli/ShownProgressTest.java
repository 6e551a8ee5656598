package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ShownProgressTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Instant now = Instant.EPOCH;

    @Test
    void aLogGetsALineEveryTenSecondsAndTheLastState() {
        try (ShownProgress progress = progress(false)) {
            for (int done = 0; done <= 100; done++) {
                progress.update(done, 100, done == 100 ? "loss 0.5" : "");
                now = now.plus(Duration.ofMillis(300));
            }
        }
        assertThat(text().lines())
                .containsExactly(
                        "train 34/100 (34 %), 3.3/s, 20 s left",
                        "train 68/100 (68 %), 3.3/s, 10 s left",
                        "train 100/100 (100 %), 3.3/s, loss 0.5");
    }

    @Test
    void aTerminalGetsOneLineThatIsDrawnOver() {
        try (ShownProgress progress = progress(true)) {
            progress.update(0, 48, "");
            now = now.plusSeconds(1);
            progress.update(24, 48, "");
            progress.update(25, 48, "");
        }
        assertThat(text())
                .isEqualTo(
                        "\rtrain [############............] 24/48 (50 %), 24/s, 1 s left\u001b[K"
                                + "\rtrain [############............] 25/48 (52 %), 25/s, 1 s left\u001b[K"
                                + System.lineSeparator());
    }

    @Test
    void workThatIsResumedHasTheRateOfThisRun() {
        try (ShownProgress progress = progress(false)) {
            progress.update(1000, 10_000, "");
            now = now.plusSeconds(100);
            progress.update(1100, 10_000, "");
        }
        assertThat(text()).contains("train 1100/10000 (11 %), 1.0/s, 2 h 28 min left");
    }

    @Test
    void anUnknownTotalHasNoShareAndNoWorkNoLine() {
        try (ShownProgress progress = progress(false)) {
            now = now.plusSeconds(11);
            progress.update(5, 0, "");
        }
        progress(true).close();
        assertThat(text()).isEqualToIgnoringNewLines("train 5");
    }

    private ShownProgress progress(boolean interactive) {
        return new ShownProgress(
                "train",
                new PrintStream(err, true, StandardCharsets.UTF_8),
                interactive,
                () -> now);
    }

    private String text() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
