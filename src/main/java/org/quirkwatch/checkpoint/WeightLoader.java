package org.quirkwatch.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Program.Mode;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// Makes native tensors of a checkpoint's files. Files are mapped, so a weight that is wanted on
/// the processor as it is stored takes no memory of its own. What is made on the way, and on a
/// failure everything, is freed when the loader is closed.
final class WeightLoader implements AutoCloseable {

    private final DType dtype;
    private final Scope scratch = Scope.open(ComputeDevice.CPU);
    private final Scope anchors;
    private final Program program = Program.load("weights", ComputeDevice.CPU);
    // Something small on the target device: the program puts tensors where it is.
    private final Tensor anchor;

    /// @param device where the tensors shall live
    /// @param dtype the format that they shall have, a floating one
    WeightLoader(ComputeDevice device, DType dtype) {
        this.dtype = dtype;
        this.anchors = Scope.open(device);
        this.anchor = anchors.scalar(0.0);
    }

    /// Loads tensors, merged with an adapter's changes.
    ///
    /// @param target owns the tensors once all are made
    /// @throws Problem `invalid-checkpoint` where a weight is not finite once converted or merged
    List<Tensor> load(
            Scope target, List<WeightFiles.Located> tensors, Optional<LoraAdapter> adapter) {
        List<Tensor> stored = map(tensors);
        List<Tensor> loaded = new ArrayList<>(convert(stored));
        adapter.ifPresent(lora -> merge(tensors, stored, loaded, lora));
        requireFinite(tensors, loaded, adapter);
        loaded.forEach(tensor -> tensor.moveTo(target));
        return loaded;
    }

    /// The tensors in their stored formats on the processor, in the order given.
    private List<Tensor> map(List<WeightFiles.Located> tensors) {
        Map<Mapping, List<Integer>> byMapping = new LinkedHashMap<>();
        Tensor[] mapped = new Tensor[tensors.size()];
        for (int i = 0; i < tensors.size(); i++) {
            WeightFiles.Located tensor = tensors.get(i);
            DType format = tensor.info().dtype().orElseThrow();
            if (tensor.info().offset() % format.bytes() == 0) {
                byMapping
                        .computeIfAbsent(new Mapping(tensor.file(), format), _ -> new ArrayList<>())
                        .add(i);
            } else {
                mapped[i] = copy(tensor.file(), tensor.info(), format);
            }
        }
        byMapping.forEach((mapping, indices) -> {
            List<Tensor> cut =
                    map(mapping, indices.stream().map(i -> tensors.get(i).info()).toList());
            for (int i = 0; i < cut.size(); i++) {
                mapped[indices.get(i)] = cut.get(i);
            }
        });
        return Arrays.asList(mapped);
    }

    /// A file seen as elements of one format.
    private record Mapping(SafetensorsFile file, DType format) {}

    private List<Tensor> map(Mapping mapping, List<TensorInfo> infos) {
        int elementBytes = mapping.format.bytes();
        long[] table = new long[infos.size() * 5];
        for (int i = 0; i < infos.size(); i++) {
            TensorInfo info = infos.get(i);
            long[] shape = info.shape();
            long[] row = {
                info.offset() / elementBytes,
                info.elements(),
                shape.length,
                shape[0],
                shape.length == 2 ? shape[1] : 1
            };
            System.arraycopy(row, 0, table, i * row.length, row.length);
        }
        byte[] path = mapping.file.path().toString().getBytes(StandardCharsets.UTF_8);
        long[] codes = new long[path.length];
        for (int i = 0; i < path.length; i++) {
            codes[i] = path[i] & 0xff;
        }
        try {
            return program.call(
                    scratch,
                    Mode.GRADIENT,
                    "map",
                    Program.one(scratch.tensor(codes, codes.length)),
                    Program.one(scratch.scalar(mapping.file.size() / elementBytes)),
                    Program.one(scratch.scalar(mapping.format.code())),
                    Program.one(scratch.tensor(table, infos.size(), 5)));
        } catch (RuntimeException e) {
            throw Invalid.checkpoint(mapping.file.name(), "cannot be mapped into memory", e);
        }
    }

