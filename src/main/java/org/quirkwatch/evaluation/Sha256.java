package org.quirkwatch.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.quirkwatch.signal.Signal;

/// Digests of texts. Each text goes in with its length before it, so that no two sequences of texts
/// run into the same bytes.
final class Sha256 {

    private final MessageDigest digest;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The digest of what a model is given of rows: prompts, labels and choices, in their order.
    static String ofRows(List<Signal> rows) {
        Sha256 digest = new Sha256();
        for (Signal row : rows) {
            digest.add(row.prompt());
            digest.add(row.label() == null ? "" : "=" + row.label());
            digest.add(Integer.toString(row.choices().size()));
            row.choices().forEach(digest::add);
        }
        return digest.hex();
    }

    static String of(String... texts) {
        Sha256 digest = new Sha256();
        for (String text : texts) {
            digest.add(text);
        }
        return digest.hex();
    }

    void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
    }

    /// Adds all that a stream holds.
    void add(InputStream in) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            digest.update(buffer, 0, read);
        }
    }

    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
