package org.quirkwatch.review;

import java.util.List;
import java.util.UUID;

/// Flagged signals came into the queue. Told after the transaction that wrote them, at least once
/// even when the service was killed in between: who hears it must bear to hear it twice.
///
/// @param reviews ids of the reviews, which are those of their verdicts
/// @param discarded how many of them were answered with `discard`
public record ReviewsOpened(List<UUID> reviews, int discarded) {

    /// Copies the list.
    public ReviewsOpened {
        reviews = List.copyOf(reviews);
    }
}
