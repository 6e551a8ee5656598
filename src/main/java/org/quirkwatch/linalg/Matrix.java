package org.quirkwatch.linalg;

import java.util.Arrays;

/// An immutable dense matrix of doubles, row-major. Rows are samples and columns features wherever
/// it holds data.
public final class Matrix {

    private final int rows;
    private final int columns;
    private final double[] values;

    private Matrix(int rows, int columns, double[] values) {
        if (!(rows >= 0 && columns >= 0 && (long) rows * columns == values.length)) {
            throw new IllegalArgumentException(
                    "a %d x %d matrix cannot hold %d values"
                            .formatted(rows, columns, values.length));
        }
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /// A matrix of values that are copied.
    ///
    /// @param values `[rows * columns]`, row-major
    public static Matrix of(int rows, int columns, double[] values) {
        return new Matrix(rows, columns, values.clone());
    }

    /// A matrix of single-precision values that are copied.
    ///
    /// @param values `[rows * columns]`, row-major
    public static Matrix of(int rows, int columns, float[] values) {
        double[] copy = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            copy[i] = values[i];
        }
        return new Matrix(rows, columns, copy);
    }

    /// A matrix of rows that are copied.
    ///
    /// @param values `[rows][columns]`, each row equally long
    public static Matrix ofRows(double[][] values) {
        int columns = values.length == 0 ? 0 : values[0].length;
        double[] flat = new double[values.length * columns];
        for (int i = 0; i < values.length; i++) {
            if (values[i].length != columns) {
                throw new IllegalArgumentException(
                        "row %d has %d values, the first has %d"
                                .formatted(i, values[i].length, columns));
            }
            System.arraycopy(values[i], 0, flat, i * columns, columns);
        }
        return new Matrix(values.length, columns, flat);
    }

    /// A matrix around an array that the caller must not touch again: no copy.
    ///
    /// @param values `[rows * columns]`, row-major
    public static Matrix wrap(int rows, int columns, double[] values) {
        return new Matrix(rows, columns, values);
    }

    /// The number of rows (samples).
    public int rows() {
        return rows;
    }

    /// The number of columns (features).
    public int columns() {
        return columns;
    }

    /// The value at a row and a column, both from 0.
    public double get(int row, int column) {
        return values[index(row, 0) + java.util.Objects.checkIndex(column, columns)];
    }

    /// A copy of a row, `[columns]`.
    public double[] row(int row) {
        int start = index(row, 0);
        return Arrays.copyOfRange(values, start, start + columns);
    }

    /// A copy of a column, `[rows]`.
    public double[] column(int column) {
        java.util.Objects.checkIndex(column, columns);
        double[] result = new double[rows];
        for (int i = 0; i < rows; i++) {
            result[i] = values[i * columns + column];
        }
        return result;
    }

    /// The rows from `from` (inclusive) to `to` (exclusive).
    public Matrix slice(int from, int to) {
        java.util.Objects.checkFromToIndex(from, to, rows);
        return new Matrix(
                to - from, columns, Arrays.copyOfRange(values, from * columns, to * columns));
    }

    /// A copy with rows and columns exchanged, `[columns, rows]`.
    public Matrix transposed() {
        double[] result = new double[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                result[column * rows + row] = values[row * columns + column];
            }
        }
        return new Matrix(columns, rows, result);
    }

    /// The first columns.
    ///
    /// @param count from 0 to [#columns]
    /// @return `[rows, count]`
    public Matrix firstColumns(int count) {
        java.util.Objects.checkFromToIndex(0, count, columns);
        double[] result = new double[rows * count];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(values, row * columns, result, row * count, count);
        }
        return new Matrix(rows, count, result);
    }

    /// Matrices side by side.
    ///
    /// @param parts at least one, each with as many rows
    /// @return `[rows, sum of the columns]`
    public static Matrix besideEachOther(java.util.List<Matrix> parts) {
        int rows = parts.getFirst().rows;
        int columns = parts.stream().mapToInt(Matrix::columns).sum();
        double[] result = new double[rows * columns];
        int from = 0;
        for (Matrix part : parts) {
            if (part.rows != rows) {
                throw new IllegalArgumentException(
                        "cannot put %s beside a matrix of %d rows".formatted(part, rows));
            }
            for (int row = 0; row < rows; row++) {
                System.arraycopy(
                        part.values,
                        row * part.columns,
                        result,
                        row * columns + from,
                        part.columns);
            }
            from += part.columns;
        }
        return new Matrix(rows, columns, result);
    }

    /// A copy of all values, `[rows * columns]`, row-major.
    public double[] toArray() {
        return values.clone();
    }

    /// Whether every value is finite.
    public boolean isFinite() {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /// The array itself, for the linear algebra beside it, which does not write to it.
    double[] values() {
        return values;
    }

    private int index(int row, int column) {
        return java.util.Objects.checkIndex(row, rows) * columns + column;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Matrix matrix
                && rows == matrix.rows
                && columns == matrix.columns
                && Arrays.equals(values, matrix.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Matrix[%d x %d]".formatted(rows, columns);
    }
}
