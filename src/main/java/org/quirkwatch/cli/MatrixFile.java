package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.TensorInfo;
import org.quirkwatch.fitting.LayerRows;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// A file of feature matrices whose header is read and whose values are not yet: safetensors, where
/// every tensor is a layer, or npy, one layer called [#NPY_LAYER]. Which of the two is told by its
/// first bytes.
sealed interface MatrixFile {

    /// The name of the layer in an npy file.
    String NPY_LAYER = "features";

    /// The file's name, for messages.
    String name();

    /// The names of the layers, in order.
    List<String> layers();

    /// The size of a layer.
    ///
    /// @throws Problem `invalid-file` when the tensor is no matrix of floats
    LayerRows.Size size(String layer);

    /// The values of a layer whose size was bounded before.
    Matrix read(String layer) throws IOException;

    /// Opens a file.
    ///
    /// @throws Problem `invalid-file` where it is neither format, or damaged
    static MatrixFile open(Path path) throws IOException {
        String name = String.valueOf(path.getFileName());
        if (!Files.isRegularFile(path)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    name
                            + (Files.isDirectory(path)
                                    ? ": is a folder, expected a safetensors or npy file"
                                    : ": there is no such file"));
        }
        return NpyFile.isOne(path)
                ? new Npy(NpyFile.open(path))
                : new Safetensors(SafetensorsFile.open(path));
    }

    /// The sizes of some layers, bounded and alike in their rows.
    ///
    /// @param wanted those of [#layers] that matter; others are not looked at
    /// @throws Problem `invalid-file` naming the file and the tensor
    default SequencedMap<String, LayerRows.Size> sizes(List<String> wanted) {
        SequencedMap<String, LayerRows.Size> sizes = new LinkedHashMap<>();
        wanted.forEach(layer -> sizes.put(layer, size(layer)));
        LayerRows.requireSizes(name(), sizes);
        return sizes;
    }

    /// Reads some layers.
    ///
    /// @param wanted as [#sizes] took them
    /// @throws Problem `invalid-file` naming the file and the tensor
    default LayerRows read(List<String> wanted) throws IOException {
        SequencedMap<String, Matrix> matrices = new LinkedHashMap<>();
        for (String layer : wanted) {
            matrices.put(layer, read(layer));
        }
        return new LayerRows(name(), matrices);
    }

    /// Tensors in the order of their names, blocks by their numbers.
    ///
    /// @param file with a header that is checked
    record Safetensors(SafetensorsFile file) implements MatrixFile {

        private static final int MOST_NAME_LENGTH = 200;
        private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public List<String> layers() {
            TreeMap<String, String> byKey = new TreeMap<>();
            for (String name : file.names()) {
                if (!(name.length() <= MOST_NAME_LENGTH
                        && name.codePoints().noneMatch(Character::isISOControl))) {
                    throw new Problem(
                            ProblemCode.INVALID_FILE,
                            "%s: a tensor's name must have at most %d characters and none that controls a terminal"
                                    .formatted(name(), MOST_NAME_LENGTH));
                }
                byKey.put(key(name), name);
            }
            return List.copyOf(byKey.values());
        }

        @Override
        public LayerRows.Size size(String layer) {
            TensorInfo info = file.info(layer);
            long[] shape = info.shape();
            boolean floats =
                    switch (info.format()) {
                        case "F64", "F32", "F16", "BF16" -> true;
                        default -> false;
                    };
            if (!(shape.length == 2 && floats)) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: tensor \"%s\" is %s with the shape %s, expected F32, F64, F16 or BF16 with [n, width]"
                                .formatted(name(), layer, info.format(), info.shapeText()));
            }
            return new LayerRows.Size(shape[0], shape[1]);
        }

        @Override
        public Matrix read(String layer) {
            LayerRows.Size size = size(layer);
            return Matrix.wrap((int) size.rows(), (int) size.width(), file.readDoubles(layer));
        }

        /// Numbers filled up with zeros, so that block 10 comes after block 9; the name itself
        /// behind, so that no two names have one key.
        private static String key(String name) {
            String filled =
                    NUMBER.matcher(name)
                            .replaceAll(match -> "%09d".formatted(Integer.parseInt(match.group())));
            return filled + "\u0000" + name;
        }
    }

    /// One matrix.
    ///
    /// @param file with a header that is checked
    record Npy(NpyFile file) implements MatrixFile {

        @Override
        public String name() {
            return String.valueOf(file.path().getFileName());
        }

        @Override
        public List<String> layers() {
            return List.of(NPY_LAYER);
        }

        @Override
        public LayerRows.Size size(String layer) {
            if (!layer.equals(NPY_LAYER)) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: tensor \"%s\" is missing: an npy file holds one called %s"
                                .formatted(name(), layer, NPY_LAYER));
            }
            return file.size();
        }

        @Override
        public Matrix read(String layer) throws IOException {
            return file.read();
        }
    }
}
