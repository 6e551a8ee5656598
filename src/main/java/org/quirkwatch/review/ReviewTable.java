package org.quirkwatch.review;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.scoring.VerdictRecord;
import org.springframework.jdbc.core.JdbcOperations;

/// The table of reviews: each step is one statement that says in its condition from which state it
/// leads, so that of many who try one succeeds. Thread-safe; takes part in the transaction of its
/// thread.
final class ReviewTable {

    // A tenth of the p-value weighs as much as an hour of waiting.
    private static final Duration HEAD_START = Duration.ofHours(1);
    private static final String COLUMNS =
            "verdict_id, due_at, opened_at, disposition, p_value, detector, detector_digest, policy,"
                    + " status, reviewer, claimed_until, decided_at, note";
    private static final String OPEN = "status = 'open'";
    private static final String CLAIMED = "status = 'claimed' and claimed_until >= ?";
    private static final String EXPIRED = "status = 'claimed' and claimed_until < ?";
    private static final String CONFIRMED = "status = 'confirmed'";
    private static final String DISMISSED = "status = 'dismissed'";
    private static final String IS_FREE = "(" + OPEN + " or (" + EXPIRED + "))";

    // As a database compares ids: without a sign.
    private static final Comparator<Review> QUEUE =
            Comparator.comparing(Review::dueAt)
                    .thenComparing(review -> review.verdictId().toString());

    private final JdbcOperations jdbc;

