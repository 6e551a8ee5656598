package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Feature matrices that are there already: the same samples in every layer, in the same order.
///
/// @param source what the matrices came from, for messages: a file's name
/// @param layers by the layer's name, `[n, width]`, finite, at least one with a row and a column
public record LayerRows(String source, SequencedMap<String, Matrix> layers) {

    /// More rows than any detector gains from.
    public static final int MOST_ROWS = 100_000;

    /// Values of all layers together: 2 GiB of doubles.
    public static final long MOST_VALUES = 1L << 28;

    /// Values that a batch may copy out of the matrices: 32 MiB of doubles.
    private static final long BATCH_VALUES = 1L << 22;

    private static final int MOST_BATCH_ROWS = 1024;

    /// Copies the map and checks.
    ///
    /// @throws Problem `invalid-file` naming the source and the layer that is empty, has another
    ///   number of rows than the first or holds NaN or infinity, or when there are more than
    ///   [#MOST_ROWS] rows or [#MOST_VALUES] values
    public LayerRows {
        layers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(layers));
        SequencedMap<String, Size> sizes = new LinkedHashMap<>();
        layers.forEach(
                (name, matrix) -> sizes.put(name, new Size(matrix.rows(), matrix.columns())));
        requireSizes(source, sizes);
        layers.forEach((name, matrix) -> requireFinite(source, name, matrix));
    }

    /// The same without a layer.
    ///
    /// @param layer the name of one of two or more
    public LayerRows without(String layer) {
        SequencedMap<String, Matrix> others = new LinkedHashMap<>(layers);
        others.remove(layer);
        return new LayerRows(source, others);
    }

    /// The size of a matrix.
    ///
    /// @param rows samples
    /// @param width features
    public record Size(long rows, long width) {
        @Override
        public String toString() {
            return "[%d, %d]".formatted(rows, width);
        }
    }

    /// Checks what can be checked of matrices before their values are read.
    ///
    /// @param source as [LayerRows#source]
    /// @param sizes by the layer's name
    /// @throws Problem as the constructor does
    public static void requireSizes(String source, SequencedMap<String, Size> sizes) {
        if (sizes.isEmpty()) {
            throw invalid(source, "holds no matrix, expected one per layer");
        }
        String first = sizes.firstEntry().getKey();
        long rows = sizes.firstEntry().getValue().rows();
        long values = 0;
        for (Map.Entry<String, Size> entry : sizes.entrySet()) {
            Size size = entry.getValue();
            String tensor = "tensor \"%s\" has the shape %s".formatted(entry.getKey(), size);
            if (!(size.rows() >= 1 && size.width() >= 1)) {
                throw invalid(source, tensor + ", expected a row and a column or more");
            }
            if (!(size.rows() <= MOST_ROWS)) {
                throw invalid(source, tensor + ", expected at most %d rows".formatted(MOST_ROWS));
            }
            if (size.rows() != rows) {
                throw invalid(
                        source, tensor + ", expected %d rows as in \"%s\"".formatted(rows, first));
            }
            // Neither the product nor the sum can overflow: each is bounded before it is made.
            if (!(size.width() <= MOST_VALUES / size.rows()
                    && values + size.rows() * size.width() <= MOST_VALUES)) {
                throw invalid(
                        source,
                        tensor
                                + ": with it there are more than %d values, which is the limit"
                                        .formatted(MOST_VALUES));
            }
            values += size.rows() * size.width();
        }
    }

    /// Checks that matrices have the layers of others, equally wide. Layers beyond those do not
    /// matter.
    ///
    /// @param source of the matrices
    /// @param sizes of the matrices
    /// @param otherSource of the others
    /// @param others that must be there
    /// @throws Problem `invalid-file` naming both sources and the layer
    public static void requireLike(
            String source,
            SequencedMap<String, Size> sizes,
            String otherSource,
            SequencedMap<String, Size> others) {
        others.forEach((name, other) -> {
            Size size = sizes.get(name);
            if (size == null) {
                throw invalid(
                        source,
                        "tensor \"%s\" is missing, expected it with the shape [n, %d] as in %s"
                                .formatted(name, other.width(), otherSource));
            }
            if (size.width() != other.width()) {
                throw invalid(
                        source,
                        "tensor \"%s\" has the shape %s, expected [n, %d] as in %s"
                                .formatted(name, size, other.width(), otherSource));
            }
        });
    }

    /// The number of rows.
    public int size() {
        return layers.firstEntry().getValue().rows();
    }

    SequencedMap<String, Size> sizes() {
        SequencedMap<String, Size> sizes = new LinkedHashMap<>();
        layers.forEach(
                (name, matrix) -> sizes.put(name, new Size(matrix.rows(), matrix.columns())));
        return sizes;
    }

    /// These rows batch by batch, of some layers.
    ///
    /// @param names of the layers
    RowSource source(List<String> names) {
        return new Batches(this, List.copyOf(names));
    }

    private record Batches(LayerRows all, List<String> names) implements RowSource {

        @Override
        public int size() {
            return all.size();
        }

        @Override
        public void read(
                List<Integer> rows, BiConsumer<List<Integer>, Map<String, Matrix>> consumer) {
            long width = names.stream().mapToLong(name -> matrix(name).columns()).sum();
            int batch = Math.clamp(BATCH_VALUES / width, 1, MOST_BATCH_ROWS);
            for (int from = 0; from < rows.size(); from += batch) {
                List<Integer> some = rows.subList(from, Math.min(from + batch, rows.size()));
                Map<String, Matrix> picked = new LinkedHashMap<>();
                names.forEach(name -> picked.put(name, pick(matrix(name), some)));
                consumer.accept(new ArrayList<>(some), picked);
            }
        }

        private Matrix matrix(String name) {
            Matrix matrix = all.layers.get(name);
            if (matrix == null) {
                throw new IllegalArgumentException(
                        "layer %s is missing among %s".formatted(name, all.layers.keySet()));
            }
            return matrix;
        }

        private static Matrix pick(Matrix matrix, List<Integer> rows) {
            int width = matrix.columns();
            double[] values = new double[rows.size() * width];
            for (int i = 0; i < rows.size(); i++) {
                System.arraycopy(matrix.row(rows.get(i)), 0, values, i * width, width);
            }
            return Matrix.wrap(rows.size(), width, values);
        }
    }

    private static void requireFinite(String source, String name, Matrix matrix) {
        if (matrix.isFinite()) {
            return;
        }
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = 0; column < matrix.columns(); column++) {
                double value = matrix.get(row, column);
                if (!Double.isFinite(value)) {
                    throw invalid(
                            source,
                            "tensor \"%s\" holds %s at row %d, column %d (from 0), expected finite numbers"
                                    .formatted(name, value, row, column));
                }
            }
        }
    }

    private static Problem invalid(String source, String detail) {
        return new Problem(ProblemCode.INVALID_FILE, source + ": " + detail);
    }
}
