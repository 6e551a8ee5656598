package org.quirkwatch.linalg;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Rows in single precision, in memory that native programs read without a copy and that is freed
/// with this object. Written once.
final class SingleRows {

    /// What native products align their loads to.
    private static final int ALIGNMENT = 64;

    private final int rows;
    private final int columns;
    private final ByteBuffer values;

    /// @param rows 1 or more
    /// @param columns 1 or more
    /// @throws IllegalArgumentException beyond 2^29 - 16 numbers
    SingleRows(int rows, int columns) {
        long bytes = (long) rows * columns * Float.BYTES;
        if (!(bytes <= Integer.MAX_VALUE - 2 * ALIGNMENT)) {
            throw new IllegalArgumentException(
                    "%d x %d numbers are too many for one buffer".formatted(rows, columns));
        }
        this.rows = rows;
        this.columns = columns;
        this.values =
                ByteBuffer.allocateDirect((int) bytes + 2 * ALIGNMENT)
                        .alignedSlice(ALIGNMENT)
                        .limit((int) bytes)
                        .slice()
                        .order(ByteOrder.nativeOrder());
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    void set(int row, int column, float value) {
        values.putFloat((row * columns + column) * Float.BYTES, value);
    }

    /// The numbers themselves, row-major; not to be written to.
    ByteBuffer values() {
        return values;
    }
}
