package org.quirkwatch.scoring;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.quirkwatch.problem.Problem;

/// Where verdicts are written down before they are answered. Thread-safe; callers may be many and
/// wait.
public interface VerdictLedger {

    /// Writes nothing down and remembers nothing.
    VerdictLedger NONE =
            new VerdictLedger() {
                @Override
                public boolean keeps() {
                    return false;
                }

                @Override
                public Optional<Problem> refusal() {
                    return Optional.empty();
                }

                @Override
                public List<Optional<Kept>> find(List<IdempotencyKey> keys, long deadlineNanos) {
                    return keys.stream().map(key -> Optional.<Kept>empty()).toList();
                }

                @Override
                public CompletableFuture<Kept> keep(VerdictRecord verdict, long deadlineNanos) {
                    return CompletableFuture.completedFuture(
                            new Kept(verdict.answer(), Optional.empty()));
                }
            };

    /// An answer that is written down.
    ///
    /// @param answer the JSON that the first caller got
    /// @param fingerprint of the payload that came with the key; empty where there was no key
    record Kept(String answer, Optional<String> fingerprint) {}

    /// Whether verdicts can be found again.
    boolean keeps();

    /// Why any caller would be refused now, whatever it brings.
    Optional<Problem> refusal();

    /// The first answers under keys, in order; empty for keys that are new.
    ///
    /// @param deadlineNanos of [System#nanoTime]: how long it is tried
    /// @throws Problem `log-unavailable` when that is over
    List<Optional<Kept>> find(List<IdempotencyKey> keys, long deadlineNanos);

    /// Writes a verdict down, unless its key has one already. Waits while there is no room.
    ///
    /// @param deadlineNanos of [System#nanoTime]: what is not written by then need not be
    /// @return what is to be answered, when it cannot be lost any more: this verdict, or the one
    ///   that was first under its key; fails with the problem `log-unavailable`
    CompletableFuture<Kept> keep(VerdictRecord verdict, long deadlineNanos)
            throws InterruptedException;
}
