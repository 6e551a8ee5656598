package org.quirkwatch.checkpoint;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;

/// A safetensors file whose header is read and checked, and whose values are read on demand. It
/// holds no open file. Immutable; the file must not change while it is used, a changed length is
/// noticed.
///
/// Everything wrong with the file is a [Problem] that names the file and the tensor.
public final class SafetensorsFile {

    /// The most elements that a tensor may have to be read into an array.
    public static final long MAX_ARRAY_ELEMENTS = 1L << 28;

    private static final int BLOCK_BYTES = 1 << 20;

    private final Path path;
    private final ProblemCode code;
    private final Stamp stamp;
    private final SafetensorsHeader.Parsed header;

    private SafetensorsFile(
            Path path, ProblemCode code, Stamp stamp, SafetensorsHeader.Parsed header) {
        this.path = path;
        this.code = code;
        this.stamp = stamp;
        this.header = header;
    }

    /// Reads and checks the header; problems are of the code `invalid-file`.
    public static SafetensorsFile open(Path path) {
        return open(path, ProblemCode.INVALID_FILE);
    }

    /// Reads and checks the header.
    ///
    /// @param code the code of whatever is wrong with the file, now or later
    public static SafetensorsFile open(Path path, ProblemCode code) {
        String name = String.valueOf(path.getFileName());
        if (!Files.isRegularFile(path)) {
            throw new Problem(code, name + ": there is no such file");
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            Stamp stamp = Stamp.of(path);
            return new SafetensorsFile(
                    path, code, stamp, SafetensorsHeader.parse(name, in, stamp.size, code));
        } catch (IOException e) {
            throw new Problem(code, name + ": cannot be read", e);
        }
    }

    /// The file's name, without its folder.
    public String name() {
        return String.valueOf(path.getFileName());
    }

    /// Bytes of the file.
    public long size() {
        return stamp.size;
    }

    /// The texts that the header carries beside the tensors.
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /// The tensors' names, in the order of their values in the file.
    public List<String> names() {
        return List.copyOf(header.tensors().keySet());
    }

    /// Whether there is a tensor of this name.
    public boolean contains(String name) {
        return header.tensors().containsKey(name);
    }

    /// What the header says of a tensor.
    ///
    /// @throws Problem when there is none of this name
    public TensorInfo info(String name) {
        TensorInfo info = header.tensors().get(name);
        if (info == null) {
            throw new Problem(
                    code, "%s: tensor %s is missing".formatted(name(), Invalid.quote(name)));
        }
        return info;
    }

    /// A tensor's values as doubles, row-major, exact.
    ///
    /// @throws Problem unless it is F64, F32, F16 or BF16 of at most [#MAX_ARRAY_ELEMENTS]
    public double[] readDoubles(String name) {
        TensorInfo info =
                readable(name, DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);
        double[] values = new double[(int) info.elements()];
        DType dtype = info.dtype().orElseThrow();
        read(
                info,
                dtype.bytes(),
                (bytes, first) -> {
                    for (int i = first; bytes.hasRemaining(); i++) {
                        values[i] =
                                dtype == DType.FLOAT64 ? bytes.getDouble() : single(bytes, dtype);
                    }
                });
        return values;
    }

    /// A tensor's values as floats, row-major, exact.
    ///
    /// @throws Problem unless it is F32, F16 or BF16 of at most [#MAX_ARRAY_ELEMENTS]
    public float[] readFloats(String name) {
        TensorInfo info = readable(name, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);
        float[] values = new float[(int) info.elements()];
        DType dtype = info.dtype().orElseThrow();
        read(
                info,
                dtype.bytes(),
                (bytes, first) -> {
                    for (int i = first; bytes.hasRemaining(); i++) {
                        values[i] = single(bytes, dtype);
                    }
                });
        return values;
    }

    /// A tensor's values as whole numbers, row-major.
    ///
    /// @throws Problem unless it is I64 of at most [#MAX_ARRAY_ELEMENTS]
    public long[] readLongs(String name) {
        TensorInfo info = readable(name, DType.INT64);
        long[] values = new long[(int) info.elements()];
        read(
                info,
                Long.BYTES,
                (bytes, first) -> {
                    for (int i = first; bytes.hasRemaining(); i++) {
                        values[i] = bytes.getLong();
                    }
                });
        return values;
    }

    Path path() {
        return path;
    }

    /// Checks that the file is still the one whose header was read, as far as its folder can tell.
    void requireUnchanged() {
        try {
            if (Stamp.of(path).equals(stamp)) {
                return;
            }
        } catch (IOException e) {
            throw new Problem(code, name() + ": cannot be read", e);
        }
        throw new Problem(code, name() + ": was changed while it was in use");
    }

    /// What changes when a file is written to or replaced.
    ///
    /// @param key which file of the file system; null where it cannot tell
    private record Stamp(long size, FileTime modified, @Nullable Object key) {
        static Stamp of(Path path) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(
                    attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
        }
    }

    private interface Block {
        /// @param bytes whole elements, little-endian
        /// @param first the index of the first of them in the tensor
        void accept(ByteBuffer bytes, int first);
    }

    private static float single(ByteBuffer bytes, DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> bytes.getFloat();
            case FLOAT16 -> Float.float16ToFloat(bytes.getShort());
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort() << 16);
            case FLOAT64, INT64 -> throw new IllegalStateException(dtype + " is not single");
        };
    }

    private TensorInfo readable(String name, DType... accepted) {
        TensorInfo info = info(name);
        if (info.dtype().filter(Arrays.asList(accepted)::contains).isEmpty()) {
            throw new Problem(
                    code,
                    "%s: tensor %s is %s, expected %s"
                            .formatted(
                                    name(),
                                    Invalid.quote(name),
                                    info.format(),
                                    String.join(
                                            " or ",
                                            Arrays.stream(accepted)
                                                    .map(DType::safetensorsName)
                                                    .toList())));
        }
        if (!(info.elements() <= MAX_ARRAY_ELEMENTS)) {
            throw new Problem(
                    code,
                    "%s: tensor %s has %d elements, at most %d can be read at once"
                            .formatted(
                                    name(),
                                    Invalid.quote(name),
                                    info.elements(),
                                    MAX_ARRAY_ELEMENTS));
        }
        return info;
    }

    private void read(TensorInfo info, int elementBytes, Block block) {
        ByteBuffer bytes =
                ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, info.byteLength()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long done = 0;
            while (done < info.byteLength()) {
                bytes.clear().limit((int) Math.min(bytes.capacity(), info.byteLength() - done));
                while (bytes.hasRemaining()) {
                    long at = info.offset() + done + bytes.position();
                    if (channel.read(bytes, at) < 0) {
                        throw new Problem(code, name() + ": became shorter while it was read");
                    }
                }
                bytes.flip();
                long first = done / elementBytes;
                done += bytes.remaining();
                block.accept(bytes, (int) first);
            }
        } catch (IOException e) {
            throw new Problem(code, name() + ": cannot be read", e);
        }
    }
}
