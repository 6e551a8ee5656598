package org.quirkwatch.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// Writes a safetensors file that appears all at once: it is written beside its place and moved
/// there by [#commit]; closed without a commit, nothing is left. One set of tensors and values
/// gives one sequence of bytes, whatever the order in which they were declared and written.
///
/// The tensors are declared first, then filled in any order and in as many pieces as suit, so that
/// rows can be written as they come. For one thread.
///
/// ```java
/// try (SafetensorsWriter writer =
///         SafetensorsWriter.create(path, List.of(new Entry("mean", DType.FLOAT64, 64)), Map.of())) {
///     writer.write("mean", mean);
///     writer.commit();
/// }
/// ```
public final class SafetensorsWriter implements AutoCloseable {

    private static final int BLOCK_BYTES = 1 << 18;

    private final Path path;
    private final Path temporary;
    private final FileChannel channel;
    private final Map<String, Slot> slots;
    private final ByteBuffer block =
            ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /// A tensor to be written.
    ///
    /// @param name not empty, not `__metadata__`
    /// @param dtype F32, F64 or I64
    /// @param shape sizes of the dimensions, each 0 or more; none for a single value
    public record Entry(String name, DType dtype, long... shape) {
        /// Checks name, format and sizes, and copies the shape.
        public Entry {
            shape = shape.clone();
            if (name.isEmpty() || name.equals("__metadata__")) {
                throw new IllegalArgumentException("a tensor cannot be named \"" + name + "\"");
            }
            if (!(dtype == DType.FLOAT32 || dtype == DType.FLOAT64 || dtype == DType.INT64)) {
                throw new IllegalArgumentException(
                        "a tensor can be written in F32, F64 or I64, got "
                                + dtype.safetensorsName());
            }
            if (!Arrays.stream(shape).allMatch(size -> size >= 0)) {
                throw new IllegalArgumentException(
                        "sizes must be 0 or more, got " + Arrays.toString(shape));
            }
        }

        /// The sizes of the dimensions, a copy.
        @Override
        public long[] shape() {
            return shape.clone();
        }

        private long byteLength() {
            long product = dtype.bytes();
            for (long size : shape) {
                product = Math.multiplyExact(product, size);
            }
            return product;
        }
    }

    /// Where a tensor's values go.
    private static final class Slot {
        final Entry entry;
        final long end;
        long next;

        Slot(Entry entry, long start) {
            this.entry = entry;
            this.next = start;
            this.end = start + entry.byteLength();
        }
    }

    private SafetensorsWriter(
            Path path, Path temporary, FileChannel channel, Map<String, Slot> slots) {
        this.path = path;
        this.temporary = temporary;
        this.channel = channel;
        this.slots = slots;
    }

