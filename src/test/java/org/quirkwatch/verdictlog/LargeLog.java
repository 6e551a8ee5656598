package org.quirkwatch.verdictlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.quirkwatch.scoring.VerdictRecord;

/// What statistics and retention take on a log of a million verdicts, one a second, and what those
/// who write meanwhile wait. Run by its name; `-Dquirkwatch.bench.verdicts=N` for another number.
class LargeLog {

    private static final int VERDICTS = Integer.getInteger("quirkwatch.bench.verdicts", 1_000_000);
    private static final int GROUP = 2_000;
    private static final int STEP = 500;

    @Test
    void embedded() throws Exception {
        try (Store store = Store.embedded()) {
            measure("embedded", store);
        }
    }

    @Test
    void postgresql() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Store.hasEngine());
        try (Store store = Store.postgresql()) {
            measure("PostgreSQL", store);
        }
    }

    private static void measure(String name, Store store) throws Exception {
        Instant first = Records.unkeyed("first", 0.5).at();
        for (int done = 0; done < VERDICTS; done += GROUP) {
            store.write(group(GROUP), event -> {});
        }
        Instant last = Records.unkeyed("last", 0.5).at();
        VerdictStatistics statistics = new VerdictStatistics(store.jdbc(), Records.JSON);
        // Where H2 is asked the same again it gives what it has: hence the millisecond.
        say(
                "%s, %d verdicts, statistics of all from the verdicts themselves: %s ms",
                name,
                VERDICTS,
                millis(3, i -> statistics.series(first, last.plusMillis(i), Duration.ofHours(6))));
        VerdictMinutes minutes =
                new VerdictMinutes(
                        store.jdbc(),
                        store.transaction(),
                        Duration.ofDays(90),
                        () -> last.plusSeconds(3_600));
        say(
                "%s, counting all minutes once: %s ms",
                name,
                millis(
                        1,
                        i -> {
                            minutes.count();
                            return 0;
                        }));
        List<VerdictStatistics.Series> counted =
                statistics.series(first, last, Duration.ofHours(6));
        assertThat(counted.getFirst().verdicts()).isBetween((long) VERDICTS, VERDICTS + 2L);
        say(
                "%s, statistics of all, of a week, of a day: %s; %s; %s ms",
                name,
                span(statistics, last, Duration.between(first, last)),
                span(statistics, last, Duration.ofDays(7)),
                span(statistics, last, Duration.ofDays(1)));
        say("%s, writing groups of 32 beside nobody: %s", name, writes(store, 100));
        retention(name, store, first.plusSeconds(VERDICTS / 4));
    }

    /// Deletes a quarter in steps while somebody writes.
    private static void retention(String name, Store store, Instant moment) throws Exception {
        VerdictTable table =
                new VerdictTable(
                        store.jdbc(),
                        new SignalJson(Records.JSON),
                        VerdictLogProperties.KeptTexts.ALL);
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicInteger deleted = new AtomicInteger();
        List<Double> steps = new ArrayList<>();
        long begin = System.nanoTime();
        Thread deleting =
                Thread.ofPlatform()
                        .start(() -> {
                            int step = STEP;
                            while (going.get() && step == STEP) {
                                long from = System.nanoTime();
                                step = table.deleteBefore(moment, STEP);
                                steps.add((System.nanoTime() - from) / 1e6);
                                deleted.addAndGet(step);
                            }
                        });
        String writes = writes(store, 300);
        double seconds = (System.nanoTime() - begin) / 1e9;
        int meanwhile = deleted.get();
        deleting.join();
        going.set(false);
        say(
                "%s, the same while %d verdicts were deleted in %.1f s: %s; a step of %d: %s",
                name, meanwhile, seconds, writes, STEP, quantiles(steps));
        assertThat(deleted.get()).isGreaterThanOrEqualTo(VERDICTS / 4 - 2);
    }

    private static String span(VerdictStatistics statistics, Instant last, Duration span) {
        Instant since = last.minus(span);
        return millis(5, i -> statistics.series(since, last.plusMillis(i), Duration.ofHours(3)));
    }

    private static String writes(Store store, int groups) {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            List<VerdictRecord> group = group(32);
            long from = System.nanoTime();
            store.write(group, event -> {});
            times.add((System.nanoTime() - from) / 1e6);
        }
        return quantiles(times);
    }

    private static List<VerdictRecord> group(int size) {
        List<VerdictRecord> group = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            group.add(Records.unkeyed("s" + i, i % 100 == 0 ? 0.0001 : 0.5));
        }
        return group;
    }

    private static String millis(int times, IntFunction<Object> work) {
        double[] millis = new double[times];
        for (int i = 0; i < times; i++) {
            long from = System.nanoTime();
            assertThat(work.apply(i)).isNotNull();
            millis[i] = (System.nanoTime() - from) / 1e6;
        }
        Arrays.sort(millis);
        return "median %.0f, most %.0f".formatted(millis[times / 2], millis[times - 1]);
    }

    private static String quantiles(List<Double> millis) {
        double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return "p50 %.1f, p99 %.1f, most %.1f ms"
                .formatted(
                        sorted[sorted.length / 2],
                        sorted[(int) (sorted.length * 0.99)],
                        sorted[sorted.length - 1]);
    }

    private static void say(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }
}
