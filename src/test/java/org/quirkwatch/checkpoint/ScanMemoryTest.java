package org.quirkwatch.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
class ScanMemoryTest {

    // As if the file had been written long before it is read.
    private static final Duration LATER = Duration.ofMinutes(1);

    @TempDir Path folder;
    private Path cache;
    private Path file;
    private ScanMemory memory;

    @BeforeEach
    void writeFile() {
        cache = folder.resolve("cache");
        memory = new ScanMemory(Optional.of(cache), 0);
        file = new TinyCheckpoint().write(folder.resolve("model")).resolve("model.safetensors");
    }

    @Test
    void remembersAFile() {
        ContentScan scan = keep(memory);
        assertThat(memory.find(open())).hasValue(scan.digest());
        assertThat(new ScanMemory(Optional.of(cache), 0).find(open())).hasValue(scan.digest());
    }

    @Test
    void isForgottenByAChangeThatRestoresLengthAndTime() throws IOException {
        keep(memory);
        FileTime before = Files.getLastModifiedTime(file);
        try (RandomAccessFile random = new RandomAccessFile(file.toFile(), "rw")) {
            random.seek(random.length() - 1);
            int last = random.read();
            random.seek(random.length() - 1);
            random.write(last ^ 1);
        }
        Files.setLastModifiedTime(file, before);
        assertThat(memory.find(open())).isEmpty();
    }

    @Test
    void isForgottenByAReplacement() throws IOException {
        keep(memory);
        Path copy = Files.copy(file, folder.resolve("copy"));
        Files.setLastModifiedTime(copy, Files.getLastModifiedTime(file));
        Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        assertThat(memory.find(open())).isEmpty();
    }

    @Test
    void doesNotRememberWhatChangedAMomentAgo() {
        memory.keep(open(), ContentScan.of(open()), Instant.now());
        assertThat(memory.find(open())).isEmpty();
    }

    @Test
    void doesNotRememberWeightsThatAreNotFinite() {
        byte[] digest = ContentScan.of(open()).digest();
        memory.keep(
                open(), new ContentScan(digest, Optional.of("a NaN")), Instant.now().plus(LATER));
        assertThat(memory.find(open())).isEmpty();
    }

    @Test
    void doesNotRememberSmallFiles() {
        keep(new ScanMemory(Optional.of(cache), open().size() + 1));
        assertThat(cache).doesNotExist();
    }

    @Test
    void doesNotBelieveADamagedEntry() throws IOException {
        keep(memory);
        Path entry = entries().getFirst();
        String text = Files.readString(entry);
        Files.writeString(entry, text.substring(0, text.length() - 3));
        assertThat(memory.find(open())).isEmpty();
        Files.writeString(entry, text.substring(0, text.length() - 3) + "xyz");
        assertThat(memory.find(open())).isEmpty();
        Files.write(entry, new byte[] {(byte) 0xff, 0});
        assertThat(memory.find(open())).isEmpty();
    }

    @Test
    void doesNotBelieveADirectoryThatOthersWriteTo() throws IOException {
        keep(memory);
        Path scans = cache.resolve("scans");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(scans)))
                .isEqualTo("rwx------");
        Files.setPosixFilePermissions(scans, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(memory.find(open())).isEmpty();
    }

    @Test
    void doesWithoutAPlaceToWrite() throws IOException {
        Files.writeString(cache, "not a directory");
        keep(memory);
        assertThat(memory.find(open())).isEmpty();
        keep(ScanMemory.none());
        assertThat(ScanMemory.of("off").isKept()).isFalse();
    }

    @Test
    void keepsABoundedNumber() throws IOException {
        keep(memory);
        Path scans = cache.resolve("scans");
        for (int i = 0; i < 300; i++) {
            Path old = Files.writeString(scans.resolve("old" + i), "");
            Files.setLastModifiedTime(old, FileTime.fromMillis(i));
        }
        ContentScan scan = keep(memory);
        assertThat(entries()).hasSize(256);
        assertThat(memory.find(open())).hasValue(scan.digest());
    }

    @Test
    void aCheckpointHasTheSameDigestWithIt() {
        keep(memory);
        Path directory = folder.resolve("model");
        assertThat(Checkpoint.open(directory, Optional.empty(), memory).digest())
                .isEqualTo(Checkpoint.open(directory).digest());
    }

    private ContentScan keep(ScanMemory in) {
        ContentScan scan = ContentScan.of(open());
        in.keep(open(), scan, Instant.now().plus(LATER));
        return scan;
    }

    private SafetensorsFile open() {
        return SafetensorsFile.open(file);
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> paths = Files.walk(cache)) {
            return paths.filter(Files::isRegularFile).toList();
        }
    }
}
