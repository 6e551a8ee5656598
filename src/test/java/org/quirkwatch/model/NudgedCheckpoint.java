package org.quirkwatch.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;

/// A golden checkpoint's weights in double precision, to be changed a little and loaded again.
final class NudgedCheckpoint {

    private final GoldenVariant variant;
    private final SafetensorsFile file;
    private final Map<String, double[]> weights = new LinkedHashMap<>();

    NudgedCheckpoint(GoldenVariant variant) {
        this.variant = variant;
        this.file = SafetensorsFile.open(variant.directory().resolve("model.safetensors"));
        for (String name : file.names()) {
            weights.put(name, file.readDoubles(name));
        }
    }

    /// `[out, in]`, row-major; the array itself.
    double[] weight(String name) {
        return java.util.Objects.requireNonNull(weights.get(name), name);
    }

    /// W v.
    ///
    /// @param v `[in]`
    double[] multiply(String name, double[] v) {
        double[] w = weight(name);
        double[] result = new double[w.length / v.length];
        for (int i = 0; i < w.length; i++) {
            result[i / v.length] += w[i] * v[i % v.length];
        }
        return result;
    }

    /// W + scale · out inᵀ, in place.
    void add(String name, double scale, double[] out, double[] in) {
        double[] w = weight(name);
        for (int i = 0; i < w.length; i++) {
            w[i] += scale * out[i / in.length] * in[i % in.length];
        }
    }

    /// Writes the weights as they are now and loads them in float64.
    HookedModel load(Path folder) throws IOException {
        Path directory = Files.createTempDirectory(folder, variant.toString());
        for (String name : List.of("config.json", "tokenizer.json")) {
            Files.copy(variant.directory().resolve(name), directory.resolve(name));
        }
        List<SafetensorsWriter.Entry> entries =
                weights.keySet().stream()
                        .map(name ->
                                new SafetensorsWriter.Entry(
                                        name, DType.FLOAT64, file.info(name).shape()))
                        .toList();
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(
                        directory.resolve("model.safetensors"), entries, Map.of())) {
            weights.forEach(writer::write);
            writer.commit();
        }
        return HookedModel.load(Checkpoint.open(directory), ComputeDevice.CPU, Precision.FLOAT64);
    }
}
