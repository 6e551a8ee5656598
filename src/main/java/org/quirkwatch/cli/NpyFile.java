package org.quirkwatch.cli;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A matrix as numpy's `save` writes it: format versions 1 to 3, little-endian float32 or float64,
/// in C or Fortran order. The header is read and checked when it is opened; the file must not
/// change until the values are read.
///
/// @param path of the file
/// @param header what it says
/// @param dataStart bytes before the values
record NpyFile(Path path, NpyHeader header, long dataStart) {

    /// Longer ones describe records, which are no matrices.
    private static final int MOST_HEADER_BYTES = 1 << 16;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int ALIGNMENT = 64;

    /// Whether a file begins as this format does.
    static boolean isOne(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return java.util.Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        }
    }

    /// Reads the header of a file.
    ///
    /// @throws Problem `invalid-file` where it is no matrix of floats or its length is another than
    ///   the header's
    static NpyFile open(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
            in.skipNBytes(MAGIC.length);
            int major = in.readUnsignedByte();
            int minor = in.readUnsignedByte();
            if (!(major >= 1 && major <= 3 && minor == 0)) {
                throw invalid(
                        name,
                        "is npy version %d.%d, expected 1.0, 2.0 or 3.0".formatted(major, minor));
            }
            byte[] length = new byte[major == 1 ? Short.BYTES : Integer.BYTES];
            in.readFully(length);
            long headerBytes = 0;
            for (int i = length.length - 1; i >= 0; i--) {
                headerBytes = (headerBytes << 8) | (length[i] & 0xff);
            }
            if (!(headerBytes <= MOST_HEADER_BYTES)) {
                throw invalid(
                        name,
                        "the npy header's length is %d bytes, expected at most %d"
                                .formatted(headerBytes, MOST_HEADER_BYTES));
            }
            byte[] text = new byte[(int) headerBytes];
            in.readFully(text);
            NpyHeader header = NpyHeader.parse(name, new String(text, StandardCharsets.ISO_8859_1));
            long start = MAGIC.length + 2L + length.length + headerBytes;
            NpyFile file = new NpyFile(path, header, start);
            file.requireLength(Files.size(path));
            return file;
        } catch (EOFException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE, name + ": ends within the npy header: truncated?", e);
        }
    }

    /// Its size as far as [LayerRows] takes it.
    LayerRows.Size size() {
        return new LayerRows.Size(header.rows(), header.columns());
    }

    /// The values.
    ///
    /// @return `[rows, columns]`; its size must have been bounded before
    Matrix read() throws IOException {
        int rows = Math.toIntExact(header.rows());
        int columns = Math.toIntExact(header.columns());
        double[] values = new double[Math.multiplyExact(rows, columns)];
        byte[] block = new byte[BLOCK_BYTES];
        try (InputStream in = Files.newInputStream(path)) {
            in.skipNBytes(dataStart);
            int width = header.elementBytes();
            for (int done = 0; done < values.length; ) {
                int count = Math.min(values.length - done, BLOCK_BYTES / width);
                if (in.readNBytes(block, 0, count * width) < count * width) {
                    throw invalid(name(), "became shorter while it was read");
                }
                ByteBuffer bytes = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = done; i < done + count; i++) {
                    int at = header.fortranOrder() ? i % rows * columns + i / rows : i;
                    values[at] = width == Double.BYTES ? bytes.getDouble() : bytes.getFloat();
                }
                done += count;
            }
        }
        return Matrix.wrap(rows, columns, values);
    }

    /// Writes a vector in version 1.
    static void write(OutputStream out, double[] values) throws IOException {
        String header =
                "{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }"
                        .formatted(values.length);
        int before = MAGIC.length + 2 + Short.BYTES;
        // Ends with a line feed at a multiple of the alignment, as the format asks for.
        int length =
                (before + header.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - before;
        out.write(MAGIC);
        out.write(
                ByteBuffer.allocate(2 + Short.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put((byte) 1)
                        .put((byte) 0)
                        .putShort((short) length)
                        .array());
        out.write(
                (header + " ".repeat(length - 1 - header.length()) + "\n")
                        .getBytes(StandardCharsets.US_ASCII));
        ByteBuffer number = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            out.write(number.putDouble(0, value).array());
        }
    }

    private String name() {
        return String.valueOf(path.getFileName());
    }

    private void requireLength(long actual) {
        // The header's numbers are bounded such that this cannot overflow.
        long expected = dataStart + header.rows() * header.columns() * header.elementBytes();
        if (actual != expected) {
            throw invalid(
                    name(),
                    "has %d bytes, the shape %s of %s needs %d: truncated?"
                            .formatted(actual, size(), header.format(), expected));
        }
    }

    private static Problem invalid(String name, String detail) {
        return new Problem(ProblemCode.INVALID_FILE, name + ": " + detail);
    }
}
