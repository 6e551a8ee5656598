package org.quirkwatch.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A file that appears whole or not at all: it is written beside its place and moved there by
/// [#commit]; closed without a commit, nothing is left. What is there and is no ordinary file (a
/// pipe, a device) is written to directly. For one thread.
final class OutputFile implements AutoCloseable {

    private final Path path;
    private final Path written;
    private final OutputStream stream;

    private OutputFile(Path path, Path written) throws IOException {
        this.path = path;
        this.written = written;
        this.stream = new BufferedOutputStream(Files.newOutputStream(written));
    }

    /// Begins a file.
    ///
    /// @throws Problem `invalid-file` where it cannot be
    static OutputFile create(Path path) throws IOException {
        requireWritable(path);
        boolean direct = Files.exists(path) && !Files.isRegularFile(path);
        Path folder = path.toAbsolutePath().getParent();
        if (direct || folder == null) {
            return new OutputFile(path, path);
        }
        String name = ".%s.%s.tmp".formatted(path.getFileName(), UUID.randomUUID());
        return new OutputFile(path, folder.resolve(name));
    }

    /// Checks what can be checked of an output before long work is begun.
    ///
    /// @throws Problem `invalid-file` where it is a folder, or its folder is missing
    static void requireWritable(Path path) {
        if (Files.isDirectory(path)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: is a folder, expected a file to write".formatted(path.getFileName()));
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: the folder to write it in does not exist".formatted(path.getFileName()));
        }
    }

    /// Where to write; buffered, not to be closed.
    OutputStream stream() {
        return stream;
    }

    /// Puts the file in its place.
    void commit() throws IOException {
        stream.close();
        if (!written.equals(path)) {
            try {
                Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(written, path, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
        if (!written.equals(path)) {
            Files.deleteIfExists(written);
        }
    }
}
