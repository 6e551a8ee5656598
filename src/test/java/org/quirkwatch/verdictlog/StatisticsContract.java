package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quirkwatch.scoring.VerdictRecord;

/// What statistics promise of counts that were kept, on any database.
@Timeout(120)
abstract class StatisticsContract {

    private static final int VERDICTS = 600;

    private final List<VerdictRecord> verdicts = new ArrayList<>();

    abstract Store store();

    /// A verdict a second, one in three flagged.
    @BeforeEach
    void write() {
        store().clear();
        for (int i = 0; i < VERDICTS; i++) {
            verdicts.add(Records.unkeyed("s" + i, i % 3 == 0 ? 0.0001 : 0.5));
        }
        store().write(verdicts, event -> {});
        store().jdbc()
                .update(
                        "update verdict set answer ="
                                + " '{\"calibration\": {\"n\": 500, \"alpha_review\": 0.01}}'");
    }

    @Test
    void countsThatWereKeptSayWhatTheVerdictsSayToTheSecond() {
        Instant first = verdicts.getFirst().at();
        Instant last = verdicts.getLast().at();
        List<Instant[]> spans =
                List.of(
                        span(first, last.plusSeconds(1)),
                        span(first.plusMillis(17_500), last.minusMillis(29_300)),
                        span(first.plusSeconds(61), first.plusSeconds(62)),
                        span(first.plusSeconds(59), first.plusSeconds(125)),
                        span(first.minusSeconds(86_400), last.plusSeconds(86_400)));
        List<List<VerdictStatistics.Series>> before = spans.stream().map(this::read).toList();
        // Some of the minutes, then all of them.
        for (Instant now : List.of(first.plusSeconds(600), last.plusSeconds(3_600))) {
            minutes(now, Duration.ofDays(90)).count();
            assertThat(spans.stream().map(this::read).toList()).isEqualTo(before);
        }
        assertThat(before.getFirst())
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.verdicts()).isEqualTo(VERDICTS);
                    assertThat(one.buckets().stream().mapToLong(b -> b.flagged()).sum())
                            .isEqualTo(VERDICTS / 3);
                    assertThat(one.levels()).contains(new VerdictStatistics.Levels(0.01, 500));
                });
    }

    @Test
    void wholeMinutesThatAreCountedAreNotReadAgain() {
        Instant now = verdicts.getLast().at().plusSeconds(3_600);
        minutes(now, Duration.ofDays(90)).count();
        minutes(now, Duration.ofDays(90)).count();
        store().jdbc().update("delete from verdict");
        Instant from = Instant.ofEpochSecond(verdicts.getFirst().at().getEpochSecond() / 60 * 60);
        assertThat(read(span(from, now)))
                .singleElement()
                .satisfies(one -> assertThat(one.verdicts()).isEqualTo(VERDICTS));
    }

    @Test
    void theLastMinutesWaitUntilNobodyWritesIntoThem() {
        Instant last = verdicts.getLast().at();
        minutes(last, Duration.ofDays(90)).count();
        assertThat(counts())
                .isPositive()
                .isLessThanOrEqualTo(VERDICTS - VerdictMinutes.GRACE.toSeconds() + 1);
    }

    @Test
    void countsGoWithTheVerdictsThatTheyCount() {
        Instant last = verdicts.getLast().at();
        minutes(last.plusSeconds(3_600), Duration.ofDays(90)).count();
        assertThat(counts()).isEqualTo(VERDICTS);
        minutes(last.plusSeconds(86_400), Duration.ofHours(1)).count();
        assertThat(counts()).isZero();
    }

    private long counts() {
        Long sum =
                store().jdbc()
                        .queryForObject(
                                "select coalesce(sum(verdicts), 0) from verdict_minute",
                                Long.class);
        return sum == null ? -1 : sum;
    }

    private VerdictMinutes minutes(Instant now, Duration retention) {
        return new VerdictMinutes(store().jdbc(), store().transaction(), retention, () -> now);
    }

    private List<VerdictStatistics.Series> read(Instant[] span) {
        return new VerdictStatistics(store().jdbc(), Records.JSON)
                .series(span[0], span[1], Duration.ofMinutes(5));
    }

    private static Instant[] span(Instant since, Instant until) {
        return new Instant[] {since, until};
    }
}
