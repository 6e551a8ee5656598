package org.quirkwatch.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.quirkwatch.progress.Progress;

/// Progress on standard error: on a terminal one line that is drawn over, elsewhere a line every
/// ten seconds. Closing it shows the last state. Of one thread.
final class ShownProgress implements Progress, AutoCloseable {

    private static final Duration BETWEEN_FRAMES = Duration.ofMillis(100);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
    private static final int BAR_WIDTH = 24;
    private static final String ERASE_TO_END = "\u001b[K";

    private final String title;
    private final PrintStream err;
    private final boolean interactive;
    private final InstantSource clock;
    private final Instant start;
    private Instant lastShown;
    private long firstDone = -1;
    private String latest = "";
    private boolean shown = true;

    ShownProgress(String title, PrintStream err, boolean interactive, InstantSource clock) {
        this.title = title;
        this.err = err;
        this.interactive = interactive;
        this.clock = clock;
        this.start = clock.instant();
        this.lastShown = start;
    }

    @Override
    public void update(long done, long total, String detail) {
        Instant now = clock.instant();
        if (firstDone < 0) {
            // Work that is resumed starts beyond 0; its rate is that of this run.
            firstDone = done;
        }
        latest = line(done, total, detail, Duration.between(start, now));
        shown = false;
        Duration pause = interactive ? BETWEEN_FRAMES : BETWEEN_LINES;
        if (Duration.between(lastShown, now).compareTo(pause) >= 0) {
            show();
            lastShown = now;
        }
    }

    /// Shows the last state, and leaves the cursor on a new line.
    @Override
    public void close() {
        if (!shown) {
            show();
        }
        if (interactive && !latest.isEmpty()) {
            err.println();
        }
        latest = "";
    }

    private void show() {
        if (interactive) {
            err.print("\r" + latest + ERASE_TO_END);
            err.flush();
        } else {
            err.println(latest);
        }
        shown = true;
    }

    private String line(long done, long total, String detail, Duration elapsed) {
        StringBuilder line = new StringBuilder(title).append(' ');
        double share = total > 0 ? Math.min(1.0, (double) done / total) : 0;
        if (total > 0 && interactive) {
            int filled = (int) (share * BAR_WIDTH);
            line.append('[').repeat('#', filled).repeat('.', BAR_WIDTH - filled).append("] ");
        }
        line.append(done);
        if (total > 0) {
            line.append("/%d (%d %%)".formatted(total, (int) (share * 100)));
        }
        double seconds = elapsed.toMillis() / 1e3;
        double rate = (done - firstDone) / seconds;
        // Positive and finite only once something was done in a measurable time.
        if (rate > 0 && rate < Double.POSITIVE_INFINITY) {
            line.append(String.format(Locale.ROOT, rate < 10 ? ", %.1f/s" : ", %.0f/s", rate));
            if (total > done) {
                line.append(", ").append(spoken((long) Math.ceil((total - done) / rate)));
                line.append(" left");
            }
        }
        if (!detail.isEmpty()) {
            line.append(", ").append(detail);
        }
        return line.toString();
    }

    private static String spoken(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return "%d min %d s".formatted(seconds / 60, seconds % 60);
        }
        return "%d h %d min".formatted(seconds / 3600, seconds % 3600 / 60);
    }
}
