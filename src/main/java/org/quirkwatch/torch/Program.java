package org.quirkwatch.torch;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A TorchScript source text from `src/main/torchscript`, compiled at start-up, whose methods take
/// and give tensors. It holds no weights: they are arguments. One call runs as a whole in native
/// code. A line `# include NAME.py` stands for the text of that file, so that programs can share
/// methods.
///
/// Several threads may call a program at a time, all in the same [Mode], where a tensor that more
/// than one of them passes stands in the same argument of each, and none is differentiated by.
public final class Program implements AutoCloseable {

    private static final Pattern INCLUDE = Pattern.compile("(?m)^ *# include ([a-z_]+)\\.py$");

    private final String name;
    private final Model model;
    private final Block block;

    private Program(String name, Model model) {
        this.name = name;
        this.model = model;
        this.block = model.getBlock();
    }

    /// An argument of a program's method: one tensor, or a list of them.
    public sealed interface Argument {
        /// A `Tensor` parameter.
        record One(Tensor tensor) implements Argument {}

        /// A `List[Tensor]` parameter; at least one tensor, as the engine cannot pass an empty
        /// list.
        record Many(List<Tensor> tensors) implements Argument {
            /// Checks that there is a tensor.
            public Many {
                tensors = List.copyOf(tensors);
                if (tensors.isEmpty()) {
                    throw new IllegalArgumentException("a list argument needs a tensor, got none");
                }
            }
        }
    }

    /// Whether a call may take gradients.
    public enum Mode {
        /// No gradients; the tensors that result cannot take part in any later.
        INFERENCE,
        /// The method may switch gradients on. Also for tensors that later calls differentiate
        /// through.
        GRADIENT
    }

    /// How many of the processor's threads share the work of a call.
    public enum Threads {
        /// One: for a call that is over before others have woken up, and that others who want the
        /// processor then do not hold up.
        ONE,
        /// All that the engine has.
        ALL
    }

    /// Compiles the program of a name.
    ///
    /// @param name the source's file name without `.py`
    /// @throws IllegalStateException when there is no such source, or it does not compile
    public static Program load(String name, ComputeDevice device) {
        Model model = Model.newInstance(name, device.djl(), Torch.engine().getEngineName());
        try {
            model.load(new ByteArrayInputStream(ProgramArchive.pack(source(name))));
        } catch (IOException e) {
            model.close();
            throw new UncheckedIOException(e);
        } catch (MalformedModelException | RuntimeException e) {
            model.close();
            throw new IllegalStateException("program %s does not compile".formatted(name), e);
        }
        // The engine would do this in the first call that trains, where several at a time disturb
        // each other.
        model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1));
        return new Program(name, model);
    }

    /// Calls a method with all threads; as [#call(Scope, Mode, Threads, String, Argument...)].
    public List<Tensor> call(Scope scope, Mode mode, String method, Argument... arguments) {
        return call(scope, mode, Threads.ALL, method, arguments);
    }

    /// Calls a method that returns `List[Tensor]` or `Tensor`.
    ///
    /// @param scope owns what the method returns
    /// @param method the method's name in the source
    /// @param arguments in the order of the method's parameters; at least one, and no tensor in two
    ///   of them, as the engine knows a tensor by one name
    /// @return the returned tensors, in order
    public List<Tensor> call(
            Scope scope, Mode mode, Threads threads, String method, Argument... arguments) {
        NDList inputs = new NDList();
        // The engine gives the results to the manager of the first input, so the marker that names
        // the method goes first.
        NDArray marker = scope.manager().create(0L);
        marker.setName("module_method:" + method);
        inputs.add(marker);
        Set<NDArray> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < arguments.length; i++) {
            requireUnseen(seen, arguments[i]);
            switch (arguments[i]) {
                case Argument.One(Tensor tensor) -> {
                    tensor.array().setName(null);
                    inputs.add(tensor.array());
                }
                case Argument.Many(List<Tensor> tensors) -> {
                    for (Tensor tensor : tensors) {
                        tensor.array().setName("l" + i + "[]");
                        inputs.add(tensor.array());
                    }
                }
            }
        }
        Torch.useThreads(threads == Threads.ALL);
        NDList outputs =
                block.forward(
                        new ParameterStore(scope.manager(), false),
                        inputs,
                        mode == Mode.GRADIENT,
                        null);
        marker.close();
        List<Tensor> results = new ArrayList<>(outputs.size());
        for (NDArray output : outputs) {
            results.add(new Tensor(output));
        }
        return results;
    }

    /// The argument for a `Tensor` parameter.
    public static Argument one(Tensor tensor) {
        return new Argument.One(tensor);
    }

    /// The argument for a `List[Tensor]` parameter.
    public static Argument many(List<Tensor> tensors) {
        return new Argument.Many(tensors);
    }

    private static void requireUnseen(Set<NDArray> seen, Argument argument) {
        List<Tensor> tensors =
                switch (argument) {
                    case Argument.One(Tensor tensor) -> List.of(tensor);
                    case Argument.Many(List<Tensor> many) -> many;
                };
        // Within one list a tensor may stand twice: it has one name there.
        if (tensors.stream().map(Tensor::array).anyMatch(seen::contains)) {
            throw new IllegalArgumentException("one tensor stands in two arguments");
        }
        tensors.forEach(tensor -> seen.add(tensor.array()));
    }

    @Override
    public void close() {
        model.close();
    }

    @Override
    public String toString() {
        return "program " + name;
    }

    private static String source(String name) {
        return INCLUDE.matcher(text(name))
                .replaceAll(include -> Matcher.quoteReplacement(text(include.group(1))));
    }

    private static String text(String name) {
        String resource = "/torchscript/" + name + ".py";
        try (InputStream in = Program.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("there is no program " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
