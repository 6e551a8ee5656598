package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A folder whose files are found by plain names and never outside it. A symbolic link may point to
/// a file of the same folder, or, in the layout of Hugging Face's cache
/// (`<repo>/snapshots/<revision>`), to a file of `<repo>/blobs`.
///
/// @param name the folder's own name
/// @param real the folder without symbolic links
record CheckpointDirectory(String name, Path real) {

    static CheckpointDirectory open(Path directory) {
        Path named = directory.toAbsolutePath().normalize().getFileName();
        String name = named == null ? "checkpoint" : named.toString();
        if (!Files.isDirectory(directory)) {
            throw new Problem(
                    ProblemCode.INVALID_CHECKPOINT,
                    "%s: there is no such folder, expected a Hugging Face model directory"
                            .formatted(Invalid.quote(name)));
        }
        try {
            return new CheckpointDirectory(name, directory.toRealPath());
        } catch (IOException e) {
            throw Invalid.checkpoint(name, "cannot be read", e);
        }
    }

    boolean has(String file) {
        return Files.exists(real.resolve(file));
    }

    /// A file of this folder.
    ///
    /// @throws Problem `invalid-checkpoint` where the name is not plain, the file is missing, no
    ///   regular file, or lies elsewhere
    Path file(String file) {
        Path path = plain(file);
        if (!Files.exists(path)) {
            throw Invalid.checkpoint(shown(file), "is missing from " + Invalid.quote(name));
        }
        try {
            Path target = path.toRealPath();
            if (!(real.equals(target.getParent()) || inBlobsOfCache(target))) {
                throw Invalid.checkpoint(
                        shown(file),
                        "is a link out of the folder %s, expected a file in it"
                                .formatted(Invalid.quote(name)));
            }
            if (!Files.isRegularFile(target)) {
                throw Invalid.checkpoint(shown(file), "is not a regular file");
            }
            return path;
        } catch (IOException e) {
            throw Invalid.checkpoint(shown(file), "cannot be read", e);
        }
    }

    private Path plain(String file) {
        boolean plain =
                !file.isEmpty()
                        && file.length() <= 255
                        && file.indexOf('/') < 0
                        && file.indexOf('\\') < 0
                        && file.chars().noneMatch(Character::isISOControl)
                        && !file.startsWith(".");
        try {
            if (plain && Path.of(file).getNameCount() == 1 && !Path.of(file).isAbsolute()) {
                return real.resolve(file);
            }
        } catch (InvalidPathException e) {
            throw Invalid.checkpoint(shown(file), "is not a file name", e);
        }
        throw Invalid.checkpoint(
                shown(file), "is not a plain file name, expected a file of the same folder");
    }

    private boolean inBlobsOfCache(Path target) {
        Path snapshots = real.getParent();
        Path repository = snapshots == null ? null : snapshots.getParent();
        return snapshots != null
                && repository != null
                && String.valueOf(snapshots.getFileName()).equals("snapshots")
                && repository.resolve("blobs").equals(target.getParent());
    }

    private static String shown(String file) {
        String quoted = Invalid.quote(file);
        return quoted.substring(1, quoted.length() - 1);
    }
}
