package org.quirkwatch.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a caller proves by: `qw_<id>_<secret>`, where the id is 12 letters and digits and the
/// secret 32 random bytes in base64url. Only its SHA-256 is kept: 256 random bits cannot be
/// guessed, so there is nothing that a slow hash would make harder.
final class Secret {

    /// How every key begins, so that scanners of secrets find one that leaked.
    static final String PREFIX = "qw_";

    private static final Pattern KEY = Pattern.compile("qw_([a-z0-9]{12})_[A-Za-z0-9_-]{43}");
    private static final String ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 12;
    private static final int BYTES = 32;
    private static final String HASH_PREFIX = "sha256:";

    private Secret() {}

    /// A new id.
    static String newId(SecureRandom random) {
        StringBuilder id = new StringBuilder();
        random.ints(ID_LENGTH, 0, ID_LETTERS.length())
                .forEach(i -> id.append(ID_LETTERS.charAt(i)));
        return id.toString();
    }

    /// A new key of an id.
    static String newKey(String id, SecureRandom random) {
        return PREFIX + id + "_" + newToken(random);
    }

    /// 32 random bytes in base64url.
    static String newToken(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /// The id of a key; empty where the text has not a key's form.
    static Optional<String> id(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    /// SHA-256 over a text.
    static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// A hash as it is written: `sha256:` and 64 hex digits.
    static String shown(byte[] hash) {
        return HASH_PREFIX + HexFormat.of().formatHex(hash);
    }

    /// A hash that was written; checked before.
    static byte[] parseHash(String shown) {
        return HexFormat.of().parseHex(shown.substring(HASH_PREFIX.length()));
    }
}
