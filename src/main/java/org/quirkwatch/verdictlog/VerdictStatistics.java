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
import java.util.UUID;
import org.quirkwatch.calibration.FlagBand;
import org.springframework.jdbc.core.JdbcOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Counts what the log holds, by time. Thread-safe.
final class VerdictStatistics {

    /// Of the band of what trusted signals would give.
    static final double CONFIDENCE = 0.99;

    /// Buckets that one answer may have.
    static final int MOST_BUCKETS = 500;

    /// Series that are told, those with the most verdicts.
    static final int MOST_SERIES = 8;

    // Series that are looked at to find those.
    private static final int MOST_ROWS = 64 * MOST_BUCKETS;

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

    private record Row(Judges judges, Instant at, long all, long scored, long flagged) {}

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
                    .map(entry ->
                            series(
                                    entry.getKey(),
                                    entry.getValue(),
                                    levels(entry.getKey(), since, until)))
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

    // The width is a number of ours, written into the text: a parameter would have no type there.
    private List<Row> rows(Instant since, Instant until, Duration width) {
        long seconds = width.toSeconds();
        return jdbc.query(
                "select detector, detector_digest, policy, policy_version,"
                        + " cast(floor(extract(epoch from judged_at) / %d) as bigint) as bucket,"
                                .formatted(seconds)
                        + " count(*), sum(case when reason is null then 1 else 0 end),"
                        + " sum(case when reason is null and ruling <> 'accept' then 1 else 0 end)"
                        + " from verdict where verdict_id >= ? and verdict_id < ?"
                        + " group by 1, 2, 3, 4, 5 order by 5 limit "
                        + MOST_ROWS,
                (row, number) -> row(row, seconds),
                VerdictQueries.first(since),
                VerdictQueries.first(until));
    }

    private static Row row(ResultSet row, long seconds) throws SQLException {
        return new Row(
                new Judges(row.getString(1), row.getString(2), row.getString(3), row.getInt(4)),
                Instant.ofEpochSecond(row.getLong(5) * seconds),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8));
    }

    /// The levels are part of what was answered.
    private Optional<Levels> levels(Judges judges, Instant since, Instant until) {
        UUID from = VerdictQueries.first(since);
        UUID to = VerdictQueries.first(until);
        return jdbc
                .query(
                        "select answer from verdict where detector_digest = ? and policy = ?"
                                + " and policy_version = ? and reason is null and verdict_id >= ?"
                                + " and verdict_id < ? order by verdict_id desc limit 1",
                        (row, number) -> row.getString(1),
                        judges.digest(),
                        judges.policy(),
                        judges.version(),
                        from,
                        to)
                .stream()
                .findFirst()
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
