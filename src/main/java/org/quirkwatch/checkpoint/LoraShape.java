package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;
import tools.jackson.databind.json.JsonMapper;

/// What a LoRA adapter changes (Hu et al. 2021): W becomes W + alpha / rank · B A at the same
/// projections of every block; and how it is written in PEFT's format.
///
/// @param rank r, in [1, [#MAX_RANK]]
/// @param alpha in (0, 65536]
/// @param targets one or more, in the order of [Projection]
public record LoraShape(int rank, double alpha, List<Projection> targets) {

    /// The greatest rank that is trained.
    public static final int MAX_RANK = 4096;

    private static final double MAX_ALPHA = 65_536;

    /// Checks the ranges, and sorts the targets.
    ///
    /// @throws IllegalArgumentException naming the number and its limits
    public LoraShape {
        targets = targets.stream().distinct().sorted().toList();
        if (!(rank >= 1 && rank <= MAX_RANK)) {
            throw new IllegalArgumentException(
                    "rank must be in [1, %d], got %d".formatted(MAX_RANK, rank));
        }
        if (!(alpha > 0 && alpha <= MAX_ALPHA)) {
            throw new IllegalArgumentException(
                    "alpha must be in (0, %s], got %s".formatted(MAX_ALPHA, alpha));
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets must name a projection, got none");
        }
    }

    /// A matrix of an adapter.
    ///
    /// @param name as PEFT's files have it
    /// @param rows rank of an A, outputs of the projection of a B
    /// @param columns inputs of the projection of an A, rank of a B
    /// @param isA whether it is what the projection's input meets first
    public record Matrix(String name, int rows, int columns, boolean isA) {

        /// The sizes as a shape.
        ///
        /// @return `[2]`
        public long[] shape() {
            return new long[] {rows, columns};
        }
    }

    /// What the product of B and A is multiplied by.
    ///
    /// @return alpha / rank
    public double scale() {
        return alpha / rank;
    }

    /// Which of a block's adapters a projection has.
    ///
    /// @return from 0, −1 where it has none
    public int slot(Projection projection) {
        return targets.indexOf(projection);
    }

    /// The matrices, block by block, target by target, A before B.
    ///
    /// @param decoder whose projections are changed
    /// @return `2 · blocks · targets` matrices
    public List<Matrix> matrices(DecoderConfig decoder) {
        List<Matrix> matrices = new ArrayList<>();
        for (int layer = 0; layer < decoder.nLayers(); layer++) {
            for (Projection target : targets) {
                String module = "base_model.model." + target.module(layer);
                long[] size = target.slot(decoder, layer).shape();
                int out = Math.toIntExact(size[0]);
                int in = Math.toIntExact(size[1]);
                matrices.add(new Matrix(module + ".lora_A.weight", rank, in, true));
                matrices.add(new Matrix(module + ".lora_B.weight", out, rank, false));
            }
        }
        return matrices;
    }

    /// Writes `adapter_model.safetensors` in float32, then `adapter_config.json`, each whole or not
    /// at all.
    ///
    /// @param directory must exist
    /// @param decoder whose projections are changed
    /// @param base what the configuration calls the model that the adapter is for
    /// @param values `[rows * columns]` row-major of each of [#matrices]
    /// @param metadata texts to carry beside the weights
    /// @throws Problem `invalid-file` when a file cannot be written
    public void write(
            Path directory,
            DecoderConfig decoder,
            String base,
            List<float[]> values,
            Map<String, String> metadata) {
        List<Matrix> matrices = matrices(decoder);
        List<SafetensorsWriter.Entry> entries =
                matrices.stream()
                        .map(matrix ->
                                new SafetensorsWriter.Entry(
                                        matrix.name(), DType.FLOAT32, matrix.shape()))
                        .toList();
        Map<String, String> texts = new LinkedHashMap<>(metadata);
        texts.put("format", "pt");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(directory.resolve(LoraAdapter.WEIGHTS), entries, texts)) {
            for (int i = 0; i < matrices.size(); i++) {
                writer.write(matrices.get(i).name(), values.get(i));
            }
            writer.commit();
        }
        writeConfig(directory.resolve(LoraConfig.FILE), base);
    }

    private void writeConfig(Path file, String base) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("peft_type", "LORA");
        config.put("task_type", "CAUSAL_LM");
        config.put("base_model_name_or_path", base);
        config.put("r", rank);
        // PEFT's own type is a whole number; it computes with any.
        config.put("lora_alpha", alpha == Math.rint(alpha) ? (Object) (long) alpha : alpha);
        config.put("lora_dropout", 0.0);
        config.put("use_rslora", false);
        config.put("bias", "none");
        config.put("fan_in_fan_out", false);
        config.put("init_lora_weights", true);
        config.put("inference_mode", true);
        config.put("target_modules", targets.stream().map(Projection::ownName).toList());
        String text =
                JsonMapper.builder()
                        .build()
                        .writerWithDefaultPrettyPrinter()
                        .writeValueAsString(config);
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        try {
            Files.writeString(temporary, text + "\n", StandardCharsets.UTF_8);
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE, file.getFileName() + ": cannot be written", e);
        }
    }
}