    /// Begins a file. Its folder must exist.
    ///
    /// @param path replaced by [#commit] where it exists
    /// @param entries the tensors, each name once
    /// @param metadata texts to carry beside the tensors
    /// @throws Problem `invalid-file` when the folder cannot be written to
    public static SafetensorsWriter create(
            Path path, List<Entry> entries, Map<String, String> metadata) {
        // As the reference library does: wide elements first keeps every tensor aligned.
        List<Entry> ordered =
                entries.stream()
                        .sorted(
                                Comparator.comparingInt((Entry entry) -> -entry.dtype.bytes())
                                        .thenComparing(Entry::name))
                        .toList();
        byte[] header = header(ordered, new TreeMap<>(metadata));
        Map<String, Slot> slots = new LinkedHashMap<>();
        long start = (long) Long.BYTES + header.length;
        for (Entry entry : ordered) {
            Slot slot = new Slot(entry, start);
            if (slots.put(entry.name, slot) != null) {
                throw new IllegalArgumentException("tensor %s twice".formatted(entry.name));
            }
            start = slot.end;
        }
        Path temporary =
                path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            FileChannel channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            SafetensorsWriter writer = new SafetensorsWriter(path, temporary, channel, slots);
            writer.begin(header);
            return writer;
        } catch (IOException e) {
            throw problem(path, e);
        }
    }

    /// Appends values to an F32 tensor.
    ///
    /// @param values the next ones, row-major: whole rows or any piece
    public void write(String name, float[] values) {
        Slot slot = slot(name, DType.FLOAT32, values.length);
        for (int i = 0; i < values.length; ) {
            for (; i < values.length && block.hasRemaining(); i++) {
                block.putFloat(values[i]);
            }
            flush(slot);
        }
    }

    /// Appends values to an F64 tensor.
    ///
    /// @param values the next ones, row-major: whole rows or any piece
    public void write(String name, double[] values) {
        Slot slot = slot(name, DType.FLOAT64, values.length);
        for (int i = 0; i < values.length; ) {
            for (; i < values.length && block.hasRemaining(); i++) {
                block.putDouble(values[i]);
            }
            flush(slot);
        }
    }

    /// Appends values to an I64 tensor.
    ///
    /// @param values the next ones, row-major: whole rows or any piece
    public void write(String name, long[] values) {
        Slot slot = slot(name, DType.INT64, values.length);
        for (int i = 0; i < values.length; ) {
            for (; i < values.length && block.hasRemaining(); i++) {
                block.putLong(values[i]);
            }
            flush(slot);
        }
    }

    /// Puts the file in its place, on disk and complete.
    ///
    /// @throws IllegalStateException when a tensor lacks values
    /// @throws Problem `invalid-file` when it cannot be written
    public void commit() {
        for (Slot slot : slots.values()) {
            if (slot.next != slot.end) {
                throw new IllegalStateException(
                        "tensor %s lacks %d bytes"
                                .formatted(slot.entry.name, slot.end - slot.next));
            }
        }
        try {
            channel.force(true);
            channel.close();
            Files.move(
                    temporary,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw problem(path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw problem(path, e);
        }
    }

    private void begin(byte[] header) throws IOException {
        try {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Long.BYTES + header.length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .put(header)
                            .flip();
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Slot slot(String name, DType dtype, long elements) {
        Slot slot = slots.get(name);
        if (slot == null || slot.entry.dtype != dtype) {
            throw new IllegalArgumentException(
                    "no tensor %s of %s was declared".formatted(name, dtype.safetensorsName()));
        }
        if (!(elements <= (slot.end - slot.next) / dtype.bytes())) {
            throw new IllegalArgumentException(
                    "tensor %s of shape %s has room for %d more values, got %d"
                            .formatted(
                                    name,
                                    Arrays.toString(slot.entry.shape),
                                    (slot.end - slot.next) / dtype.bytes(),
                                    elements));
        }
        return slot;
    }

    private void flush(Slot slot) {
        block.flip();
        try {
            while (block.hasRemaining()) {
                slot.next += channel.write(block, slot.next);
            }
        } catch (IOException e) {
            throw problem(path, e);
        } finally {
            block.clear();
        }
    }

    private static byte[] header(List<Entry> ordered, Map<String, String> metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json =
                Json.FACTORY.createGenerator(
                        ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectPropertyStart("__metadata__");
                metadata.forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            long start = 0;
            for (Entry entry : ordered) {
                json.writeObjectPropertyStart(entry.name);
                json.writeStringProperty("dtype", entry.dtype.safetensorsName());
                json.writeName("shape");
                json.writeArray(entry.shape, 0, entry.shape.length);
                json.writeName("data_offsets");
                json.writeArray(new long[] {start, start + entry.byteLength()}, 0, 2);
                json.writeEndObject();
                start += entry.byteLength();
            }
            json.writeEndObject();
        }
        // The values begin at a multiple of eight.
        while (bytes.size() % Long.BYTES != 0) {
            bytes.write(' ');
        }
        return bytes.toByteArray();
    }

    private static Problem problem(Path path, IOException cause) {
        return new Problem(
                ProblemCode.INVALID_FILE, path.getFileName() + ": cannot be written", cause);
    }
}
