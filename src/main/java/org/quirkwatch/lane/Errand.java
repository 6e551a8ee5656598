package org.quirkwatch.lane;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.quirkwatch.problem.Problem;

/// Other work for the thread of a lane, between two passes.
///
/// @param work throws nothing
/// @param outcome fails where the work is never done
/// @param dueNanos of [System#nanoTime]: from when on it goes before signals that wait
record Errand(Runnable work, CompletableFuture<?> outcome, long dueNanos) {

    /// The longest that an errand gives way to signals: under constant load it takes its share of
    /// the lane in this measure, one errand for each such time.
    static final Duration PATIENCE = Duration.ofMillis(250);

    // What fails is an answer to whoever asked, never the end of the lane: hence Throwable.
    static <T> Errand of(Supplier<T> work, CompletableFuture<T> outcome) {
        Runnable run =
                () -> {
                    if (outcome.isDone()) {
                        return;
                    }
                    try {
                        outcome.complete(work.get());
                    } catch (Throwable e) {
                        outcome.completeExceptionally(e);
                    }
                };
        return new Errand(run, outcome, System.nanoTime() + PATIENCE.toNanos());
    }

    boolean isDue() {
        return System.nanoTime() - dueNanos >= 0;
    }

    void refuse(Problem reason) {
        outcome.completeExceptionally(reason);
    }
}
