package org.quirkwatch.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Ed25519 keys in PEM files, as `openssl genpkey -algorithm ed25519` writes them.
final class Pem {

    private static final int MOST_BYTES = 1 << 14;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private Pem() {}

    /// @throws Problem `invalid-file` for what is no such key
    static PublicKey publicKey(Path file) {
        byte[] encoded = block(file, "PUBLIC KEY");
        try {
            return ed25519().generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw unusable(file, "PUBLIC KEY", e);
        }
    }

    /// @throws Problem `invalid-file` for what is no such key
    static PrivateKey privateKey(Path file) {
        byte[] encoded = block(file, "PRIVATE KEY");
        try {
            return ed25519().generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            throw unusable(file, "PRIVATE KEY", e);
        }
    }

    private static KeyFactory ed25519() throws NoSuchAlgorithmException {
        return KeyFactory.getInstance("Ed25519");
    }

    private static byte[] block(Path file, String kind) {
        try (InputStream in = Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
            Matcher matcher = BLOCK.matcher(text);
            if (matcher.find() && matcher.group(1).equals(kind)) {
                return Base64.getMimeDecoder().decode(matcher.group(2));
            }
            throw unusable(file, kind, null);
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(file, kind, e);
        }
    }

    private static Problem unusable(
            Path file, String kind, @org.jspecify.annotations.Nullable Exception cause) {
        return new Problem(
                ProblemCode.INVALID_FILE,
                "%s: an Ed25519 key in PEM (BEGIN %s) was expected"
                        .formatted(file.getFileName(), kind),
                cause);
    }
}
