package org.quirkwatch.lane;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.signal.Signal;

/// Equal work is done once: what the same prompt, label and choices gave lately, or are about to
/// give. Holds for one model and detector. Bounded by the size of its texts. Only scores are
/// shared, never failures: who waited for one that failed has to ask for itself. Thread-safe.
public final class SharedOutcomes {

    /// Beside the texts: objects, the outcome with its layers, the table.
    public static final int ENTRY_BYTES = 1_000;

    private final Cache<Key, CompletableFuture<Outcome>> outcomes;

    private record Key(String prompt, @Nullable String label, List<String> choices) {
        static Key of(Signal signal) {
            return new Key(signal.prompt(), signal.label(), signal.choices());
        }

        int bytes(int entryBytes) {
            long chars = prompt.length() + (label == null ? 0L : label.length());
            for (String choice : choices) {
                chars += choice.length();
            }
            return (int) Math.min(Integer.MAX_VALUE, entryBytes + 2 * chars);
        }
    }

    /// Shares nothing yet.
    ///
    /// @param maxBytes of texts and what belongs to them; 0 shares nothing
    /// @param entryBytes what an entry takes beside its texts, [#ENTRY_BYTES] or more
    public SharedOutcomes(long maxBytes, int entryBytes) {
        outcomes =
                Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((Key key, CompletableFuture<Outcome> outcome) ->
                                key.bytes(entryBytes))
                        // What is evicted is only forgotten: no thread is needed for that.
                        .executor(Runnable::run)
                        .build();
    }

    /// What an equal signal gave or is about to give.
    public Optional<CompletableFuture<Outcome>> find(Signal signal) {
        return Optional.ofNullable(outcomes.getIfPresent(Key.of(signal)));
    }

    /// Shares what a signal is about to give, from now on and as long as it does not fail.
    public void offer(Signal signal, CompletableFuture<Outcome> outcome) {
        Key key = Key.of(signal);
        outcomes.put(key, outcome);
        var _ =
                outcome.whenComplete((result, failure) -> {
                    if (failure != null || result.measurement() instanceof Measurement.Failed) {
                        outcomes.asMap().remove(key, outcome);
                    }
                });
    }
}
