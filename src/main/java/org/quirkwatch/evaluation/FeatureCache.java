package org.quirkwatch.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.feature.FeatureLayer;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Features that are kept on disk, so that they can be scored again without the model: a
/// safetensors file per feature and set of rows, in float32, with a checksum of each layer. A file
/// appears whole or not at all. One that is damaged counts as missing, and is made anew.
///
/// The files together take no more than a limit: those that were longest not used go first.
public final class FeatureCache {

    static final String SUFFIX = ".features.safetensors";

    private static final String KEY = "quirkwatch.key";
    private static final String LAYERS = "quirkwatch.layers";
    private static final String CHECKSUMS = "checksums";

    private final Path folder;
    private final long maxBytes;
    private final Consumer<String> notes;

    /// @param folder made where it does not exist
    /// @param maxBytes of all files together, 1 or more
    /// @param notes told, in a line each, of files that are damaged
    /// @throws Problem `invalid-file` when the folder cannot be made
    public FeatureCache(Path folder, long maxBytes, Consumer<String> notes) {
        if (!(maxBytes >= 1)) {
            throw new IllegalArgumentException("maxBytes must be 1 or more, got " + maxBytes);
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw problem(folder, "cannot be made a folder of kept features", e);
        }
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.notes = notes;
    }

    /// Features that were kept.
    ///
    /// @param layers in order
    /// @param matrices by the layer's name, in the same order, `[rows, width]`
    record Kept(List<FeatureLayer> layers, SequencedMap<String, Matrix> matrices) {}

    /// Whether there is a file for features; it may still turn out damaged.
    boolean has(FeatureKey key) {
        return Files.isRegularFile(folder.resolve(key.fileName()));
    }

    /// Reads features.
    ///
    /// @param rows how many there must be
    /// @return empty where they are not kept, or not whole
    Optional<Kept> find(FeatureKey key, int rows) {
        Path path = folder.resolve(key.fileName());
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try {
            Kept kept = read(path, key, rows);
            Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
            return Optional.of(kept);
        } catch (Problem e) {
            notes.accept("kept features are made anew: " + e.detail());
        } catch (JacksonException | IOException e) {
            notes.accept("kept features are made anew: %s: %s".formatted(key.fileName(), e));
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw problem(path, "is damaged and cannot be removed", e);
        }
        return Optional.empty();
    }

    private static Kept read(Path path, FeatureKey key, int rows) {
        SafetensorsFile file = SafetensorsFile.open(path);
        if (!key.text().equals(file.metadata().get(KEY))) {
            throw problem(path, "holds other features than its name says", null);
        }
        String text = file.metadata().getOrDefault(LAYERS, "[]");
        List<FeatureLayer> layers =
                List.of(JsonMapper.shared().readValue(text, FeatureLayer[].class));
        long[] checksums = file.readLongs(CHECKSUMS);
        if (layers.isEmpty() || checksums.length != layers.size()) {
            throw problem(path, "has %d checksums".formatted(checksums.length), null);
        }
        SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
        for (int i = 0; i < checksums.length; i++) {
            String name = layers.get(i).name();
            long[] shape = file.info(name).shape();
            if (!(shape.length == 2 && shape[0] == rows)) {
                throw problem(path, "%s is not [%d, width]".formatted(name, rows), null);
            }
            float[] values = file.readFloats(name);
            Checksum checksum = new Checksum();
            checksum.add(values);
            if (checksum.value() != checksums[i]) {
                throw problem(path, "the values of %s were changed".formatted(name), null);
            }
            matrices.put(name, Matrix.of(rows, (int) shape[1], values));
        }
        return new Kept(layers, matrices);
    }

    /// Begins a file of features.
    ///
    /// @param widths of the layers by name
    Writer create(
            FeatureKey key, int rows, List<FeatureLayer> layers, Map<String, Integer> widths) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (FeatureLayer layer : layers) {
            Integer width = widths.get(layer.name());
            if (width == null) {
                throw new IllegalArgumentException("the width of %s is missing".formatted(layer));
            }
            entries.add(new SafetensorsWriter.Entry(layer.name(), DType.FLOAT32, rows, width));
        }
        entries.add(new SafetensorsWriter.Entry(CHECKSUMS, DType.INT64, layers.size()));
        Map<String, String> metadata =
                Map.of(KEY, key.text(), LAYERS, JsonMapper.shared().writeValueAsString(layers));
        return new Writer(
                SafetensorsWriter.create(folder.resolve(key.fileName()), entries, metadata),
                layers);
    }

    /// Writes the features of rows, in their order.
    static final class Writer implements AutoCloseable {

        private final SafetensorsWriter file;
        private final SequencedMap<String, Checksum> checksums = new LinkedHashMap<>();

        private Writer(SafetensorsWriter file, List<FeatureLayer> layers) {
            this.file = file;
            layers.forEach(layer -> checksums.put(layer.name(), new Checksum()));
        }

        /// Adds the next rows of a layer.
        ///
        /// @param values `[rows * width]`, row-major
        void write(String layer, float[] values) {
            Checksum checksum = checksums.get(layer);
            if (checksum == null) {
                throw new IllegalArgumentException("there is no layer " + layer);
            }
            checksum.add(values);
            file.write(layer, values);
        }

        void commit() {
            long[] all = checksums.values().stream().mapToLong(Checksum::value).toArray();
            file.write(CHECKSUMS, all);
            file.commit();
        }

        @Override
        public void close() {
            file.close();
        }
    }

    /// Of the bits of floats.
    private static final class Checksum {
        private final CRC32C crc = new CRC32C();

        void add(float[] values) {
            byte[] bytes = new byte[4 * Math.min(values.length, 1 << 14)];
            for (int from = 0; from < values.length; from += 1 << 14) {
                int to = Math.min(values.length, from + (1 << 14));
                for (int i = from; i < to; i++) {
                    int bits = Float.floatToIntBits(values[i]);
                    int at = 4 * (i - from);
                    bytes[at] = (byte) bits;
                    bytes[at + 1] = (byte) (bits >> 8);
                    bytes[at + 2] = (byte) (bits >> 16);
                    bytes[at + 3] = (byte) (bits >> 24);
                }
                crc.update(bytes, 0, 4 * (to - from));
            }
        }

        long value() {
            return crc.getValue();
        }
    }

    /// Removes the files that were longest not used until the rest is within the limit.
    ///
    /// @param keep names of files that stay in any case
    void trim(Set<String> keep) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> files =
                    entries.filter(path -> String.valueOf(path.getFileName()).endsWith(SUFFIX))
                            .sorted(Comparator.comparing(FeatureCache::lastUsed))
                            .toList();
            long total = 0;
            for (Path file : files) {
                total += Files.size(file);
            }
            for (Path file : files) {
                if (total <= maxBytes) {
                    return;
                }
                if (!keep.contains(String.valueOf(file.getFileName()))) {
                    total -= Files.size(file);
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw problem(folder, "kept features cannot be listed or removed", e);
        }
    }

    private static FileTime lastUsed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            // Gone meanwhile, or not ours to ask: then it is the first to go.
            return FileTime.fromMillis(0);
        }
    }

    private static Problem problem(
            Path path, String detail, @org.jspecify.annotations.Nullable Exception cause) {
        return new Problem(
                ProblemCode.INVALID_FILE, "%s: %s".formatted(path.getFileName(), detail), cause);
    }
}
