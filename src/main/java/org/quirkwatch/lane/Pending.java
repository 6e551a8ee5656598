package org.quirkwatch.lane;

import java.util.concurrent.CompletableFuture;
import org.quirkwatch.model.TokenizedSignal;

/// A signal on its way.
///
/// @param caller whose it is
/// @param deadlineNanos of [System#nanoTime], after which nobody waits for it
/// @param outcome completed by the lane, or cancelled when the caller has gone
record Pending(
        Caller caller,
        TokenizedSignal signal,
        long enqueuedNanos,
        long deadlineNanos,
        CompletableFuture<Outcome> outcome) {

    boolean isLate(long nowNanos) {
        return nowNanos - deadlineNanos > 0;
    }
}
