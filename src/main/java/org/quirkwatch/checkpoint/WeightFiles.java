package org.quirkwatch.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;
import tools.jackson.databind.JsonNode;

/// The tensors of a checkpoint, over one safetensors file or the shards of an index, known by their
/// headers.
///
/// @param files in the order of their names
/// @param tensors where each tensor lies, by its name
record WeightFiles(List<SafetensorsFile> files, Map<String, Located> tensors) {

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final long MAX_INDEX_BYTES = 32 << 20;
    private static final int MAX_SHARDS = 2048;

    /// A tensor and the file that holds it.
    record Located(SafetensorsFile file, TensorInfo info) {
        Problem problem(String detail) {
            return Invalid.checkpoint(
                    file.name(), "tensor " + Invalid.quote(info.name()) + " " + detail);
        }

        /// Checks the shape and that the format is a floating one.
        void require(long... shape) {
            if (!java.util.Arrays.equals(info.shape(), shape)) {
                throw problem(
                        "has shape %s, expected %s"
                                .formatted(info.shapeText(), java.util.Arrays.toString(shape)));
            }
            if (info.dtype().filter(dtype -> dtype != DType.INT64).isEmpty()) {
                throw problem("is %s, expected F64, F32, F16 or BF16".formatted(info.format()));
            }
        }
    }

    /// Reads the headers of `model.safetensors`, or of every shard that the index names.
    static WeightFiles open(CheckpointDirectory directory) {
        if (directory.has(SINGLE)) {
            return of(directory.file(SINGLE));
        }
        if (directory.has(INDEX)) {
            return sharded(directory);
        }
        throw Invalid.checkpoint(
                SINGLE,
                "is missing from %s, and so is %s"
                        .formatted(Invalid.quote(directory.name()), INDEX));
    }

    /// Reads the header of one file.
    static WeightFiles of(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path, ProblemCode.INVALID_CHECKPOINT);
        Map<String, Located> tensors = new LinkedHashMap<>();
        for (String name : file.names()) {
            tensors.put(name, new Located(file, file.info(name)));
        }
        return new WeightFiles(List.of(file), tensors);
    }

    private static WeightFiles sharded(CheckpointDirectory directory) {
        Json index = Json.read(directory.file(INDEX), MAX_INDEX_BYTES);
        Json map =
                index.object("weight_map")
                        .orElseThrow(() -> index.problem("weight_map", "is missing"));
        Map<String, String> shardOf = new HashMap<>();
        Map<String, SafetensorsFile> shards = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.node().properties()) {
            if (!entry.getValue().isString()) {
                throw map.problem(Invalid.quote(entry.getKey()), "must name a file");
            }
            String shard = entry.getValue().stringValue();
            shardOf.put(entry.getKey(), shard);
            if (!shards.containsKey(shard)) {
                if (!(shards.size() < MAX_SHARDS)) {
                    throw index.problem(
                            "weight_map", "names more than %d files".formatted(MAX_SHARDS));
                }
                shards.put(
                        shard,
                        SafetensorsFile.open(
                                directory.file(shard), ProblemCode.INVALID_CHECKPOINT));
            }
        }
        Map<String, Located> tensors = new LinkedHashMap<>();
        for (SafetensorsFile shard : shards.values()) {
            for (String name : shard.names()) {
                Located located = new Located(shard, shard.info(name));
                String expected = shardOf.get(name);
                if (!shard.name().equals(expected)) {
                    throw located.problem(
                            expected == null
                                    ? "is not in the index"
                                    : "should be in %s, says the index".formatted(expected));
                }
                tensors.put(name, located);
            }
        }
        shardOf.forEach((name, shard) -> {
            if (!tensors.containsKey(name)) {
                throw Invalid.checkpoint(
                        shard,
                        "tensor %s is missing, which the index places there"
                                .formatted(Invalid.quote(name)));
            }
        });
        return new WeightFiles(new ArrayList<>(shards.values()), tensors);
    }

    /// The format that most bytes are stored in.
    DType dominantDType() {
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        for (Located tensor : tensors.values()) {
            tensor.info()
                    .dtype()
                    .filter(dtype -> dtype != DType.INT64)
                    .ifPresent(dtype -> bytes.merge(dtype, tensor.info().byteLength(), Long::sum));
        }
        return bytes.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElse(DType.FLOAT32);
    }

    /// The files' names, for a message about all of them.
    String shown() {
        return files.size() == 1 ? files.getFirst().name() : INDEX;
    }
}
