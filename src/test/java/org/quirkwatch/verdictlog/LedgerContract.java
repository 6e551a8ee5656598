package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.VerdictLedger.Kept;
import org.quirkwatch.scoring.VerdictRecord;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataAccessResourceFailureException;

/// What the ledger promises, on any database.
@Timeout(120)
abstract class LedgerContract {

    private final List<VerdictRecord> told = new CopyOnWriteArrayList<>();
    private final ApplicationEventPublisher telling =
            event -> told.addAll(((VerdictsLogged) event).verdicts());

    abstract Store store();

    @BeforeEach
    void empty() {
        store().clear();
    }

    @Test
    void aVerdictThatWasKeptIsInTheTableAndWasToldOf() throws Exception {
        VerdictRecord verdict = Records.keyed("a", "payload", 0.0005);
        try (DurableLedger ledger = ledger(telling)) {
            assertThat(keep(ledger, verdict).answer()).isEqualTo(verdict.answer());
            assertThat(rows()).isEqualTo(1);
            assertThat(told).extracting(VerdictRecord::id).containsExactly(verdict.id());
            assertThat(ledger.find(List.of(Records.key("a", "payload")), soon()).getFirst())
                    .contains(new Kept(verdict.answer(), verdict.key().map(k -> k.fingerprint())));
            assertThat(ledger.find(List.of(Records.key("b", "payload")), soon()).getFirst())
                    .isEmpty();
        }
    }

    @Test
    void theFirstVerdictUnderAKeyIsTheAnswerToAllLaterOnes() throws Exception {
        VerdictRecord first = Records.keyed("a", "payload", 0.5);
        VerdictRecord second = Records.keyed("a", "payload", 0.4);
        try (DurableLedger ledger = ledger(telling)) {
            keep(ledger, first);
            assertThat(keep(ledger, second).answer()).isEqualTo(first.answer());
        }
        assertThat(rows()).isEqualTo(1);
        assertThat(told).hasSize(1);
    }

