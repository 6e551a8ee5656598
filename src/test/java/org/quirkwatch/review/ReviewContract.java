package org.quirkwatch.review;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.VerdictRecord;
import org.quirkwatch.verdictlog.Records;
import org.quirkwatch.verdictlog.Store;

/// What the queue promises, on any database.
@Timeout(180)
abstract class ReviewContract {

    private static final Duration LEASE = Duration.ofMinutes(15);

    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-23T12:00:00Z"));
    private final List<Object> told = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    abstract Store store();

    private ReviewQueue queue() {
        ReviewTable table = new ReviewTable(store().jdbc());
        return new ReviewQueue(
                table,
                store().transaction(),
                now::get,
                LEASE,
                new ReviewMetrics(meters, table, now::get),
                told::add);
    }

    @BeforeEach
    void empty() {
        store().clear();
    }

    @Test
    void flaggedVerdictsBecomeItemsAndOthersDoNot() {
        ReviewQueue queue = queue();
        write(queue, 0.5, 0.009, 0.0005);

        assertThat(queue.page(ReviewFilter.ALL, null, 10))
                .extracting(Review::disposition)
                .containsExactly("discard", "review");
        assertThat(told)
                .singleElement()
                .isInstanceOfSatisfying(
                        ReviewsOpened.class,
                        opened -> {
                            assertThat(opened.reviews()).hasSize(2);
                            assertThat(opened.discarded()).isEqualTo(1);
                        });
    }

    @Test
    void whatIsWrittenWithAVerdictIsUndoneWithIt() {
        ReviewQueue queue = queue();
        assertThatThrownBy(() ->
                        store().write(
                                        List.of(Records.unkeyed("s", 0.001)),
                                        logged -> {
                                            queue.on(logged);
                                            throw new IllegalStateException(
                                                    "something else failed");
                                        }))
                .hasMessage("something else failed");
        assertThat(queue.page(ReviewFilter.ALL, null, 10)).isEmpty();
    }

    @Test
    void theSmallestPValueIsDueFirstUntilOthersHaveWaitedLong() {
        // A factor of ten weighs an hour; these were given a second apart, the last an hour later.
        VerdictRecord plain = Records.unkeyed("plain", 0.009);
        VerdictRecord rare = Records.unkeyed("rare", 0.0005);
        ReviewQueue queue = queue();
        store().write(List.of(plain, rare), queue::on);

        assertThat(ReviewTable.dueAt(rare)).isBefore(ReviewTable.dueAt(plain));
        assertThat(Duration.between(ReviewTable.dueAt(rare), ReviewTable.dueAt(plain)))
                .isBetween(Duration.ofMinutes(74), Duration.ofMinutes(76));
        assertThat(queue.claimNext("anna").orElseThrow().verdictId()).isEqualTo(rare.id());
        assertThat(queue.claimNext("anna").orElseThrow().verdictId()).isEqualTo(plain.id());
        assertThat(queue.claimNext("anna")).isEmpty();
    }

