package org.quirkwatch.evaluation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// The folder of a sparse autoencoder.
///
/// @param path of the folder
/// @param digest over the names and contents of its files
public record SaeFolder(Path path, String digest) {

    /// Reads all its files once.
    ///
    /// @throws Problem `invalid-file` when it is no folder or cannot be read
    public static SaeFolder of(Path path) {
        if (!Files.isDirectory(path)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    path.getFileName() + ": is no folder of a sparse autoencoder");
        }
        Sha256 digest = new Sha256();
        try (Stream<Path> entries = Files.list(path)) {
            List<Path> files = entries.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                digest.add(String.valueOf(file.getFileName()));
                try (InputStream in = Files.newInputStream(file)) {
                    digest.add(in);
                }
            }
        } catch (IOException e) {
            throw new Problem(ProblemCode.INVALID_FILE, path.getFileName() + ": cannot be read", e);
        }
        return new SaeFolder(path, digest.hex());
    }
}