    @Test
    void twoLedgersWithTheSameKeysAtOnceGiveOneAnswerToEach() throws Exception {
        int keys = 300;
        List<Future<String>> answers = new ArrayList<>();
        try (DurableLedger left = ledger(telling);
                DurableLedger right = ledger(telling);
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < keys; i++) {
                for (DurableLedger ledger : List.of(left, right, left)) {
                    VerdictRecord verdict = Records.keyed("k" + i % 200, "payload", 0.5);
                    answers.add(callers.submit(() -> keep(ledger, verdict).answer()));
                }
            }
            Set<String> different = new HashSet<>();
            for (Future<String> answer : answers) {
                different.add(answer.get());
            }
            assertThat(different).hasSize(200);
        }
        assertThat(rows()).isEqualTo(200);
        assertThat(told).hasSize(200);
    }

    @Test
    void whatIsWrittenOfAVerdictElsewhereIsUndoneWithIt() throws Exception {
        AtomicInteger times = new AtomicInteger();
        ApplicationEventPublisher failing =
                event -> {
                    if (times.getAndIncrement() < 2) {
                        throw new DataAccessResourceFailureException("away for a moment");
                    }
                    telling.publishEvent(event);
                };
        VerdictRecord verdict = Records.keyed("a", "payload", 0.5);
        try (DurableLedger ledger = ledger(failing)) {
            assertThat(keep(ledger, verdict).answer()).isEqualTo(verdict.answer());
        }
        assertThat(times.get()).isEqualTo(3);
        assertThat(rows()).isEqualTo(1);
        assertThat(told).hasSize(1);
    }

    @Test
    void oneVerdictThatCannotBeWrittenDoesNotStopTheOthers() throws Exception {
        ApplicationEventPublisher refusing =
                event -> {
                    for (VerdictRecord verdict : ((VerdictsLogged) event).verdicts()) {
                        if (verdict.signal().id().equals("bad")) {
                            throw new IllegalStateException("refused");
                        }
                    }
                    telling.publishEvent(event);
                };
        try (DurableLedger ledger = ledger(refusing)) {
            List<CompletableFuture<Kept>> outcomes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                outcomes.add(
                        ledger.keep(Records.unkeyed(i == 7 ? "bad" : "good-" + i, 0.5), soon()));
            }
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Kept> outcome = outcomes.get(i);
                if (i == 7) {
                    assertThatThrownBy(() -> outcome.get(20, TimeUnit.SECONDS))
                            .isInstanceOf(ExecutionException.class);
                } else {
                    assertThat(outcome.get(20, TimeUnit.SECONDS).answer()).contains("good-" + i);
                }
            }
        }
        assertThat(rows()).isEqualTo(19);
    }

    @Test
    void whoHasNoTimeLeftIsToldThatTheLogIsAway() throws Exception {
        ApplicationEventPublisher away =
                event -> {
                    throw new DataAccessResourceFailureException("away");
                };
        try (DurableLedger ledger = ledger(away)) {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                VerdictRecord verdict = Records.unkeyed("s" + i, 0.5);
                callers.add(Thread.startVirtualThread(() -> keepOrGiveUp(ledger, verdict)));
            }
            while (ledger.refusal().isEmpty()) {
                Thread.sleep(5);
            }
            long deadline = System.nanoTime() + Duration.ofMillis(100).toNanos();
            assertThatThrownBy(() -> ledger.keep(Records.unkeyed("late", 0.5), deadline))
                    .isInstanceOfSatisfying(
                            Problem.class,
                            problem -> {
                                assertThat(problem.code()).isEqualTo(ProblemCode.LOG_UNAVAILABLE);
                                assertThat(problem.retryAfter()).isPresent();
                            });
            callers.forEach(Thread::interrupt);
        }
        assertThat(rows()).isZero();
    }

    @Test
    void aGroupIsWrittenInFarFewerTransactionsThanVerdicts() throws Exception {
        AtomicInteger transactions = new AtomicInteger();
        try (DurableLedger ledger =
                new DurableLedger(
                        store().writing(
                                        event -> transactions.incrementAndGet(),
                                        VerdictLogProperties.KeptTexts.ALL),
                        new VerdictLogMetrics(new SimpleMeterRegistry()),
                        1_000,
                        100)) {
            List<CompletableFuture<Kept>> outcomes = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                outcomes.add(ledger.keep(Records.unkeyed("s" + i, 0.5), soon()));
            }
            ledger.start();
            for (CompletableFuture<Kept> outcome : outcomes) {
                outcome.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(rows()).isEqualTo(1_000);
        assertThat(transactions.get()).isEqualTo(10);
    }

    @Test
    void anErrorFailsForItsVerdictsAndLeavesTheLogAtWork() throws Exception {
        AtomicInteger transactions = new AtomicInteger();
        try (DurableLedger ledger =
                new DurableLedger(
                        store().writing(
                                        event -> {
                                            if (transactions.getAndIncrement() == 0) {
                                                throw new OutOfMemoryError("for the test");
                                            }
                                        },
                                        VerdictLogProperties.KeptTexts.ALL),
                        new VerdictLogMetrics(new SimpleMeterRegistry()),
                        10,
                        10)) {
            ledger.start();
            CompletableFuture<Kept> first = ledger.keep(Records.unkeyed("a", 0.5), soon());
            assertThatThrownBy(() -> first.get(30, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(OutOfMemoryError.class);
            ledger.keep(Records.unkeyed("b", 0.5), soon()).get(30, TimeUnit.SECONDS);
        }
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void whatIsOlderThanItsTimeIsDeletedInSteps() throws Exception {
        List<VerdictRecord> verdicts = new ArrayList<>();
        try (DurableLedger ledger = ledger(telling)) {
            for (int i = 0; i < 10; i++) {
                verdicts.add(Records.unkeyed("s" + i, 0.5));
                keep(ledger, verdicts.getLast());
            }
        }
        VerdictTable table =
                new VerdictTable(
                        store().jdbc(),
                        new SignalJson(Records.JSON),
                        VerdictLogProperties.KeptTexts.ALL);
        var moment = verdicts.get(6).at();
        assertThat(table.deleteBefore(moment, 4)).isEqualTo(4);
        assertThat(table.deleteBefore(moment, 4)).isEqualTo(2);
        assertThat(table.deleteBefore(moment, 4)).isZero();
        assertThat(rows()).isEqualTo(4);
    }

    @Test
    void aDiskWithTooLittleRoomIsToldToCallersAtOnceAndTheLogGoesOnWhenThereIsRoom()
            throws Exception {
        try (DurableLedger ledger = ledger(telling)) {
            assertThat(ledger.refusal()).isEmpty();
            store().fill(true);
            Thread.sleep(250);
            assertThat(ledger.refusal().map(Problem::code)).contains(ProblemCode.LOG_UNAVAILABLE);
            assertThat(ledger.refusal().map(Problem::detail).orElse(""))
                    .contains("64.0 MB are the least");
            assertThat(new VerdictLogHealth(ledger).health().getStatus()).isEqualTo(Status.DOWN);
            // One that was on its way waits, and is written when there is room.
            CompletableFuture<Kept> waiting = ledger.keep(Records.unkeyed("w", 0.5), soon());
            Thread.sleep(300);
            assertThat(waiting).isNotDone();
            assertThat(rows()).isZero();
            store().fill(false);
            assertThat(waiting.get(20, TimeUnit.SECONDS)).isNotNull();
            assertThat(ledger.refusal()).isEmpty();
            assertThat(new VerdictLogHealth(ledger).health().getStatus()).isEqualTo(Status.UP);
        } finally {
            store().fill(false);
        }
        assertThat(rows()).isEqualTo(1);
    }

    private int rows() {
        Integer rows = store().jdbc().queryForObject("select count(*) from verdict", Integer.class);
        return rows == null ? -1 : rows;
    }

    private DurableLedger ledger(ApplicationEventPublisher events) {
        DurableLedger ledger =
                new DurableLedger(
                        store().writing(events, VerdictLogProperties.KeptTexts.FLAGGED),
                        new VerdictLogMetrics(new SimpleMeterRegistry()),
                        100,
                        64);
        ledger.start();
        return ledger;
    }

    private static Kept keep(DurableLedger ledger, VerdictRecord verdict) throws Exception {
        return ledger.keep(verdict, soon()).get(60, TimeUnit.SECONDS);
    }

    private static void keepOrGiveUp(DurableLedger ledger, VerdictRecord verdict) {
        try {
            var _ = ledger.keep(verdict, soon());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long soon() {
        return System.nanoTime() + Duration.ofMinutes(1).toNanos();
    }
}
