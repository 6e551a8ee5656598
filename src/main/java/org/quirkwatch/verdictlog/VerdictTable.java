package org.quirkwatch.verdictlog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.quirkwatch.identifier.TimeOrderedIds;
import org.quirkwatch.scoring.IdempotencyKey;
import org.quirkwatch.scoring.VerdictRecord;
import org.springframework.jdbc.core.JdbcOperations;

/// The table of verdicts: writing, and finding by key. Thread-safe; takes part in the transaction
/// of its thread.
final class VerdictTable {

    static final int KEYS_OF_A_QUERY = 512;

    private static final String INSERT =
            """
            insert into verdict (verdict_id, judged_at, signal_id, signal_hash, idempotency_key, fingerprint,
              source, reason, disposition, ruling, score, p_value, detector, detector_digest, model,
              model_digest, policy, policy_version, layers, answer, signal)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict do nothing
            """;

    private static final String FIND =
            "select idempotency_key, verdict_id, fingerprint, answer from verdict where idempotency_key in (";

    private final JdbcOperations jdbc;
    private final SignalJson texts;
    private final VerdictLogProperties.KeptTexts kept;

    VerdictTable(JdbcOperations jdbc, SignalJson texts, VerdictLogProperties.KeptTexts kept) {
        this.jdbc = jdbc;
        this.texts = texts;
        this.kept = kept;
    }

    /// The verdict that was first under a key.
    ///
    /// @param fingerprint of its payload, 64 hex digits
    record First(UUID verdictId, String fingerprint, String answer) {}

    /// Writes verdicts, except those whose key or id is there already.
    ///
    /// @return for each whether it was written
    boolean[] insert(List<VerdictRecord> verdicts) {
        int[][] counts =
                jdbc.batchUpdate(
                        INSERT, verdicts, Math.max(1, verdicts.size()), this::setParameters);
        boolean[] written = new boolean[verdicts.size()];
        int i = 0;
        for (int[] batch : counts) {
            for (int count : batch) {
                written[i++] = count > 0;
            }
        }
        return written;
    }

    /// The first verdicts under keys, by the key.
    Map<String, First> find(List<IdempotencyKey> keys) {
        Map<String, First> found = new HashMap<>();
        for (int from = 0; from < keys.size(); from += KEYS_OF_A_QUERY) {
            List<IdempotencyKey> some =
                    keys.subList(from, Math.min(keys.size(), from + KEYS_OF_A_QUERY));
            // A power of two, the last key again where there are fewer: few texts of queries, which
            // databases and drivers remember.
            int places = Integer.highestOneBit(2 * some.size() - 1);
            jdbc.query(
                    FIND + String.join(",", Collections.nCopies(places, "?")) + ")",
                    statement -> {
                        for (int i = 0; i < places; i++) {
                            statement.setBytes(
                                    i + 1, bytes(some.get(Math.min(i, some.size() - 1)).key()));
                        }
                    },
                    row -> {
                        found.put(
                                HexFormat.of().formatHex(row.getBytes(1)),
                                new First(
                                        row.getObject(2, UUID.class),
                                        HexFormat.of().formatHex(row.getBytes(3)),
                                        row.getString(4)));
                    });
        }
        return found;
    }

    /// Deletes verdicts that are older than a moment, the oldest first, and what hangs on them.
    ///
    /// @param most how many in one statement
    /// @return how many there were
    int deleteBefore(Instant moment, int most) {
        // By the id, which is in the order of time: its index is there already.
        return Database.deleteBefore(
                jdbc, "verdict", "verdict_id", TimeOrderedIds.first(moment), most);
    }

    private void setParameters(PreparedStatement statement, VerdictRecord verdict)
            throws SQLException {
        Optional<IdempotencyKey> key = verdict.key();
        statement.setObject(1, verdict.id());
        statement.setObject(2, time(verdict.at()));
        statement.setString(3, verdict.signal().id());
        statement.setObject(4, hash(verdict.signal().id()));
        statement.setBytes(5, key.map(k -> bytes(k.key())).orElse(null));
        statement.setBytes(6, key.map(k -> bytes(k.fingerprint())).orElse(null));
        statement.setString(7, verdict.source());
        statement.setString(8, verdict.reason().orElse(null));
        statement.setString(9, verdict.disposition().text());
        statement.setString(10, verdict.ruling().text());
        setDouble(statement, 11, verdict.score());
        setDouble(statement, 12, verdict.pValue());
        statement.setString(13, verdict.judges().detector());
        statement.setString(14, verdict.judges().detectorDigest());
        statement.setString(15, verdict.judges().model());
        statement.setString(16, verdict.judges().modelDigest());
        statement.setString(17, verdict.policy().id());
        statement.setInt(18, verdict.policy().version());
        statement.setString(19, texts.layers(verdict.layers()));
        statement.setString(20, verdict.answer());
        statement.setString(21, keepsTexts(verdict) ? texts.signal(verdict.signal()) : null);
    }

    private boolean keepsTexts(VerdictRecord verdict) {
        return switch (kept) {
            case NONE -> false;
            case FLAGGED -> verdict.flagged();
            case ALL -> true;
        };
    }

    /// What an id is found by.
    static UUID hash(String signalId) {
        try {
            ByteBuffer digest =
                    ByteBuffer.wrap(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(signalId.getBytes(StandardCharsets.UTF_8)));
            return new UUID(digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static OffsetDateTime time(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    /// The keys of verdicts that have one.
    static List<IdempotencyKey> keys(List<VerdictRecord> verdicts) {
        List<IdempotencyKey> keys = new ArrayList<>();
        verdicts.forEach(verdict -> verdict.key().ifPresent(keys::add));
        return keys;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static void setDouble(PreparedStatement statement, int place, OptionalDouble value)
            throws SQLException {
        if (value.isPresent()) {
            statement.setDouble(place, value.getAsDouble());
        } else {
            statement.setNull(place, Types.DOUBLE);
        }
    }
}