    @Test
    void fiftyReviewersDrainAThousandItemsNoneTwiceAndNoneLost() throws Exception {
        ReviewQueue queue = queue();
        double[] pValues = new double[1_000];
        java.util.Arrays.fill(pValues, 0.0005);
        write(queue, pValues);

        List<Future<List<UUID>>> drained = new ArrayList<>();
        try (var reviewers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                String reviewer = "reviewer-" + i;
                drained.add(reviewers.submit(() -> drain(queue, reviewer)));
            }
        }
        List<UUID> all = new ArrayList<>();
        for (Future<List<UUID>> one : drained) {
            all.addAll(one.get());
        }
        assertThat(all).hasSize(1_000);
        assertThat(new HashSet<>(all)).hasSize(1_000);
        assertThat(queue.page(ReviewFilter.of(ReviewStatus.OPEN), null, 10)).isEmpty();
        assertThat(meters.counter("quirkwatch.review.decisions", "outcome", "confirmed").count())
                .isEqualTo(1_000);
    }

    private static List<UUID> drain(ReviewQueue queue, String reviewer) {
        List<UUID> done = new ArrayList<>();
        Optional<Review> next = queue.claimNext(reviewer);
        while (next.isPresent()) {
            UUID id = next.get().verdictId();
            done.add(id);
            assertThat(queue.decide(id, reviewer, ReviewStatus.CONFIRMED, null).reviewer())
                    .contains(reviewer);
            next = queue.claimNext(reviewer);
        }
        return done;
    }

    @Test
    void aClaimThatExpiresIsOpenAgainAndItsOldHolderCannotDecide() {
        ReviewQueue queue = queue();
        write(queue, 0.0005);
        UUID id = queue.claimNext("anna").orElseThrow().verdictId();
        assertThat(queue.claimNext("ben")).isEmpty();

        now.updateAndGet(time -> time.plus(LEASE).plusMillis(1));

        assertThat(queue.get(id).status()).isEqualTo(ReviewStatus.OPEN);
        assertThat(queue.page(ReviewFilter.of(ReviewStatus.OPEN), null, 10)).hasSize(1);
        assertThat(queue.page(ReviewFilter.of(ReviewStatus.CLAIMED), null, 10)).isEmpty();
        assertThat(queue.claimNext("ben").orElseThrow().verdictId()).isEqualTo(id);
        assertConflict(
                () -> queue.decide(id, "anna", ReviewStatus.DISMISSED, null), "claimed by ben");
    }

    @Test
    void stepsThatTheStateDoesNotAllowAreRefusedWithTheState() {
        ReviewQueue queue = queue();
        write(queue, 0.0005);
        UUID id = queue.page(ReviewFilter.ALL, null, 1).getFirst().verdictId();

        assertConflict(() -> queue.decide(id, "anna", ReviewStatus.CONFIRMED, null), "it is open");
        assertConflict(() -> queue.release(id, "anna"), "it is open");
        queue.claim(id, "anna");
        assertConflict(() -> queue.claim(id, "ben"), "claimed by anna");
        assertThat(queue.claim(id, "anna").status()).isEqualTo(ReviewStatus.CLAIMED);
        assertThat(queue.release(id, "anna").status()).isEqualTo(ReviewStatus.OPEN);
        queue.claim(id, "ben");
        Review decided = queue.decide(id, "ben", ReviewStatus.DISMISSED, "a joke");
        assertThat(decided.status()).isEqualTo(ReviewStatus.DISMISSED);
        assertThat(decided.note()).contains("a joke");
        assertThat(queue.decide(id, "ben", ReviewStatus.DISMISSED, "a joke")).isEqualTo(decided);
        assertConflict(
                () -> queue.decide(id, "ben", ReviewStatus.CONFIRMED, null), "dismissed by ben");
        assertConflict(() -> queue.claim(id, "anna"), "dismissed by ben");
        assertThatThrownBy(() -> queue.get(UUID.randomUUID()))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.code()).isEqualTo(ProblemCode.NOT_FOUND));
    }

    @Test
    void pagesGoThroughAllInOrderWhateverTheirStates() {
        ReviewQueue queue = queue();
        write(queue, 0.0005, 0.002, 0.0009, 0.003, 0.0005, 0.001, 0.004);
        List<UUID> whole = ids(queue.page(ReviewFilter.of(ReviewStatus.OPEN), null, 100));
        assertThat(whole).hasSize(7);
        queue.claim(whole.get(1), "anna");
        // That claim has expired by now, the others hold.
        now.updateAndGet(time -> time.plus(LEASE).plusMillis(1));
        for (int i : List.of(2, 4, 5)) {
            queue.claim(whole.get(i), "ben");
        }
        queue.decide(whole.get(4), "ben", ReviewStatus.CONFIRMED, null);
        queue.decide(whole.get(5), "ben", ReviewStatus.DISMISSED, null);

        assertThat(paged(queue, ReviewFilter.ALL)).isEqualTo(whole);
        assertThat(paged(queue, ReviewFilter.of(ReviewStatus.OPEN)))
                .containsExactly(whole.get(0), whole.get(1), whole.get(3), whole.get(6));
        assertThat(paged(queue, ReviewFilter.of(ReviewStatus.CLAIMED)))
                .containsExactly(whole.get(2));
        assertThat(paged(queue, ReviewFilter.of(ReviewStatus.CONFIRMED)))
                .containsExactly(whole.get(4));
        assertThat(queue.depths())
                .containsAllEntriesOf(
                        Map.of(
                                ReviewStatus.OPEN, 4L,
                                ReviewStatus.CLAIMED, 1L,
                                ReviewStatus.CONFIRMED, 1L,
                                ReviewStatus.DISMISSED, 1L));
    }

    private static List<UUID> paged(ReviewQueue queue, ReviewFilter filter) {
        List<UUID> paged = new ArrayList<>();
        List<Review> page = queue.page(filter, null, 2);
        while (!page.isEmpty()) {
            paged.addAll(ids(page));
            page = queue.page(filter, paged.getLast(), 2);
        }
        return paged;
    }

    private static List<UUID> ids(List<Review> reviews) {
        return reviews.stream().map(Review::verdictId).toList();
    }

    @Test
    void outcomesGiveTheOverturnRateAndAProposalWithIntervals() {
        ReviewQueue queue = queue();
        // Of 60 with small p-values all are right; of 40 with larger ones none.
        double[] pValues = new double[100];
        for (int i = 0; i < 100; i++) {
            pValues[i] = i < 60 ? 0.0005 : 0.009;
        }
        write(queue, pValues);
        for (Review review : queue.page(ReviewFilter.ALL, null, 200)) {
            queue.claim(review.verdictId(), "anna");
            queue.decide(
                    review.verdictId(),
                    "anna",
                    review.pValue().getAsDouble() < 0.001
                            ? ReviewStatus.CONFIRMED
                            : ReviewStatus.DISMISSED,
                    null);
        }
        ReviewOutcomes outcomes = new ReviewOutcomes(store().jdbc());

        ReviewOutcomes.Rate rate = outcomes.rates().getFirst();
        assertThat(rate.confirmed()).isEqualTo(60);
        assertThat(rate.dismissed()).isEqualTo(40);
        assertThat(rate.overturned()).isEqualTo(0.4);
        assertThat(rate.interval().low()).isBetween(0.30, 0.31);
        assertThat(rate.interval().high()).isBetween(0.50, 0.51);

        ReviewOutcomes.Proposal proposal = outcomes.proposals(0.8).getFirst();
        assertThat(proposal.alpha()).isEqualTo(0.01);
        assertThat(proposal.levels().getFirst().precision().orElseThrow().low()).isLessThan(0.6);
        ReviewOutcomes.Level proposed = proposal.proposed().orElseThrow();
        assertThat(proposed.alpha()).isEqualTo(0.007);
        assertThat(proposed.dismissed()).isZero();
        assertThat(outcomes.proposals(0.99).getFirst().proposed()).isEmpty();
    }

    private void assertConflict(Runnable step, String state) {
        assertThatThrownBy(step::run)
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem -> {
                            assertThat(problem.code()).isEqualTo(ProblemCode.REVIEW_CONFLICT);
                            assertThat(problem.detail()).contains(state);
                        });
    }

    private void write(ReviewQueue queue, double... pValues) {
        List<VerdictRecord> verdicts = new ArrayList<>();
        for (double pValue : pValues) {
            verdicts.add(Records.unkeyed("s", pValue));
        }
        store().write(verdicts, queue::on);
    }
}
