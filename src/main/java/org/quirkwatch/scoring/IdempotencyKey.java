package org.quirkwatch.scoring;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// What makes two requests for a verdict the same: a key that the caller chose, and a digest of
/// what came with it. The first verdict under a key is the answer to all later ones; with another
/// payload the key is refused. Keys of the header and ids of signals do not meet.
///
/// @param key SHA-256 over scope, text and, of a batch under one key, the place in it; 64 hex
///   digits
/// @param fingerprint SHA-256 over the payload; 64 hex digits
public record IdempotencyKey(String key, String fingerprint) {

    /// What the header says, for the contract.
    static final String HEADER =
            "A key of the caller's choice, up to 255 printable ASCII characters: the same key and"
                    + " payload get the first answer back, byte for byte; the same key with another"
                    + " payload is refused. Without it a signal's own `id` is its key.";

    private static final Pattern TEXT = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /// The key of one signal that came alone or on a line; empty for one that nobody named.
    ///
    /// @param header `Idempotency-Key`, null where there is none
    /// @throws Problem `invalid-request` for a header that is no key
    static Optional<IdempotencyKey> of(Signal signal, @Nullable String header) {
        if (header != null) {
            return Optional.of(
                    new IdempotencyKey(
                            digest(List.of("header", required(header), "0")),
                            digest(payload("single", List.of(signal)))));
        }
        return signal.named()
                ? Optional.of(
                        new IdempotencyKey(
                                digest(List.of("id", signal.id())),
                                digest(payload("signal", List.of(signal)))))
                : Optional.empty();
    }

    /// The key of a line of a job: it has one verdict of that job, whatever id its signal has, and
    /// another one in each other job.
    ///
    /// @param line from 1
    static IdempotencyKey ofJob(UUID job, long line, Signal signal) {
        return new IdempotencyKey(
                digest(List.of("job", job.toString(), String.valueOf(line))),
                digest(payload("signal", List.of(signal))));
    }

    /// The keys of a batch, in order. Under the header's key each signal has its place, and all
    /// have the payload of the whole.
    ///
    /// @throws Problem as [#of(Signal, String)] does
    static List<Optional<IdempotencyKey>> of(List<Signal> batch, @Nullable String header) {
        if (header == null) {
            return batch.stream().map(signal -> of(signal, null)).toList();
        }
        String fingerprint = digest(payload("batch", batch));
        List<Optional<IdempotencyKey>> keys = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            String key = digest(List.of("header", required(header), String.valueOf(i)));
            keys.add(Optional.of(new IdempotencyKey(key, fingerprint)));
        }
        return keys;
    }

    /// That the key came before with another payload.
    ///
    /// @param pointer of the signal in the body
    Problem conflict(String pointer) {
        String detail = "the key, or the id, came before with another payload";
        return new Problem(
                ProblemCode.IDEMPOTENCY_CONFLICT,
                detail,
                List.of(new Problem.FieldError(pointer, detail)));
    }

    private static String required(String header) {
        if (!TEXT.matcher(header).matches()) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "Idempotency-Key must be 1 to 255 printable ASCII characters, got %d characters"
                            .formatted(header.length()));
        }
        return header;
    }

    private static List<String> payload(String kind, List<Signal> signals) {
        List<String> parts = new ArrayList<>();
        parts.add(kind);
        for (Signal signal : signals) {
            parts.add(signal.named() ? "+" + signal.id() : "-");
            parts.add(signal.prompt());
            parts.add(present(signal.label()));
            parts.add(String.valueOf(signal.choices().size()));
            parts.addAll(signal.choices());
            parts.add(present(signal.policy()));
            addCanonical(signal.metadata(), parts);
        }
        return parts;
    }

    private static String present(@Nullable String text) {
        return text == null ? "-" : "+" + text;
    }

    /// JSON whose members may come in any order. Each value says its kind, so that "1" is not 1.
    private static void addCanonical(@Nullable Object value, List<String> parts) {
        switch (value) {
            case null -> parts.add("null");
            case Map<?, ?> map -> {
                parts.add("{" + map.size());
                Map<String, @Nullable Object> sorted = new TreeMap<>();
                map.forEach((name, member) -> sorted.put(String.valueOf(name), member));
                sorted.forEach((name, member) -> {
                    parts.add(name);
                    addCanonical(member, parts);
                });
            }
            case List<?> list -> {
                parts.add("[" + list.size());
                list.forEach(item -> addCanonical(item, parts));
            }
            case String text -> parts.add("\"" + text);
            default -> parts.add("=" + value);
        }
    }

    /// Over the parts with their lengths, so that no two lists give the same bytes.
    private static String digest(List<String> parts) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
                sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
                sha256.update(utf8);
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
