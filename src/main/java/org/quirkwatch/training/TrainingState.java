package org.quirkwatch.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.quirkwatch.checkpoint.SafetensorsFile;
import org.quirkwatch.checkpoint.SafetensorsWriter;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// The weights that are trained, with the optimiser's two moments and what else a stopped run
/// needs. The tensors live in the scope that it was made with; programs change them in place.
final class TrainingState {

    /// What stands before a tensor's name in the state file.
    private enum Kind {
        WEIGHT,
        FIRST,
        SECOND,
        /// Weights that were put aside; there may be none.
        KEPT;

        static final List<Kind> TENSORS = List.of(WEIGHT, FIRST, SECOND);

        String key(String name) {
            return name().toLowerCase(Locale.ROOT) + "." + name;
        }
    }

    /// Fresh values of a tensor.
    @FunctionalInterface
    interface Initial {
        /// The values, row-major, as many as the sizes hold.
        float[] values(String name, long[] size);
    }

    private static final String STEP = "step";
    private static final String OPTIONS = "options";

    private final Map<String, long[]> shapes;
    private final Map<Kind, List<Tensor>> tensors = new EnumMap<>(Kind.class);
    private final Map<String, String> notes = new LinkedHashMap<>();
    private List<float[]> kept = List.of();

    private TrainingState(Map<String, long[]> shapes) {
        this.shapes = shapes;
    }

    /// Fresh weights.
    ///
    /// @param shapes of the tensors by name, in the order of [#weights]
    /// @param initial is asked for the tensors in that order
    static TrainingState initial(Scope scope, Map<String, long[]> shapes, Initial initial) {
        TrainingState state = new TrainingState(shapes);
        List<Tensor> weights = new ArrayList<>();
        shapes.forEach(
                (name, shape) -> weights.add(scope.tensor(initial.values(name, shape), shape)));
        state.tensors.put(Kind.WEIGHT, weights);
        state.forgetMoments(scope);
        return state;
    }

    /// Sets the optimiser's moments to zero.
    void forgetMoments(Scope scope) {
        tensors.put(Kind.FIRST, zeros(scope));
        tensors.put(Kind.SECOND, zeros(scope));
    }

    /// Zeros of the sizes of the weights.
    List<Tensor> zeros(Scope scope) {
        List<Tensor> zeros = new ArrayList<>();
        shapes.values().forEach(shape -> zeros.add(scope.tensor(new float[size(shape)], shape)));
        return zeros;
    }

    static int size(long[] shape) {
        long size = 1;
        for (long length : shape) {
            size *= length;
        }
        return Math.toIntExact(size);
    }

    List<Tensor> weights() {
        return of(Kind.WEIGHT);
    }

    List<Tensor> first() {
        return of(Kind.FIRST);
    }

    List<Tensor> second() {
        return of(Kind.SECOND);
    }

    private List<Tensor> of(Kind kind) {
        return List.copyOf(tensors.getOrDefault(kind, List.of()));
    }

    /// Puts a copy of the weights aside, instead of what was put there before.
    void keepWeights() {
        kept = weights().stream().map(Tensor::toFloats).toList();
    }

    /// What [#keepWeights] put aside, in the order of the weights; empty where nothing was.
    List<float[]> kept() {
        return kept;
    }

    /// Texts that are saved with the state, by name; may be changed.
    Map<String, String> notes() {
        return notes;
    }

    /// Writes everything that a stopped run needs; the file appears whole or not at all.
    ///
    /// @param step steps done
    /// @param options what the run was started with, so that another run does not resume it
    void save(Path file, int step, String options) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            if (kind != Kind.KEPT || !kept.isEmpty()) {
                shapes.forEach((name, shape) ->
                        entries.add(
                                new SafetensorsWriter.Entry(kind.key(name), DType.FLOAT32, shape)));
            }
        }
        Map<String, String> metadata = new LinkedHashMap<>(notes);
        metadata.put(STEP, Integer.toString(step));
        metadata.put(OPTIONS, options);
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, entries, metadata)) {
            for (Kind kind : Kind.TENSORS) {
                write(writer, kind, of(kind).stream().map(Tensor::toFloats).toList());
            }
            write(writer, Kind.KEPT, kept);
            writer.commit();
        }
    }

    private void write(SafetensorsWriter writer, Kind kind, List<float[]> values) {
        List<String> names = List.copyOf(shapes.keySet());
        for (int i = 0; i < values.size(); i++) {
            writer.write(kind.key(names.get(i)), values.get(i));
        }
    }

    /// A stopped run's state.
    ///
    /// @param state weights and moments
    /// @param step steps done
    record Saved(TrainingState state, int step) {}

    /// Reads what [#save] wrote.
    ///
    /// @param shapes as [#initial] takes them
    /// @throws Problem `invalid-file` when it is another run's state, or damaged
    static Saved load(Scope scope, Path file, String options, Map<String, long[]> shapes) {
        SafetensorsFile saved = SafetensorsFile.open(file, ProblemCode.INVALID_FILE);
        if (!options.equals(saved.metadata().get(OPTIONS))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s is the state of a run with other options: %s; this run has %s"
                            .formatted(file.getFileName(), saved.metadata().get(OPTIONS), options));
        }
        TrainingState state = new TrainingState(shapes);
        state.notes.putAll(saved.metadata());
        for (Kind kind : Kind.TENSORS) {
            List<Tensor> read = new ArrayList<>();
            shapes.forEach((name, shape) ->
                    read.add(scope.tensor(values(saved, kind.key(name), shape), shape)));
            state.tensors.put(kind, read);
        }
        if (shapes.keySet().stream().map(Kind.KEPT::key).allMatch(saved::contains)) {
            List<float[]> aside = new ArrayList<>();
            shapes.forEach((name, shape) -> aside.add(values(saved, Kind.KEPT.key(name), shape)));
            state.kept = List.copyOf(aside);
        }
        return new Saved(state, step(saved));
    }

    private static int step(SafetensorsFile saved) {
        try {
            return Integer.parseInt(saved.metadata().getOrDefault(STEP, ""));
        } catch (NumberFormatException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s does not say how many steps were done".formatted(saved.name()),
                    e);
        }
    }

    private static float[] values(SafetensorsFile saved, String key, long[] shape) {
        float[] values = saved.readFloats(key);
        if (values.length != size(shape)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: tensor %s must have %d values, got %d"
                            .formatted(saved.name(), key, size(shape), values.length));
        }
        return values;
    }

    /// Writes those weights whose names begin so, as a Hugging Face checkpoint has them.
    void writeWeights(Path file, String prefix) {
        List<SafetensorsWriter.Entry> entries = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            if (name.startsWith(prefix)) {
                entries.add(new SafetensorsWriter.Entry(name, DType.FLOAT32, shape));
            }
        });
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, entries, Map.of("format", "pt"))) {
            List<Tensor> weights = weights();
            int i = 0;
            for (String name : shapes.keySet()) {
                if (name.startsWith(prefix)) {
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
