package org.quirkwatch.verdictlog;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.quirkwatch.scoring.Disposition;
import org.quirkwatch.scoring.IdempotencyKey;
import org.quirkwatch.scoring.Policy;
import org.quirkwatch.scoring.VerdictRecord;
import org.quirkwatch.signal.Signal;
import tools.jackson.databind.json.JsonMapper;

/// Verdicts for tests.
public final class Records {

    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final AtomicLong COUNT = new AtomicLong();
    private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");

    private Records() {}

    /// A verdict without a key, a second after the one that was made before.
    public static VerdictRecord unkeyed(String signalId, double pValue) {
        return record(signalId, pValue, Optional.empty());
    }

    /// A verdict under a key of 64 hex digits that a text stands for.
    static VerdictRecord keyed(String key, String payload, double pValue) {
        return record("s-" + key, pValue, Optional.of(key(key, payload)));
    }

    static IdempotencyKey key(String key, String payload) {
        return new IdempotencyKey(hex(key), hex(payload));
    }

    private static VerdictRecord record(
            String signalId, double pValue, Optional<IdempotencyKey> key) {
        long number = COUNT.getAndIncrement();
        Instant at = BEGIN.plusSeconds(number);
        Policy policy = Policy.standard();
        SequencedMap<String, Double> layers = new LinkedHashMap<>();
        layers.put("blocks.0.hook_resid_pre", 1.5);
        layers.put("blocks.1.hook_resid_pre", -2.25);
        return new VerdictRecord(
                new UUID(at.toEpochMilli() << 16 | 0x7000, 0x8000_0000_0000_0000L | number),
                at,
                key,
                new Signal(
                        signalId,
                        "1 + 1 =\u0000 2 – ja",
                        " Yes",
                        List.of(" No", " Yes"),
                        null,
                        Map.of("n", 1)),
                "http",
                Optional.empty(),
                policy.rule(pValue),
                policy.rule(pValue),
                OptionalDouble.of(1 / pValue),
                OptionalDouble.of(pValue),
                layers,
                new VerdictRecord.JudgedBy("detector", "sha256:d", "model", "sha256:m"),
                policy,
                "{\"id\":\"%s\",\"flagged\":%s,\"n\":%d}"
                        .formatted(signalId, policy.rule(pValue) != Disposition.ACCEPT, number));
    }

    private static String hex(String text) {
        return VerdictTable.hash(text).toString().replace("-", "").repeat(2);
    }
}
