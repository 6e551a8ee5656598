package org.quirkwatch.verdictlog;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.quirkwatch.scoring.Disposition;
import org.quirkwatch.signal.Signal;
import org.springframework.jdbc.core.JdbcOperations;

/// Reads the log, and removes texts from it. Thread-safe.
public final class VerdictQueries {

    // As a database compares ids: without a sign.
    private static final Comparator<UUID> NEWEST_FIRST =
            Comparator.comparing(UUID::toString).reversed();

    private static final String COLUMNS =
            "select verdict_id, judged_at, signal_id, source, reason, disposition, ruling, score, p_value,"
                    + " detector, detector_digest, model, model_digest, policy, policy_version, layers,"
                    + " answer, signal, redacted_at from verdict";

    private final JdbcOperations jdbc;
    private final SignalJson texts;
    private final InstantSource clock;

    VerdictQueries(JdbcOperations jdbc, SignalJson texts, InstantSource clock) {
        this.jdbc = jdbc;
        this.texts = texts;
        this.clock = clock;
    }

    /// Which verdicts; what is empty does not matter.
    ///
    /// @param flagged whether anything but accept was answered
    /// @param since from this moment on
    /// @param until before this moment
    /// @param before only those before a verdict, for the next page
    record Filter(
            Optional<String> disposition,
            Optional<Boolean> flagged,
            Optional<String> detector,
            Optional<String> signalId,
            Optional<Instant> since,
            Optional<Instant> until,
            Optional<UUID> before) {}

    /// A verdict by its id.
    ///
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    public Optional<LoggedVerdict> find(UUID id) {
        return Database.call(() ->
                jdbc.query(COLUMNS + " where verdict_id = ?", VerdictQueries::row, id).stream()
                        .findFirst());
    }

    /// The signal of a verdict.
    ///
    /// @return empty where its texts are not kept
    public Optional<Signal> signal(LoggedVerdict verdict) {
        return verdict.signal().map(text -> texts.signal(verdict.signalId(), text));
    }

    /// The newest that suit, newest first.
    List<LoggedVerdict> newest(Filter filter, int most) {
        List<Optional<String>> dispositions = dispositions(filter);
        if (dispositions.size() == 1) {
            return newest(filter, dispositions.getFirst(), most);
        }
        return dispositions.stream()
                .flatMap(disposition -> newest(filter, disposition, most).stream())
                .sorted(Comparator.comparing(LoggedVerdict::id, NEWEST_FIRST))
                .limit(most)
                .toList();
    }

    /// Those that suit, each asked for by itself; one that is empty is any.
    private static List<Optional<String>> dispositions(Filter filter) {
        if (filter.disposition().isEmpty() && filter.flagged().isEmpty()) {
            return List.of(Optional.empty());
        }
        return Arrays.stream(Disposition.values())
                .filter(one ->
                        filter.flagged()
                                .map(flagged -> flagged == (one != Disposition.ACCEPT))
                                .orElse(true))
                .map(Disposition::text)
                .filter(one -> filter.disposition().map(one::equals).orElse(true))
                .map(Optional::of)
                .toList();
    }

    private List<LoggedVerdict> newest(Filter filter, Optional<String> disposition, int most) {
        List<String> conditions = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        // What an index begins with stands before the id in the order: without it H2 reads and
        // sorts all that suit for each page.
        String order = "";
        if (filter.signalId().isPresent()) {
            conditions.add("signal_hash = ?");
            values.add(VerdictTable.hash(filter.signalId().get()));
            order = "signal_hash desc, ";
        } else if (disposition.isPresent()) {
            order = "disposition desc, ";
        }
        disposition.ifPresent(value -> {
            conditions.add("disposition = ?");
            values.add(value);
        });
        filter.detector()
                .ifPresent(value -> {
                    conditions.add("(detector = ? or detector_digest = ?)");
                    values.add(value);
                    values.add(value);
                });
        // By the id, which is in the order of time.
        filter.since()
                .ifPresent(value -> {
                    conditions.add("verdict_id >= ?");
                    values.add(TimeOrderedIds.first(value));
                });
        filter.until()
                .ifPresent(value -> {
                    conditions.add("verdict_id < ?");
                    values.add(TimeOrderedIds.first(value));
                });
        filter.before()
                .ifPresent(value -> {
                    conditions.add("verdict_id < ?");
                    values.add(value);
                });
        values.add(most);
        String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
        String query = COLUMNS + where + " order by " + order + "verdict_id desc limit ?";
        return Database.call(() -> jdbc.query(query, VerdictQueries::row, values.toArray()));
    }

    /// The signals of verdicts, of those whose texts are kept.
    ///
    /// @param ids at most 500
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    public Map<UUID, Signal> signals(Collection<UUID> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        Map<UUID, Signal> signals = new HashMap<>();
        String places = String.join(", ", Collections.nCopies(ids.size(), "?"));
        Database.call(() -> {
            jdbc.query(
                    "select verdict_id, signal_id, signal from verdict where signal is not null"
                            + " and verdict_id in (%s)".formatted(places),
                    row -> {
                        signals.put(
                                row.getObject(1, UUID.class),
                                texts.signal(row.getString(2), row.getString(3)));
                    },
                    ids.toArray());
            return ids;
        });
        return signals;
    }

    /// Removes the texts of a verdict's signal for ever.
    ///
    /// @return whether there is such a verdict
    boolean redact(UUID id) {
        return Database.call(() ->
                jdbc.update(
                                "update verdict set signal = null, redacted_at = coalesce(redacted_at, ?)"
                                        + " where verdict_id = ?",
                                VerdictTable.time(clock.instant()),
                                id)
                        > 0);
    }

    private static LoggedVerdict row(ResultSet row, int number) throws SQLException {
        return new LoggedVerdict(
                row.getObject("verdict_id", UUID.class),
                row.getObject("judged_at", OffsetDateTime.class).toInstant(),
                row.getString("signal_id"),
                row.getString("source"),
                Optional.ofNullable(row.getString("reason")),
                row.getString("disposition"),
                row.getString("ruling"),
                number(row, "score"),
                number(row, "p_value"),
                row.getString("detector"),
                row.getString("detector_digest"),
                row.getString("model"),
                row.getString("model_digest"),
                row.getString("policy"),
                row.getInt("policy_version"),
                row.getString("layers"),
                row.getString("answer"),
                Optional.ofNullable(row.getString("signal")),
                Optional.ofNullable(row.getObject("redacted_at", OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant));
    }

    private static OptionalDouble number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}
