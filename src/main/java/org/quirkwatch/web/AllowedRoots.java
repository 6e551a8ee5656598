package org.quirkwatch.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Which files callers may name: those below the folders that the operator allowed, after every
/// symbolic link was followed. Without a folder, none. What is outside is refused in the same words
/// whether or not it exists, so that nobody learns of it. Thread-safe.
///
/// Who may write below a root may swap a link between the check and the opening: roots belong to
/// people whom the operator trusts as far as that.
public final class AllowedRoots {

    private final List<Path> roots;

    /// Looks at nothing yet: a folder may be mounted later, and allows nothing until it is.
    ///
    /// @param roots absolute paths of folders
    /// @throws Problem `invalid-request` for a path that is not absolute
    public AllowedRoots(List<Path> roots) {
        for (Path root : roots) {
            if (!root.isAbsolute()) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "quirkwatch.paths.allowed-roots must be absolute paths, got "
                                + Shown.quoted(root));
            }
        }
        this.roots = roots.stream().map(Path::normalize).toList();
    }

    /// The file or folder that a caller named.
    ///
    /// @param given an absolute path
    /// @return the same without symbolic links; it exists and is below a root, or a root itself
    /// @throws Problem `path-not-allowed` outside of the roots, where there are none, and for what
    ///   is no absolute path; `invalid-file` for what does not exist below one
    public Path resolve(String given) {
        if (roots.isEmpty()) {
            throw new Problem(
                    ProblemCode.PATH_NOT_ALLOWED,
                    "no path may be named here: quirkwatch.paths.allowed-roots names no folder");
        }
        Path path = absolute(given);
        if (path == null || !isBelowARoot(path)) {
            throw notAllowed(given);
        }
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: there is no such file that can be read".formatted(Shown.quoted(given)),
                    e);
        }
    }

    private static @Nullable Path absolute(String given) {
        try {
            Path path = Path.of(given);
            return path.isAbsolute() ? path.normalize() : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private boolean isBelowARoot(Path path) {
        return roots.stream().anyMatch(root -> isBelow(path, root));
    }

    private static boolean isBelow(Path path, Path root) {
        try {
            Path real = root.toRealPath();
            // As written too, or a link outside of all roots could point to one and be probed.
            return (path.startsWith(root) || path.startsWith(real))
                    && deepestThatExists(path).startsWith(real);
        } catch (IOException e) {
            // A root that is not there, or not to be read, allows nothing.
            return false;
        }
    }

    /// The real path of the last part that exists: what is missing behind a link that leads out is
    /// outside too.
    private static Path deepestThatExists(Path path) throws IOException {
        Path part = path;
        while (part.getParent() != null && !Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
            part = part.getParent();
        }
        return part.toRealPath();
    }

    private static Problem notAllowed(String given) {
        return new Problem(
                ProblemCode.PATH_NOT_ALLOWED,
                "%s is not an absolute path below a folder of quirkwatch.paths.allowed-roots"
                        .formatted(Shown.quoted(given)));
    }
}
