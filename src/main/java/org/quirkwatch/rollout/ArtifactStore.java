package org.quirkwatch.rollout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.ArtifactDirectory;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Detectors on disk, each in a folder that is named by its digest. A folder appears when it is
/// complete and never changes, so replicas may share the directory. Bounded in number and bytes.
/// Thread-safe.
final class ArtifactStore {

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");
    private static final String PREFIX = "sha256:";

    private final Path root;
    private final int maxCount;
    private final long maxBytes;

    /// @param root made when the first is kept
    ArtifactStore(Path root, int maxCount, long maxBytes) {
        this.root = root.toAbsolutePath().normalize();
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    /// The digests of all that are kept.
    List<String> digests() {
        List<String> digests = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return digests;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            for (Path folder : folders) {
                String name = String.valueOf(folder.getFileName());
                if (NAME.matcher(name).matches() && Files.isDirectory(folder)) {
                    digests.add(PREFIX + name);
                }
            }
        } catch (IOException e) {
            throw unusable("the detectors that are kept cannot be listed", e);
        }
        digests.sort(String::compareTo);
        return digests;
    }

    /// When a detector was kept.
    Optional<Instant> keptAt(String digest) {
        try {
            return Optional.of(Files.getLastModifiedTime(folder(digest))).map(FileTime::toInstant);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    boolean has(String digest) {
        return Files.isDirectory(folder(digest));
    }

    /// Reads a detector and checks everything in it.
    ///
    /// @throws Problem `unknown-detector`, `invalid-artifact`
    Artifact read(String digest) {
        Path folder = folder(digest);
        if (!Files.isDirectory(folder)) {
            throw new Problem(
                    ProblemCode.UNKNOWN_DETECTOR,
                    "no detector with the digest %s is kept".formatted(digest));
        }
        Artifact artifact = ArtifactDirectory.read(folder);
        if (!artifact.digest().equals(digest)) {
            throw new Problem(
                    ProblemCode.INVALID_ARTIFACT,
                    "what is kept as %s has the digest %s".formatted(digest, artifact.digest()));
        }
        return artifact;
    }

    /// Keeps a detector; one that is there already stays as it is.
    ///
    /// @throws Problem `detector-conflict` where there is no room, `invalid-file` where it cannot
    ///   be written
    synchronized void keep(Artifact artifact) {
        if (has(artifact.digest())) {
            return;
        }
        requireRoom();
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw unusable("the directory of detectors cannot be made", e);
        }
        ArtifactDirectory.write(artifact, folder(artifact.digest()));
        long bytes = bytes();
        if (!(bytes <= maxBytes)) {
            remove(artifact.digest());
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "with it the detectors that are kept would have %d bytes, at most %d: delete some"
                            .formatted(bytes, maxBytes));
        }
    }

    /// Checks that one more may be kept.
    ///
    /// @throws Problem `detector-conflict`
    void requireRoom() {
        int count = digests().size();
        if (!(count < maxCount)) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "%d detectors are kept, at most %d: delete some".formatted(count, maxCount));
        }
    }

    /// Removes a detector.
    ///
    /// @return whether it was there
    synchronized boolean remove(String digest) {
        Path folder = folder(digest);
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try {
            // Out of its name first, so that nobody reads half of it.
            Path doomed = root.resolve("." + folder.getFileName() + ".old");
            Files.move(folder, doomed);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(doomed)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(doomed);
            return true;
        } catch (IOException e) {
            throw unusable("the detector cannot be removed", e);
        }
    }

    private long bytes() {
        long bytes = 0;
        for (String digest : digests()) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(digest))) {
                for (Path file : files) {
                    bytes += Files.size(file);
                }
            } catch (IOException | UncheckedIOException e) {
                throw unusable("the detectors that are kept cannot be measured", e);
            }
        }
        return bytes;
    }

    private Path folder(String digest) {
        String name = digest.startsWith(PREFIX) ? digest.substring(PREFIX.length()) : digest;
        if (!NAME.matcher(name).matches()) {
            throw new Problem(
                    ProblemCode.UNKNOWN_DETECTOR,
                    "a digest is sha256: and 64 hexadecimal digits, got %d characters"
                            .formatted(digest.length()));
        }
        return root.resolve(name);
    }

    private static Problem unusable(String detail, Exception cause) {
        return new Problem(ProblemCode.INVALID_FILE, detail, cause);
    }
}
