package org.quirkwatch.fitting;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.quirkwatch.signal.Signal;

/// Signals in an order that depends only on what they are, so that the same signals in another
/// order give the same split and the same artifact. A signal is its prompt, label and choices; ids,
/// policies and metadata do not count.
///
/// @param signals sorted by their digests
/// @param digest `sha256:` and 64 hexadecimal digits over those digests
record SortedSignals(List<Signal> signals, String digest) {

    static SortedSignals of(List<Signal> signals) {
        record Keyed(String key, Signal signal) {}
        List<Keyed> keyed = new ArrayList<>();
        for (Signal signal : signals) {
            keyed.add(new Keyed(HexFormat.of().formatHex(digest(signal)), signal));
        }
        keyed.sort(Comparator.comparing(Keyed::key));
        MessageDigest all = sha256();
        for (Keyed one : keyed) {
            all.update(one.key.getBytes(StandardCharsets.US_ASCII));
        }
        return new SortedSignals(
                keyed.stream().map(Keyed::signal).toList(),
                "sha256:" + HexFormat.of().formatHex(all.digest()));
    }

    private static byte[] digest(Signal signal) {
        MessageDigest digest = sha256();
        add(digest, signal.prompt());
        String label = signal.label();
        add(digest, label == null ? "" : label);
        for (String choice : signal.choices()) {
            add(digest, choice);
        }
        return digest.digest();
    }

    // Each text after its length, so that no two signals run into the same bytes.
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