    ReviewTable(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /// Opens items for verdicts; those that are there already stay as they are.
    void open(List<VerdictRecord> flagged) {
        jdbc.batchUpdate(
                "insert into review (verdict_id, due_at, opened_at, disposition, p_value, detector,"
                        + " detector_digest, policy, alpha_review, status)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open') on conflict do nothing",
                flagged,
                Math.max(1, flagged.size()),
                ReviewTable::setParameters);
    }

    private static void setParameters(PreparedStatement statement, VerdictRecord verdict)
            throws SQLException {
        statement.setObject(1, verdict.id());
        statement.setObject(2, time(dueAt(verdict)));
        statement.setObject(3, time(verdict.at()));
        statement.setString(4, verdict.disposition().text());
        if (verdict.pValue().isPresent()) {
            statement.setDouble(5, verdict.pValue().getAsDouble());
        } else {
            statement.setNull(5, Types.DOUBLE);
        }
        statement.setString(6, verdict.judges().detector());
        statement.setString(7, verdict.judges().detectorDigest());
        statement.setString(8, verdict.policy().id());
        statement.setDouble(9, verdict.policy().alphaReview());
    }

    /// Fixed when it is opened: age counts the same for all, so the order never changes.
    static Instant dueAt(VerdictRecord verdict) {
        double tenths =
                verdict.pValue().isPresent() ? -Math.log10(verdict.pValue().getAsDouble()) : 0;
        return verdict.at().minusMillis(Math.round(tenths * HEAD_START.toMillis()));
    }

    Optional<Review> find(UUID id, Instant now) {
        return jdbc
                .query(
                        "select " + COLUMNS + " from review where verdict_id = ?",
                        (row, number) -> row(row, now),
                        id)
                .stream()
                .findFirst();
    }

    /// The item that is next and that nobody else is about to take, locked until the transaction
    /// ends: one whose claim has expired, else the first that is open.
    Optional<UUID> lockNext(Instant now) {
        String rest = " limit 1 for update skip locked";
        Optional<UUID> expired =
                one(
                        "select verdict_id from review where status = 'claimed' and claimed_until < ?"
                                + " order by claimed_until"
                                + rest,
                        time(now));
        return expired.isPresent()
                ? expired
                : one(
                        "select verdict_id from review where status = 'open' order by status, due_at,"
                                + " verdict_id"
                                + rest);
    }

    private Optional<UUID> one(String query, Object... values) {
        return jdbc.query(query, (row, number) -> row.getObject(1, UUID.class), values).stream()
                .findFirst();
    }

    /// Whether something is free now.
    boolean hasFree(Instant now) {
        return !jdbc.query(
                        "select 1 from review where " + IS_FREE + " limit 1",
                        (row, number) -> 1,
                        time(now))
                .isEmpty();
    }

    /// Whether the item was free, or this reviewer's already.
    boolean claim(UUID id, String reviewer, Instant now, Instant until) {
        return jdbc.update(
                        "update review set status = 'claimed', reviewer = ?, claimed_until = ?"
                                + " where verdict_id = ? and (status = 'open' or (status = 'claimed'"
                                + " and (claimed_until < ? or reviewer = ?)))",
                        reviewer,
                        time(until),
                        id,
                        time(now),
                        reviewer)
                > 0;
    }

    /// Whether the item was this reviewer's.
    boolean release(UUID id, String reviewer) {
        return jdbc.update(
                        "update review set status = 'open', reviewer = null, claimed_until = null"
                                + " where verdict_id = ? and status = 'claimed' and reviewer = ?",
                        id,
                        reviewer)
                > 0;
    }

    /// Whether the item was this reviewer's, the claim not expired.
    boolean decide(
            UUID id, String reviewer, ReviewStatus outcome, @Nullable String note, Instant now) {
        return jdbc.update(
                        "update review set status = ?, decided_at = ?, note = ?, claimed_until = null"
                                + " where verdict_id = ? and status = 'claimed' and reviewer = ?"
                                + " and claimed_until >= ?",
                        outcome.text(),
                        time(now),
                        note,
                        id,
                        reviewer,
                        time(now))
                > 0;
    }

    /// Items in the queue's order.
    ///
    /// @param after the last of the page before, null for the first page
    List<Review> page(ReviewFilter filter, @Nullable Review after, int most, Instant now) {
        List<String> parts =
                switch (filter.status()) {
                    case null -> List.of(OPEN, CLAIMED, EXPIRED, CONFIRMED, DISMISSED);
                    case OPEN -> List.of(OPEN, EXPIRED);
                    case CLAIMED -> List.of(CLAIMED);
                    case CONFIRMED -> List.of(CONFIRMED);
                    case DISMISSED -> List.of(DISMISSED);
                };
        // Each status by itself, in the order of the index that begins with it: over several at
        // once H2 reads and sorts all that suit for each page.
        return parts.stream()
                .flatMap(part -> page(part, filter, after, most, now).stream())
                .sorted(QUEUE)
                .limit(most)
                .toList();
    }

    private List<Review> page(
            String part, ReviewFilter filter, @Nullable Review after, int most, Instant now) {
        List<Object> values = new ArrayList<>();
        String where = part;
        if (part.equals(CLAIMED) || part.equals(EXPIRED)) {
            values.add(time(now));
        }
        if (filter.disposition() != null) {
            where += " and disposition = ?";
            values.add(filter.disposition());
        }
        if (filter.detector() != null) {
            where += " and (detector = ? or detector_digest = ?)";
            values.add(filter.detector());
            values.add(filter.detector());
        }
        if (after != null) {
            where += " and due_at >= ? and (due_at > ? or verdict_id > ?)";
            values.add(time(after.dueAt()));
            values.add(time(after.dueAt()));
            values.add(after.verdictId());
        }
        values.add(most);
        return jdbc.query(
                "select "
                        + COLUMNS
                        + " from review where "
                        + where
                        + " order by status, due_at, verdict_id limit ?",
                (row, number) -> row(row, now),
                values.toArray());
    }

    /// How many there are of each status.
    Map<ReviewStatus, Long> depths(Instant now) {
        Map<ReviewStatus, Long> depths = new EnumMap<>(ReviewStatus.class);
        jdbc.query(
                "select status, count(*) from review group by status",
                row -> {
                    depths.put(ReviewStatus.of(row.getString(1)), row.getLong(2));
                });
        long expired =
                java.util.Objects.requireNonNull(
                        jdbc.queryForObject(
                                "select count(*) from review where " + EXPIRED,
                                Long.class,
                                time(now)));
        // A claim may expire, or be taken, between the two.
        long claimed = depths.getOrDefault(ReviewStatus.CLAIMED, 0L);
        depths.merge(ReviewStatus.OPEN, Math.min(expired, claimed), Long::sum);
        depths.put(ReviewStatus.CLAIMED, Math.max(0, claimed - expired));
        return depths;
    }

    /// When the oldest was opened on which nobody has decided.
    Optional<Instant> oldest() {
        return jdbc.query(
                        "select min(opened_at) from review where status in ('open', 'claimed')",
                        (row, number) ->
                                Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
                .getFirst()
                .map(OffsetDateTime::toInstant);
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Review row(ResultSet row, Instant now) throws SQLException {
        Optional<Instant> until = moment(row, "claimed_until");
        ReviewStatus status = ReviewStatus.of(row.getString("status"));
        boolean expired = status == ReviewStatus.CLAIMED && until.filter(now::isAfter).isPresent();
        double pValue = row.getDouble("p_value");
        return new Review(
                row.getObject("verdict_id", UUID.class),
                row.getObject("due_at", OffsetDateTime.class).toInstant(),
                row.getObject("opened_at", OffsetDateTime.class).toInstant(),
                row.getString("disposition"),
                row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(pValue),
                row.getString("detector"),
                row.getString("detector_digest"),
                row.getString("policy"),
                expired ? ReviewStatus.OPEN : status,
                expired ? Optional.empty() : Optional.ofNullable(row.getString("reviewer")),
                expired ? Optional.empty() : until,
                moment(row, "decided_at"),
                Optional.ofNullable(row.getString("note")));
    }

    private static Optional<Instant> moment(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
                .map(OffsetDateTime::toInstant);
    }
}
