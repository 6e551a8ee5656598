package org.quirkwatch.scoring;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Until when the callers of requests wait.
final class Deadlines {

    /// What the header says, for the contract.
    static final String PREFER =
            "`wait=N` (RFC 7240): the caller waits for N seconds; a signal that the model has not"
                    + " begun with by then is not computed.";

    private static final Pattern WAIT =
            Pattern.compile(
                    "(?:^|,)\\s*wait\\s*=\\s*(\"?)(\\d{1,9})\\1\\s*(?:[,;]|$)",
                    Pattern.CASE_INSENSITIVE);

    private final Duration most;

    /// @param most that any caller may wait
    Deadlines(Duration most) {
        this.most = most;
    }

    /// The deadline of a request that comes now, of [System#nanoTime].
    ///
    /// @param prefer the header `Prefer` of RFC 7240; what it says of other things, or cannot be
    ///   understood, is ignored, as that RFC wants
    long of(@Nullable String prefer) {
        Duration wait = most;
        Matcher matcher = WAIT.matcher(prefer == null ? "" : prefer);
        if (matcher.find()) {
            Duration asked = Duration.ofSeconds(Long.parseLong(matcher.group(2)));
            wait = asked.compareTo(most) < 0 ? asked : most;
        }
        return System.nanoTime() + wait.toNanos();
    }
}
