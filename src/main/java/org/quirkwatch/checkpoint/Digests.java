package org.quirkwatch.checkpoint;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256, and the way in which digests are written.
final class Digests {

    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            // Every Java platform must have it.
            throw new IllegalStateException(e);
        }
    }

    static byte[] sha256(byte[] content) {
        return sha256().digest(content);
    }

    /// `sha256:` and 64 hexadecimal digits.
    static String shown(byte[] digest) {
        return "sha256:" + HexFormat.of().formatHex(digest);
    }

    /// The digest of several named parts, each known by its own: over a line of each, in the order
    /// given. The names are roles, not file names.
    static final class Parts {
        private final MessageDigest digest = sha256();

        Parts(String purpose) {
            digest.update((purpose + "\n").getBytes(StandardCharsets.US_ASCII));
        }

        Parts add(String role, byte[] part) {
            digest.update(
                    (role + " " + Digests.shown(part) + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        String shown() {
            return Digests.shown(digest.digest());
        }
    }
}
