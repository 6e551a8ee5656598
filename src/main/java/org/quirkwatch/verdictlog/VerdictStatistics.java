package org.quirkwatch.verdictlog;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.quirkwatch.calibration.FlagBand;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.springframework.jdbc.core.JdbcOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Counts what the log holds, by time: of minutes that are over the counts that [VerdictMinutes]
/// keeps, of the last ones the verdicts themselves. Thread-safe.
final class VerdictStatistics {

    /// Of the band of what trusted signals would give.
    static final double CONFIDENCE = 0.99;

    /// Buckets that one answer may have.
    static final int MOST_BUCKETS = 500;

    /// Series that are told, those with the most verdicts.
    static final int MOST_SERIES = 8;

    // Series that are looked at to find those.
    private static final int MOST_ROWS = 64 * MOST_BUCKETS;
    private static final long MINUTE_MILLIS = 60_000;

    /// Of a group of verdicts: all, scored, flagged, the newest scored one.
    static final String COUNTS =
            "count(*), sum(case when reason is null then 1 else 0 end),"
                    + " sum(case when reason is null and ruling <> 'accept' then 1 else 0 end),"
                    + " max(case when reason is null then cast(verdict_id as varchar(36)) end)";

    private final JdbcOperations jdbc;
    private final JsonMapper json;

