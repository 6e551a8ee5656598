package org.quirkwatch.bundled;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A directory of the class path, as a directory of the file system. Thread-safe.
final class BundledDirectory {

    private final String name;
    private final @Nullable URL marker;
    private @Nullable Path path;

    private BundledDirectory(String name, @Nullable URL marker) {
        this.name = name;
        this.marker = marker;
    }

    /// The directory that holds a file.
    ///
    /// @param file a file's name on the class path, by which the directory is found
    static BundledDirectory of(String file) {
        return of(file, BundledDirectory.class.getClassLoader());
    }

    static BundledDirectory of(String file, ClassLoader loader) {
        return new BundledDirectory(file, loader.getResource(file));
    }

    /// The directory; unpacked by the first call where it lies in a jar.
    synchronized Path path() {
        Path known = path;
        if (known == null) {
            known = locate();
            path = known;
        }
        return known;
    }

    private Path locate() {
        if (marker == null) {
            throw new Problem(ProblemCode.INVALID_FILE, "this build holds no %s".formatted(name));
        }
        try {
            if (marker.getProtocol().equals("file")) {
                return parent(Path.of(marker.toURI()));
            }
            if (marker.openConnection() instanceof JarURLConnection connection) {
                return unpack(connection);
            }
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s lies neither in a folder nor in a jar but under %s:"
                            .formatted(name, marker.getProtocol()));
        } catch (IOException | URISyntaxException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s cannot be unpacked into the temporary folder: %s"
                            .formatted(name, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static Path unpack(JarURLConnection connection) throws IOException {
        // A cached jar is shared with the class loader, which would find it closed.
        connection.setUseCaches(false);
        String file = connection.getEntryName();
        String prefix = file.substring(0, file.lastIndexOf('/') + 1);
        Path root = Files.createTempDirectory("quirkwatch-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
        Path directory =
                Files.createDirectory(root.resolve(parent(Path.of(file)).getFileName().toString()));
        try (JarFile jar = connection.getJarFile()) {
            List<JarEntry> entries =
                    jar.stream()
                            .filter(entry -> !entry.isDirectory())
                            .filter(entry -> entry.getName().startsWith(prefix))
                            .toList();
            for (JarEntry entry : entries) {
                String entryName = entry.getName().substring(prefix.length());
                // The directories are flat; what is not cannot be one of their files.
                if (!entryName.contains("/")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        Files.copy(in, directory.resolve(entryName));
                    }
                }
            }
        }
        return directory;
    }

    private static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " lies in no directory");
        }
        return parent;
    }

    private static void delete(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // The process ends: there is nobody left to tell, and the folder is a temporary one.
        }
    }
}
