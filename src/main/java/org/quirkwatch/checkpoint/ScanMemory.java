package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// What earlier readings of large weight files told, kept in a directory of the user, so that a
/// model that was digested once need not be read again at the next start. (See
/// docs/decisions/0007.)
///
/// A file counts as the one that was read when its place, device and number, length, time of change
/// of content and time of change of status are all the same. The last is set by the operating
/// system alone at whatever changes the file, also at setting its times back. Only files whose
/// weights were all finite are remembered, and none that changed within the last two seconds, as a
/// clock may be too coarse to show a further change.
///
/// What cannot be kept or read is as if it were not there. Thread-safe, also between processes.
public final class ScanMemory {

    /// The environment variable that names the directory, or is [#OFF].
    public static final String VARIABLE = "QUIRKWATCH_CACHE";

    /// The setting for keeping nothing.
    public static final String OFF = "off";

    /// Smaller files are read faster than this is worth.
    static final long MIN_FILE_BYTES = 64L << 20;

    private static final int MAX_ENTRIES = 256;
    private static final int MAX_ENTRY_BYTES = 1 << 14;
    private static final Duration SETTLED = Duration.ofSeconds(2);
    private static final String FORMAT = "quirkwatch-scan-v1";
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Optional<Path> folder;
    private final long minFileBytes;

    ScanMemory(Optional<Path> directory, long minFileBytes) {
        this.folder = directory.map(path -> path.resolve("scans"));
        this.minFileBytes = minFileBytes;
    }

    /// Keeps nothing.
    public static ScanMemory none() {
        return new ScanMemory(Optional.empty(), MIN_FILE_BYTES);
    }

    /// A memory in a directory of choice.
    ///
    /// @param setting a directory, which is made when it is first needed; `off` for none; empty for
    ///   `quirkwatch` in the user's cache directory (`XDG_CACHE_HOME`, else `.cache` at home)
    public static ScanMemory of(String setting) {
        if (setting.equals(OFF)) {
            return none();
        }
        return new ScanMemory(
                setting.isEmpty() ? ofUser(System.getenv()) : Optional.of(Path.of(setting)),
                MIN_FILE_BYTES);
    }

    /// As the environment variable [#VARIABLE] says; without it in the user's cache directory.
    public static ScanMemory ofEnvironment() {
        return of(System.getenv().getOrDefault(VARIABLE, ""));
    }

    private static Optional<Path> ofUser(Map<String, String> environment) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (!cache.isEmpty()) {
            return Optional.of(Path.of(cache, "quirkwatch"));
        }
        String home = System.getProperty("user.home", "");
        // "?" is what Java says where the user has none.
        return home.isEmpty() || home.equals("?")
                ? Optional.empty()
                : Optional.of(Path.of(home, ".cache", "quirkwatch"));
    }

    /// Whether anything is kept.
    public boolean isKept() {
        return folder.isPresent();
    }

    /// The digest of a file that is remembered; all its weights are finite.
    Optional<byte[]> find(SafetensorsFile file) {
        if (folder.isEmpty() || file.size() < minFileBytes) {
            return Optional.empty();
        }
        try {
            Identity identity = Identity.of(file);
            Path entry = folder.get().resolve(identity.entry());
            if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                    || Files.size(entry) > MAX_ENTRY_BYTES
                    || writableByOthers(folder.get())) {
                return Optional.empty();
            }
            String known = Files.readString(entry);
            int digest = identity.text().length();
            return known.startsWith(identity.text()) && known.length() == digest + 64
                    ? Optional.of(HexFormat.of().parseHex(known, digest, known.length()))
                    : Optional.empty();
        } catch (IOException | RuntimeException e) {
            // A damaged entry, or a file system that does not tell: read the weights instead.
            return Optional.empty();
        }
    }

    /// Remembers a file, where it can be.
    ///
    /// @param begun before its first byte was read
    void keep(SafetensorsFile file, ContentScan scan, Instant begun) {
        if (folder.isEmpty() || file.size() < minFileBytes || scan.nonFinite().isPresent()) {
            return;
        }
        try {
            Identity identity = Identity.of(file);
            if (identity.changed().isAfter(begun.minus(SETTLED))) {
                return;
            }
            if (!Files.isDirectory(folder.get())) {
                Files.createDirectories(
                        folder.get(),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            Path written = folder.get().resolve(".%s.tmp".formatted(UUID.randomUUID()));
            try {
                Files.writeString(
                        written, identity.text() + HexFormat.of().formatHex(scan.digest()));
                Path entry = folder.get().resolve(identity.entry());
                Files.move(written, entry, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
            forgetOldest(folder.get());
        } catch (IOException | RuntimeException e) {
            // A read-only or full disk, or one without these attributes: nothing depends on it.
            return;
        }
    }

    /// What tells a file and its content from others.
    ///
    /// @param entry the name under which it is remembered
    /// @param text all of the entry but the digest
    /// @param changed when its status last changed
    private record Identity(String entry, String text, Instant changed) {
        static Identity of(SafetensorsFile file) throws IOException {
            byte[] place = file.path().toRealPath().toString().getBytes(StandardCharsets.UTF_8);
            Map<String, Object> attributes =
                    Files.readAttributes(file.path(), "unix:dev,ino,size,lastModifiedTime,ctime");
            FileTime changed = (FileTime) Objects.requireNonNull(attributes.get("ctime"));
            String text =
                    "%s\n%s\n%s %s %s %s %s\n"
                            .formatted(
                                    FORMAT,
                                    HexFormat.of().formatHex(place),
                                    attributes.get("dev"),
                                    attributes.get("ino"),
                                    attributes.get("size"),
                                    attributes.get("lastModifiedTime"),
                                    changed);
            return new Identity(
                    HexFormat.of().formatHex(Digests.sha256(place)), text, changed.toInstant());
        }
    }

    private static boolean writableByOthers(Path folder) throws IOException {
        return Files.getPosixFilePermissions(folder).stream().anyMatch(OTHERS_WRITE::contains);
    }

    private static void forgetOldest(Path folder) throws IOException {
        record Entry(Path path, FileTime written) {}
        List<Entry> entries;
        try (Stream<Path> paths = Files.list(folder)) {
            entries =
                    paths.map(path -> new Entry(path, writtenAt(path)))
                            .sorted(Comparator.comparing(Entry::written))
                            .toList();
        }
        for (int i = 0; i < entries.size() - MAX_ENTRIES; i++) {
            Files.deleteIfExists(entries.get(i).path());
        }
    }

    private static FileTime writtenAt(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            // Another process was faster.
            return FileTime.fromMillis(0);
        }
    }
}
