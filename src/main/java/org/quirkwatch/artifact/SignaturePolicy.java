package org.quirkwatch.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Whose artifacts are loaded. A signature is Ed25519 (RFC 8032) over the bytes of `manifest.json`,
/// which holds the digest of the tensors and the digest of all; it lies beside it in
/// `manifest.sig`, in base64. Thread-safe.
public final class SignaturePolicy {

    /// Where the signature lies.
    static final String FILE = "manifest.sig";

    private static final int MOST_BYTES = 1 << 10;

    private final List<PublicKey> trusted;
    private final boolean required;

    private SignaturePolicy(List<PublicKey> trusted, boolean required) {
        this.trusted = List.copyOf(trusted);
        this.required = required;
    }

    /// Anybody's, signed or not; a signature is not looked at.
    public static SignaturePolicy anybody() {
        return new SignaturePolicy(List.of(), false);
    }

    /// Those that one of some keys signed.
    ///
    /// @param keys PEM files of Ed25519 public keys
    /// @param required whether an artifact without a signature is refused; one whose signature is
    ///   wrong always is, where there are keys
    /// @throws Problem `invalid-file` for what is no such key, `invalid-request` where one is
    ///   required and none is trusted
    public static SignaturePolicy of(List<Path> keys, boolean required) {
        if (required && keys.isEmpty()) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "signatures are required (quirkwatch.artifact.require-signature), but no key is"
                            + " trusted: name PEM files in quirkwatch.artifact.trusted-keys");
        }
        return new SignaturePolicy(keys.stream().map(Pem::publicKey).toList(), required);
    }

    /// Checks the signature over the very bytes that are parsed then.
    void check(Path directory, byte[] manifest) {
        if (trusted.isEmpty()) {
            return;
        }
        Optional<byte[]> signature = signature(directory);
        if (signature.isEmpty()) {
            if (required) {
                throw new Problem(
                        ProblemCode.ARTIFACT_UNSIGNED,
                        "%s has no %s, and only artifacts that a trusted key signed are loaded"
                                .formatted(directory.getFileName(), FILE));
            }
            return;
        }
        if (trusted.stream().noneMatch(key -> verifies(key, manifest, signature.get()))) {
            throw new Problem(
                    ProblemCode.ARTIFACT_SIGNATURE_INVALID,
                    "%s of %s is no signature of its manifest by any of %d trusted keys"
                            .formatted(FILE, directory.getFileName(), trusted.size()));
        }
    }

    private static Optional<byte[]> signature(Path directory) {
        try (InputStream in = Files.newInputStream(directory.resolve(FILE))) {
            String text = new String(in.readNBytes(MOST_BYTES), StandardCharsets.US_ASCII);
            return Optional.of(Base64.getDecoder().decode(text.strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new Problem(
                    ProblemCode.ARTIFACT_SIGNATURE_INVALID,
                    "%s of %s is no signature in base64".formatted(FILE, directory.getFileName()),
                    e);
        }
    }

    private static boolean verifies(PublicKey key, byte[] manifest, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(manifest);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // Of another length, for one.
            return false;
        }
    }
}
