package org.quirkwatch.review;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Disposition;
import org.quirkwatch.scoring.VerdictRecord;
import org.quirkwatch.verdictlog.Database;
import org.quirkwatch.verdictlog.VerdictsLogged;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.support.TransactionTemplate;

/// The queue: who takes what, for how long, and what came of it. Many replicas and reviewers may
/// use it at once. Thread-safe.
class ReviewQueue {

    private static final int ATTEMPTS = 50;
    // Of the connections to the database: scoring needs some too.
    private static final int TURNS = 4;
    private static final long PAUSE_MILLIS = 5;

    private final ReviewTable table;
    private final TransactionTemplate transaction;
    private final InstantSource clock;
    private final Duration lease;
    private final ReviewMetrics metrics;
    private final ApplicationEventPublisher events;
    private final Semaphore turns = new Semaphore(TURNS, true);

    ReviewQueue(
            ReviewTable table,
            TransactionTemplate transaction,
            InstantSource clock,
            Duration lease,
            ReviewMetrics metrics,
            ApplicationEventPublisher events) {
        this.table = table;
        this.transaction = transaction;
        this.clock = clock;
        this.lease = lease;
        this.metrics = metrics;
        this.events = events;
    }

    /// Opens an item for each flagged verdict, in the transaction that writes the verdicts.
    @EventListener
    void on(VerdictsLogged logged) {
        List<VerdictRecord> flagged =
                logged.verdicts().stream().filter(VerdictRecord::flagged).toList();
        if (!flagged.isEmpty()) {
            table.open(flagged);
            int discarded =
                    (int)
                            flagged.stream()
                                    .filter(v -> v.disposition() == Disposition.DISCARD)
                                    .count();
            // Written with them, and delivered when they are.
            events.publishEvent(
                    new ReviewsOpened(flagged.stream().map(VerdictRecord::id).toList(), discarded));
        }
    }

    /// Gives a reviewer the item that is next.
    ///
    /// @return empty when nothing is open
    /// @throws Problem `log-unavailable`
    Optional<Review> claimNext(String reviewer) {
        return call(() -> {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Optional<Review> claimed = Optional.ofNullable(tryClaimNext(reviewer));
                if (claimed.isPresent() || !table.hasFree(clock.instant())) {
                    return claimed;
                }
                // What is free was about to be taken by others; perhaps not all of it was.
                pause();
            }
            return Optional.empty();
        });
    }

    private @Nullable Review tryClaimNext(String reviewer) {
        try {
            return transaction.execute(status -> claimWithin(reviewer));
        } catch (ConcurrencyFailureException e) {
            // Another was faster, and the embedded database says so in this way.
            return null;
        }
    }

    private @Nullable Review claimWithin(String reviewer) {

        Instant now = clock.instant();
        Optional<UUID> id = table.lockNext(now);
        return id.filter(next -> table.claim(next, reviewer, now, now.plus(lease)))
                .flatMap(next -> table.find(next, now))
                .orElse(null);
    }

    /// Many who ask at once wait for each other here, in turn, and not for a connection.
    private <T> T call(Supplier<T> query) {
        turns.acquireUninterruptibly();
        try {
            return Database.call(query);
        } finally {
            turns.release();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Gives a reviewer an item, or more time for one that is theirs.
    ///
    /// @throws Problem `not-found`, `review-conflict` with its state, `log-unavailable`
    Review claim(UUID id, String reviewer) {
        Instant now = clock.instant();
        boolean done = call(() -> table.claim(id, reviewer, now, now.plus(lease)));
        return after(done, id, "claimed");
    }

    /// Takes back a claim: the item is open for others.
    ///
    /// @throws Problem as [#claim] does
    Review release(UUID id, String reviewer) {
        boolean done = call(() -> table.release(id, reviewer));
        return after(done, id, "released by " + reviewer);
    }

    /// Decides on an item that is the reviewer's. The same decision again gives the same answer.
    ///
    /// @param outcome confirmed or dismissed
    /// @throws Problem as [#claim] does
    Review decide(UUID id, String reviewer, ReviewStatus outcome, @Nullable String note) {
        Instant now = clock.instant();
        boolean done = call(() -> table.decide(id, reviewer, outcome, note, now));
        Review review = get(id);
        if (done) {
            metrics.decided(outcome);
        } else if (!isSame(review, reviewer, outcome, note)) {
            throw conflict(review, outcome.text() + " by " + reviewer);
        }
        return review;
    }

    private static boolean isSame(
            Review review, String reviewer, ReviewStatus outcome, @Nullable String note) {
        return review.status() == outcome
                && review.reviewer().equals(Optional.of(reviewer))
                && review.note().equals(Optional.ofNullable(note));
    }

    /// An item.
    ///
    /// @throws Problem `not-found`, `log-unavailable`
    Review get(UUID id) {
        return call(() -> table.find(id, clock.instant()))
                .orElseThrow(() -> new Problem(ProblemCode.NOT_FOUND, "there is no such review"));
    }

    /// Items in the order of the queue.
    ///
    /// @param after id of the last of the page before, null for the first page
    /// @throws Problem `invalid-request` for an id that is no item's, `log-unavailable`
    List<Review> page(ReviewFilter filter, @Nullable UUID after, int most) {
        return call(() -> {
            Instant now = clock.instant();
            Review last =
                    after == null
                            ? null
                            : table.find(after, now)
                                    .orElseThrow(() ->
                                            new Problem(
                                                    ProblemCode.INVALID_REQUEST,
                                                    "cursor must be the `next` of another page"));
            return table.page(filter, last, most, now);
        });
    }

    /// How many items there are of each status; none of a status that is missing.
    ///
    /// @throws Problem `log-unavailable`
    Map<ReviewStatus, Long> depths() {
        return call(() -> table.depths(clock.instant()));
    }

    /// When the oldest item was opened on which nobody has decided.
    ///
    /// @throws Problem `log-unavailable`
    Optional<Instant> oldest() {
        return call(table::oldest);
    }

    private Review after(boolean done, UUID id, String step) {
        Review review = get(id);
        if (!done) {
            throw conflict(review, step);
        }
        return review;
    }

    private static Problem conflict(Review review, String step) {
        String state =
                review.status().text()
                        + review.reviewer().map(r -> " by " + r).orElse("")
                        + review.claimedUntil().map(t -> " until " + t).orElse("")
                        + review.decidedAt().map(t -> " at " + t).orElse("");
        return new Problem(
                ProblemCode.REVIEW_CONFLICT,
                "the review cannot be %s: it is %s".formatted(step, state));
    }
}
