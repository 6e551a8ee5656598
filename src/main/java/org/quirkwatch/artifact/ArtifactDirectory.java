package org.quirkwatch.artifact;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;

/// An artifact on disk: a directory with `manifest.json`, `detector.safetensors` (float64, the
/// features of examples float32), perhaps `examples.jsonl` with the texts of trusted examples,
/// perhaps a signature, `manifest.sig`, and perhaps a card, `README.md`, for people.
public final class ArtifactDirectory {

    static final String MANIFEST = "manifest.json";
    static final String TENSORS = "detector.safetensors";
    private static final String CARD = "README.md";

    private ArtifactDirectory() {}

    /// Writes an artifact. It is written beside its place and moved there when complete; an
    /// artifact that was there is replaced and its card kept. The same artifact gives the same
    /// bytes.
    ///
    /// @param directory absent (its parent exists), empty, or an artifact's
    /// @throws Problem `invalid-file` when it is something else or cannot be written
    public static void write(Artifact artifact, Path directory) {
        Path target = directory.toAbsolutePath().normalize();
        Path name = target.getFileName();
        Path parent = target.getParent();
        if (name == null || parent == null || !Files.isDirectory(parent)) {
            throw invalidFile("the folder that is to hold the artifact does not exist", null);
        }
        requireReplaceable(target);
        String unique = "." + name + "." + UUID.randomUUID();
        Path fresh = parent.resolve(unique + ".tmp");
        Path old = parent.resolve(unique + ".old");
        try {
            Files.createDirectory(fresh);
            writeTensors(Manifest.tensors(artifact), fresh.resolve(TENSORS));
            TrustedExamples examples = artifact.kept().examples();
            if (!examples.isEmpty()) {
                Files.write(fresh.resolve(ExamplesFile.NAME), ExamplesFile.write(examples.texts()));
            }
            Files.write(fresh.resolve(MANIFEST), ManifestJson.readable(artifact.manifest()));
            if (Files.isRegularFile(target.resolve(CARD))) {
                Files.copy(target.resolve(CARD), fresh.resolve(CARD));
            }
            boolean replaces = Files.exists(target);
            if (replaces) {
                Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
            }
            try {
                Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (replaces) {
                    Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
                }
                throw e;
            }
        } catch (IOException e) {
            throw invalidFile("%s: the artifact cannot be written".formatted(name), e);
        } finally {
            delete(fresh);
            delete(old);
        }
    }

    /// Reads an artifact and checks everything in it, whoever made it.
    ///
    /// @throws Problem `invalid-artifact`: names the file, the field or tensor, and what was
    ///   expected
    public static Artifact read(Path directory) {
        return read(directory, SignaturePolicy.anybody());
    }

    /// Reads an artifact and checks everything in it, before all who signed it.
    ///
    /// @throws Problem `artifact-unsigned`, `artifact-signature-invalid`, and `invalid-artifact`:
    ///   names the file, the field or tensor, and what was expected
    public static Artifact read(Path directory, SignaturePolicy signatures) {
        return new ArtifactReader(directory, signatures).read();
    }

    /// Signs an artifact, after everything in it was checked. Whoever signed it before no longer
    /// has.
    ///
    /// @param key a PEM file with an Ed25519 private key (PKCS #8), as `openssl genpkey -algorithm
    ///   ed25519` writes it
    /// @throws Problem `invalid-artifact`; `invalid-file` for what is no such key, or when the
    ///   signature cannot be written
    public static void sign(Path directory, Path key) {
        PrivateKey signer = Pem.privateKey(key);
        Artifact checked = read(directory);
        try {
            byte[] manifest = Files.readAllBytes(directory.resolve(MANIFEST));
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(signer);
            signature.update(manifest);
            String text = Base64.getEncoder().encodeToString(signature.sign()) + "\n";
            Path fresh = directory.resolve("." + SignaturePolicy.FILE + "." + UUID.randomUUID());
            Files.writeString(fresh, text);
            Files.move(
                    fresh,
                    directory.resolve(SignaturePolicy.FILE),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw invalidFile("%s: the signature cannot be written".formatted(checked.id()), e);
        } catch (GeneralSecurityException e) {
            throw invalidFile("%s: no key that can sign".formatted(key.getFileName()), e);
        }
    }

    private static void writeTensors(SortedMap<String, Matrix> tensors, Path file) {
        var entries =
                tensors.entrySet().stream()
                        .map(entry ->
                                new SafetensorsWriter.Entry(
                                        entry.getKey(),
                                        Manifest.dtype(entry.getKey()),
                                        entry.getValue().rows(),
                                        entry.getValue().columns()))
                        .toList();
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, entries, Map.of())) {
            tensors.forEach((name, matrix) -> {
                if (Manifest.dtype(name) == DType.FLOAT32) {
                    writer.write(name, single(matrix));
                } else {
                    writer.write(name, matrix.toArray());
                }
            });
            writer.commit();
        }
    }

    private static float[] single(Matrix matrix) {
        double[] values = matrix.toArray();
        float[] single = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            single[i] = (float) values[i];
        }
        return single;
    }

    private static void requireReplaceable(Path target) {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw invalidFile("%s is a file".formatted(target.getFileName()), null);
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(target)) {
            for (Path file : files) {
                if (!Set.of(MANIFEST, TENSORS, ExamplesFile.NAME, CARD, SignaturePolicy.FILE)
                        .contains(file.getFileName().toString())) {
                    throw invalidFile(
                            "%s is no artifact: it holds %s; choose another folder"
                                    .formatted(target.getFileName(), file.getFileName()),
                            null);
                }
            }
        } catch (IOException e) {
            throw invalidFile("%s cannot be read".formatted(target.getFileName()), e);
        }
    }

    /// Removes one of our own temporary folders, which hold files only.
    private static void delete(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw invalidFile("%s cannot be removed".formatted(folder.getFileName()), e);
        }
    }

    private static Problem invalidFile(
            String detail, @org.jspecify.annotations.Nullable Throwable cause) {
        return new Problem(ProblemCode.INVALID_FILE, detail, cause);
    }
}
