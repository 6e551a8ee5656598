package org.quirkwatch.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

class SignatureTest {

    /// Made by `openssl genpkey -algorithm ed25519`, OpenSSL 3.0.19, with its public half by
    /// `openssl pkey -pubout`; used nowhere else.
    private static final String OPENSSL_PRIVATE =
            """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINSUZUulszIhUbIKVmX9N2OKPKv8TTYWCRnyiGmeZqj+
            -----END PRIVATE KEY-----
            """;

    private static final String OPENSSL_PUBLIC =
            """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAn3c3gLKWcQ+RirXlj2QXuF8GJ+qLHSs07xkLtQ7ZCtY=
            -----END PUBLIC KEY-----
            """;

    @TempDir Path folder;

    private Path directory;
    private Path key;
    private Path publicKey;

    @BeforeEach
    void write() throws IOException {
        directory = folder.resolve("detector");
        ArtifactDirectory.write(Artifacts.small(1), directory);
        KeyPair pair = keyPair("Ed25519");
        key = pem("signer.pem", "PRIVATE KEY", pair.getPrivate());
        publicKey = pem("signer.pub.pem", "PUBLIC KEY", pair.getPublic());
    }

    @Test
    void whatATrustedKeySignedIsReadAndWhatNobodySignedIsNot() {
        SignaturePolicy required = SignaturePolicy.of(List.of(publicKey), true);
        assertRefused(required, ProblemCode.ARTIFACT_UNSIGNED);
        assertThat(ArtifactDirectory.read(directory, SignaturePolicy.of(List.of(publicKey), false)))
                .isEqualTo(Artifacts.small(1));

        ArtifactDirectory.sign(directory, key);

        assertThat(ArtifactDirectory.read(directory, required)).isEqualTo(Artifacts.small(1));
        assertThat(directory.resolve("manifest.sig")).isRegularFile();
        assertThat(directory).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void anotherKeysSignatureIsRefusedWhetherOrNotOneIsRequired() throws IOException {
        ArtifactDirectory.sign(directory, key);
        Path other = pem("other.pem", "PUBLIC KEY", keyPair("Ed25519").getPublic());

        assertRefused(
                SignaturePolicy.of(List.of(other), true), ProblemCode.ARTIFACT_SIGNATURE_INVALID);
        assertRefused(
                SignaturePolicy.of(List.of(other), false), ProblemCode.ARTIFACT_SIGNATURE_INVALID);
        assertThat(
                        ArtifactDirectory.read(
                                directory, SignaturePolicy.of(List.of(other, publicKey), true)))
                .isEqualTo(Artifacts.small(1));
    }

    @Test
    void whatWasChangedAfterItWasSignedIsRefused() throws IOException {
        ArtifactDirectory.sign(directory, key);
        SignaturePolicy required = SignaturePolicy.of(List.of(publicKey), true);
        Path manifest = directory.resolve("manifest.json");
        String text = Files.readString(manifest);

        Files.writeString(manifest, text + "\n");
        assertRefused(required, ProblemCode.ARTIFACT_SIGNATURE_INVALID);

        // Another artifact's tensors under the signed manifest: its digest does not suit them.
        Files.writeString(manifest, text);
        Path other = folder.resolve("other");
        ArtifactDirectory.write(Artifacts.small(2), other);
        Files.copy(
                other.resolve("detector.safetensors"),
                directory.resolve("detector.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        assertRefused(required, ProblemCode.INVALID_ARTIFACT);

        Files.writeString(directory.resolve("manifest.sig"), "not base64!");
        assertRefused(required, ProblemCode.ARTIFACT_SIGNATURE_INVALID);
        Files.writeString(directory.resolve("manifest.sig"), "AAAA");
        assertRefused(required, ProblemCode.ARTIFACT_SIGNATURE_INVALID);
    }

    @Test
    void anArtifactThatReplacesASignedOneIsNotSigned() {
        ArtifactDirectory.sign(directory, key);
        ArtifactDirectory.write(Artifacts.small(2), directory);

        assertThat(directory.resolve("manifest.sig")).doesNotExist();
        assertRefused(SignaturePolicy.of(List.of(publicKey), true), ProblemCode.ARTIFACT_UNSIGNED);
    }

    @Test
    void keysThatOpensslMadeAreRead() throws IOException {
        Path signer = Files.writeString(folder.resolve("o.pem"), OPENSSL_PRIVATE);
        Path trusted = Files.writeString(folder.resolve("o.pub.pem"), OPENSSL_PUBLIC);

        ArtifactDirectory.sign(directory, signer);

        assertThat(ArtifactDirectory.read(directory, SignaturePolicy.of(List.of(trusted), true)))
                .isEqualTo(Artifacts.small(1));
    }

    @Test
    void whatIsNoEd25519KeyIsRefusedByItsName() throws IOException {
        Path rsa = pem("rsa.pem", "PRIVATE KEY", keyPair("RSA").getPrivate());
        Path text = Files.writeString(folder.resolve("text.pem"), "no key");

        for (Path file : List.of(rsa, text, publicKey, folder.resolve("none.pem"))) {
            assertThatThrownBy(() -> ArtifactDirectory.sign(directory, file))
                    .isInstanceOf(Problem.class)
                    .hasMessage(
                            file.getFileName()
                                    + ": an Ed25519 key in PEM (BEGIN PRIVATE KEY) was expected");
        }
        assertThatThrownBy(() -> SignaturePolicy.of(List.of(key), true))
                .hasMessageContaining("signer.pem")
                .hasMessageContaining("BEGIN PUBLIC KEY");
        assertThatThrownBy(() -> SignaturePolicy.of(List.of(), true))
                .hasMessageContaining("no key is trusted");
    }

    private void assertRefused(SignaturePolicy policy, ProblemCode code) {
        assertThatThrownBy(() -> ArtifactDirectory.read(directory, policy))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    private Path pem(String name, String kind, Key encoded) throws IOException {
        return Files.writeString(
                folder.resolve(name),
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(
                                kind,
                                Base64.getMimeEncoder().encodeToString(encoded.getEncoded()),
                                kind));
    }

    private static KeyPair keyPair(String algorithm) {
        try {
            return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
