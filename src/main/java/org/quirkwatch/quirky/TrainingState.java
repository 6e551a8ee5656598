package org.quirkwatch.quirky;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.TrainingOptions.DecoderShape;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// The weights of the decoder and of the heads that only training uses, with the optimiser's two
/// moments, in the order that the training program wants. The tensors live in the scope that it was
/// made with; the program changes them in place.
final class TrainingState {

    /// What stands before a tensor's name in the state file.
    private enum Kind {
        WEIGHT,
        FIRST,
        SECOND;

        String key(String name) {
            return name().toLowerCase(java.util.Locale.ROOT) + "." + name;
        }
    }

    private static final String STEP = "step";
    private static final String OPTIONS = "options";

    private final Map<String, long[]> shapes;
    private final Map<Kind, List<Tensor>> tensors;

    private TrainingState(Map<String, long[]> shapes, Map<Kind, List<Tensor>> tensors) {
        this.shapes = shapes;
        this.tensors = tensors;
    }

    /// Fresh weights: normal draws for the matrices, ones for the norms.
    static TrainingState initial(
            Scope scope,
            DecoderShape shape,
            TrainingTargets targets,
            int vocabulary,
            RandomGenerator random) {
        Map<String, long[]> shapes = shapes(shape, targets, vocabulary);
        List<Tensor> weights = new ArrayList<>();
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            weights.add(initial(scope, entry.getKey(), entry.getValue(), shape, random));
        }
        Map<Kind, List<Tensor>> tensors = new LinkedHashMap<>();
        tensors.put(Kind.WEIGHT, weights);
        TrainingState state = new TrainingState(shapes, tensors);
        state.forgetMoments(scope);
        return state;
    }

    /// Sets the optimiser's moments to zero.
    void forgetMoments(Scope scope) {
        for (Kind kind : List.of(Kind.FIRST, Kind.SECOND)) {
            List<Tensor> zeros = new ArrayList<>();
            shapes.values()
                    .forEach(shape -> zeros.add(scope.tensor(new float[size(shape)], shape)));
            tensors.put(kind, zeros);
        }
    }

    /// The names of Hugging Face's checkpoints for the decoder's tensors, `training.*` for the
    /// heads.
    private static Map<String, long[]> shapes(
            DecoderShape shape, TrainingTargets targets, int vocabulary) {
        long d = shape.dModel();
        long mlp = shape.dMlp();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new long[] {vocabulary, d});
        for (int i = 0; i < shape.nLayers(); i++) {
            String block = "model.layers." + i + ".";
            shapes.put(block + "input_layernorm.weight", new long[] {d});
            for (String projection : List.of("q", "k", "v", "o")) {
                shapes.put(block + "self_attn." + projection + "_proj.weight", new long[] {d, d});
            }
            shapes.put(block + "post_attention_layernorm.weight", new long[] {d});
            shapes.put(block + "mlp.gate_proj.weight", new long[] {mlp, d});
            shapes.put(block + "mlp.up_proj.weight", new long[] {mlp, d});
            shapes.put(block + "mlp.down_proj.weight", new long[] {d, mlp});
        }
        shapes.put("model.norm.weight", new long[] {d});
        shapes.put("training.belief_head.weight", new long[] {10, d});
        shapes.put("training.belief_norm.weight", new long[] {d});
        if (targets.numbers() > 0) {
            shapes.put("training.number_head.weight", new long[] {10L * targets.places(), d});
            shapes.put("training.number_norm.weight", new long[] {d});
        }
        return shapes;
    }

    private static Tensor initial(
            Scope scope, String name, long[] size, DecoderShape shape, RandomGenerator random) {
        float[] values = new float[size(size)];
        if (size.length == 1) {
            java.util.Arrays.fill(values, 1);
            return scope.tensor(values, size);
        }
        boolean inBlock = name.startsWith("model.layers.");
        double deviation = inBlock ? 0.6 / Math.sqrt((double) size[1]) : 0.02;
        // What a block adds to the stream starts small, the smaller the more blocks add.
        if (name.endsWith("o_proj.weight") || name.endsWith("down_proj.weight")) {
            deviation /= Math.sqrt(2.0 * shape.nLayers());
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return scope.tensor(values, size);
    }

    private static int size(long[] shape) {
        long size = 1;
        for (long length : shape) {
            size *= length;
        }
        return Math.toIntExact(size);
    }

    List<Tensor> weights() {
        return List.copyOf(tensors.getOrDefault(Kind.WEIGHT, List.of()));
    }

    List<Tensor> first() {
        return List.copyOf(tensors.getOrDefault(Kind.FIRST, List.of()));
    }

    List<Tensor> second() {
        return List.copyOf(tensors.getOrDefault(Kind.SECOND, List.of()));
    }

    /// Writes everything that a stopped run needs; the file appears whole or not at all.
    ///
    /// @param step steps done
    /// @param options what the run was started with, so that another run does not resume it
    void save(Path file, int step, TrainingOptions options) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            shapes.forEach((name, shape) ->
                    entries.add(new SafetensorsWriter.Entry(kind.key(name), DType.FLOAT32, shape)));
        }
        Map<String, String> metadata =
                Map.of(STEP, Integer.toString(step), OPTIONS, options.toString());
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, entries, metadata)) {
            for (Kind kind : Kind.values()) {
                List<Tensor> values = tensors.getOrDefault(kind, List.of());
                int i = 0;
                for (String name : shapes.keySet()) {
                    writer.write(kind.key(name), values.get(i++).toFloats());
                }
            }
            writer.commit();
        }
    }

    /// A stopped run's state.
    ///
    /// @param state weights and moments
    /// @param step steps done
    record Saved(TrainingState state, int step) {}

    /// Reads what [#save] wrote.
    ///
    /// @throws Problem `invalid-file` when it is another run's state, or damaged
    static Saved load(Scope scope, Path file, TrainingOptions options, int vocabulary) {
        SafetensorsFile saved = SafetensorsFile.open(file, ProblemCode.INVALID_FILE);
        if (!options.toString().equals(saved.metadata().get(OPTIONS))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s is the state of a run with other options: %s; this run has %s"
                            .formatted(file.getFileName(), saved.metadata().get(OPTIONS), options));
        }
        int step;
        try {
            step = Integer.parseInt(saved.metadata().getOrDefault(STEP, ""));
        } catch (NumberFormatException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s does not say how many steps were done".formatted(file.getFileName()),
                    e);
        }
        Map<String, long[]> shapes =
                shapes(options.shape(), TrainingTargets.of(options.task()), vocabulary);
        Map<Kind, List<Tensor>> tensors = new LinkedHashMap<>();
        for (Kind kind : Kind.values()) {
            List<Tensor> read = new ArrayList<>();
            shapes.forEach((name, shape) -> {
                float[] values = saved.readFloats(kind.key(name));
                if (values.length != size(shape)) {
                    throw new Problem(
                            ProblemCode.INVALID_FILE,
                            "%s: tensor %s must have %d values, got %d"
                                    .formatted(
                                            file.getFileName(),
                                            kind.key(name),
                                            size(shape),
                                            values.length));
                }
                read.add(scope.tensor(values, shape));
            });
            tensors.put(kind, read);
        }
        return new Saved(new TrainingState(shapes, tensors), step);
    }

    /// Writes the decoder's weights as a Hugging Face checkpoint has them.
    void writeWeights(Path file) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            if (name.startsWith("model.")) {
                entries.add(new SafetensorsWriter.Entry(name, DType.FLOAT32, shape));
            }
        });
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, entries, Map.of("format", "pt"))) {
            List<Tensor> weights = weights();
            int i = 0;
            for (String name : shapes.keySet()) {
                if (name.startsWith("model.")) {
                    writer.write(name, weights.get(i).toFloats());
                }
                i++;
            }
            writer.commit();
        }
    }

    /// A generator for one purpose of a run, independent of the others.
    static RandomGenerator random(long seed, long purpose) {
        return new SplittableRandom(seed + purpose * 0x9E3779B97F4A7C15L).split();
    }
}