    VerdictStatistics(JdbcOperations jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /// What was judged by one version of a detector and of a policy.
    record Judges(String detector, String digest, String policy, int version) {}

    /// What flags mean.
    ///
    /// @param alphaReview level of the policy
    /// @param nCalibration rows of the detector's calibration
    record Levels(double alphaReview, int nCalibration) {}

    /// @param at its beginning
    /// @param scored verdicts with a score
    /// @param flagged those of them on which the policy ruled anything but accept, answered or not
    /// @param unscored verdicts without
    /// @param band of trusted signals; empty where nothing was scored, or the levels are not known
    record Bucket(Instant at, long scored, long flagged, long unscored, Optional<FlagBand> band) {}

    /// @param levels as the newest verdict says them; empty where it does not
    /// @param buckets in the order of time, those with verdicts
    record Series(Judges judges, Optional<Levels> levels, List<Bucket> buckets) {

        long verdicts() {
            return buckets.stream().mapToLong(bucket -> bucket.scored() + bucket.unscored()).sum();
        }
    }

    /// @param newest id of its newest scored verdict
    private record Row(
            Judges judges,
            Instant at,
            long all,
            long scored,
            long flagged,
            Optional<String> newest) {

        Row plus(Row later) {
            return new Row(
                    judges,
                    at,
                    all + later.all,
                    scored + later.scored,
                    flagged + later.flagged,
                    later.newest.or(() -> newest));
        }
    }

    /// The series with the most verdicts, these first.
    ///
    /// @param since from this moment on
    /// @param until before this moment
    /// @param width of a bucket, whole seconds; buckets begin at multiples of it
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    List<Series> series(Instant since, Instant until, Duration width) {
        return Database.call(() -> {
            Map<Judges, List<Row>> rows = new LinkedHashMap<>();
            rows(since, until, width)
                    .forEach(row ->
                            rows.computeIfAbsent(row.judges(), ignored -> new ArrayList<>())
                                    .add(row));
            return rows.entrySet().stream()
                    .sorted(
                            Comparator.comparingLong((Map.Entry<Judges, List<Row>> entry) ->
                                            entry.getValue().stream().mapToLong(Row::all).sum())
                                    .reversed())
                    .limit(MOST_SERIES)
                    .map(entry -> {
                        List<Row> merged = merged(entry.getValue());
                        return series(entry.getKey(), merged, levels(merged));
                    })
                    .toList();
        });
    }

    private static Series series(Judges judges, List<Row> rows, Optional<Levels> levels) {
        List<Bucket> buckets =
                rows.stream()
                        .map(row ->
                                new Bucket(
                                        row.at(),
                                        row.scored(),
                                        row.flagged(),
                                        row.all() - row.scored(),
                                        levels.filter(known -> row.scored() > 0)
                                                .map(known ->
                                                        FlagBand.of(
                                                                known.nCalibration(),
                                                                known.alphaReview(),
                                                                row.scored(),
                                                                CONFIDENCE))))
                        .toList();
        return new Series(judges, levels, buckets);
    }

    /// What was judged: whole minutes that are counted by their counts, what is before, after and
    /// later than those from the verdicts themselves.
    private List<Row> rows(Instant since, Instant until, Duration width) {
        long begin = -Math.floorDiv(-since.toEpochMilli(), MINUTE_MILLIS);
        long end =
                Math.min(
                        Math.floorDiv(until.toEpochMilli(), MINUTE_MILLIS),
                        VerdictMinutes.counted(jdbc));
        if (!(begin < end)) {
            return judged(since, until, width);
        }
        List<Row> rows = new ArrayList<>(judged(since, minute(begin), width));
        rows.addAll(counted(begin, end, width));
        rows.addAll(judged(minute(end), until, width));
        return rows;
    }

    private static Instant minute(long minute) {
        return Instant.ofEpochMilli(minute * MINUTE_MILLIS);
    }

    // The width is a number of ours, written into the text: a parameter would have no type there.
    private List<Row> judged(Instant since, Instant until, Duration width) {
        long seconds = width.toSeconds();
        return jdbc.query(
                "select detector, detector_digest, policy, policy_version,"
                        + " cast(floor(extract(epoch from judged_at) / %d) as bigint) as bucket, "
                                .formatted(seconds)
                        + COUNTS
                        + " from verdict where verdict_id >= ? and verdict_id < ?"
                        + " group by 1, 2, 3, 4, 5 order by 5 limit "
                        + MOST_ROWS,
                (row, number) -> row(row, seconds),
                TimeOrderedIds.first(since),
                TimeOrderedIds.first(until));
    }

    private List<Row> counted(long begin, long end, Duration width) {
        long seconds = width.toSeconds();
        return jdbc.query(
                "select detector, detector_digest, policy, policy_version,"
                        + " at_minute * 60 / %d as bucket,".formatted(seconds)
                        + " sum(verdicts), sum(scored), sum(flagged), max(newest)"
                        + " from verdict_minute where at_minute >= ? and at_minute < ?"
                        + " group by 1, 2, 3, 4, 5 order by 5 limit "
                        + MOST_ROWS,
                (row, number) -> row(row, seconds),
                begin,
                end);
    }

    private static Row row(ResultSet row, long seconds) throws SQLException {
        return new Row(
                new Judges(row.getString(1), row.getString(2), row.getString(3), row.getInt(4)),
                Instant.ofEpochSecond(row.getLong(5) * seconds),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                Optional.ofNullable(row.getString(9)));
    }

    /// Of each bucket one row, in the order of time.
    private static List<Row> merged(List<Row> rows) {
        TreeMap<Instant, Row> merged = new TreeMap<>();
        rows.forEach(row -> merged.merge(row.at(), row, Row::plus));
        return List.copyOf(merged.values());
    }

    /// The levels are part of what was answered.
    private Optional<Levels> levels(List<Row> rows) {
        return rows.stream()
                .flatMap(row -> row.newest().stream())
                .reduce((first, second) -> second)
                .flatMap(id ->
                        jdbc
                                .query(
                                        "select answer from verdict where verdict_id = ?",
                                        (row, number) -> row.getString(1),
                                        UUID.fromString(id))
                                .stream()
                                .findFirst())
                .flatMap(this::levels);
    }

    private Optional<Levels> levels(String answer) {
        JsonNode calibration = json.readTree(answer).path("calibration");
        double alpha = calibration.path("alpha_review").asDouble(0);
        int n = calibration.path("n").asInt(0);
        return alpha > 0 && alpha < 1 && n >= 1
                ? Optional.of(new Levels(alpha, n))
                : Optional.empty();
    }
}