    /// A tensor that does not lie at a multiple of its element's size, which the format allows and
    /// the usual writers avoid. Every half-precision number is a single-precision one.
    private Tensor copy(SafetensorsFile file, TensorInfo info, DType format) {
        Tensor copy =
                format == DType.FLOAT64
                        ? scratch.tensor(file.readDoubles(info.name()), info.shape())
                        : scratch.tensor(file.readFloats(info.name()), info.shape());
        return program.call(
                        scratch,
                        Mode.GRADIENT,
                        "convert",
                        Program.many(List.of(copy)),
                        Program.one(scratch.scalar(format.code())),
                        Program.one(scratch.scalar(0.0)))
                .getFirst();
    }

    /// Tensors in the format and on the device of this loader; those that are so already, as they
    /// are.
    List<Tensor> convert(List<Tensor> stored) {
        return program.call(
                scratch,
                Mode.GRADIENT,
                "convert",
                Program.many(stored),
                Program.one(scratch.scalar(dtype.code())),
                Program.one(anchor));
    }

    private void merge(
            List<WeightFiles.Located> tensors,
            List<Tensor> stored,
            List<Tensor> loaded,
            LoraAdapter adapter) {
        for (int i = 0; i < tensors.size(); i++) {
            TensorInfo info = tensors.get(i).info();
            LoraAdapter.Update update = adapter.updates().get(info.name());
            if (update != null) {
                List<Tensor> matrices = new ArrayList<>(List.of(stored.get(i)));
                matrices.addAll(map(List.of(update.a(), update.b())));
                boolean wide =
                        dtype == DType.FLOAT64 || info.dtype().orElseThrow() == DType.FLOAT64;
                DType computed = wide ? DType.FLOAT64 : DType.FLOAT32;
                loaded.set(i, merge(matrices, update.scale(), computed));
            }
        }
    }

    private Tensor merge(List<Tensor> matrices, double scale, DType computed) {
        return program.call(
                        scratch,
                        Mode.GRADIENT,
                        "merge",
                        Program.many(matrices),
                        Program.one(scratch.scalar(scale)),
                        Program.one(scratch.scalar(computed.code())),
                        Program.one(scratch.scalar(dtype.code())),
                        Program.one(anchor))
                .getFirst();
    }

    /// The stored numbers are finite; a conversion to a narrower range or a merge may not be.
    private void requireFinite(
            List<WeightFiles.Located> tensors, List<Tensor> loaded, Optional<LoraAdapter> adapter) {
        List<Integer> changed = new ArrayList<>();
        for (int i = 0; i < tensors.size(); i++) {
            TensorInfo info = tensors.get(i).info();
            if (range(info.dtype().orElseThrow()) > range(dtype)
                    || adapter.map(lora -> lora.updates().containsKey(info.name())).orElse(false)) {
                changed.add(i);
            }
        }
        if (changed.isEmpty()) {
            return;
        }
        List<Tensor> suspects = changed.stream().map(loaded::get).toList();
        long[] finite =
                program.call(scratch, Mode.INFERENCE, "finite", Program.many(suspects))
                        .getFirst()
                        .toLongs();
        for (int i = 0; i < finite.length; i++) {
            if (finite[i] != 1) {
                WeightFiles.Located tensor = tensors.get(changed.get(i));
                throw tensor.problem(
                        "has numbers outside the range of %s once %s"
                                .formatted(dtype, adapter.isPresent() ? "merged" : "converted"));
            }
        }
    }

    /// Formats in the order of their greatest finite numbers.
    private static int range(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> 3;
            case FLOAT32 -> 2;
            case BFLOAT16 -> 1;
            case FLOAT16 -> 0;
            case INT64 -> throw new IllegalArgumentException("weights are never int64");
        };
    }

    @Override
    public void close() {
        program.close();
        anchors.close();
        scratch.close();
    }
}
