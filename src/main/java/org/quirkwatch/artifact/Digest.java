package org.quirkwatch.artifact;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.regex.Pattern;
import org.quirkwatch.linalg.Matrix;

/// SHA-256 over contents, written `sha256:` and 64 hexadecimal digits.
final class Digest {

    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

    private Digest() {}

    static String of(byte[] bytes) {
        return text(sha256().digest(bytes));
    }

    /// Over each tensor's name, shape and values, in the order of the names: where and in which
    /// order a file holds them does not matter.
    static String of(SortedMap<String, Matrix> tensors) {
        MessageDigest digest = sha256();
        for (Map.Entry<String, Matrix> entry : tensors.entrySet()) {
            byte[] name = entry.getKey().getBytes(StandardCharsets.UTF_8);
            Matrix matrix = entry.getValue();
            digest.update(
                    ByteBuffer.allocate(12)
                            .putInt(name.length)
                            .putInt(matrix.rows())
                            .putInt(matrix.columns())
                            .flip());
            digest.update(name);
            ByteBuffer row =
                    ByteBuffer.allocate(8 * matrix.columns()).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < matrix.rows(); i++) {
                row.clear();
                row.asDoubleBuffer().put(matrix.row(i));
                digest.update(row);
            }
        }
        return text(digest.digest());
    }

    static void requireDigest(String field, String digest) {
        if (!FORM.matcher(digest).matches()) {
            throw new IllegalArgumentException(
                    "%s must be sha256: and 64 hexadecimal digits, got %d characters"
                            .formatted(field, digest.length()));
        }
    }

    private static String text(byte[] hash) {
        return "sha256:" + HexFormat.of().formatHex(hash);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
