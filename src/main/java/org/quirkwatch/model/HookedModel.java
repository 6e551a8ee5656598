package org.quirkwatch.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.DecoderConfig;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec.Outputs;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.Problem.FieldError;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;
import org.quirkwatch.torch.Torch;
import org.quirkwatch.torch.Workers;

/// A decoder with taps: runs batches of signals and gives back activations, or gradients of an
/// objective of the label, pooled to one vector per signal on the device. The pass itself is
/// `decoder.py`, one native call per batch.
///
/// [#tokenize] is thread-safe; [#run] may be called by one thread at a time. The weights live until
/// [#close].
public final class HookedModel implements AutoCloseable {

    /// Multiplications and additions of a block below which waking a second thread costs more than
    /// it takes over: about 3 milliseconds of one core.
    private static final double ALONE_OPERATIONS = 3e8;

    private final DecoderConfig config;
    private final ModelIdentity identity;
    private final ComputeDevice device;
    private final SignalTokenizer tokenizer;
    private final Program program;
    private final Scope weights;
    private final List<Tensor> tensors;
    private final Tensor frequencies;
    private final Workers workers = new Workers("model", Torch.threads());

    private HookedModel(
            Checkpoint checkpoint,
            ComputeDevice device,
            DType dtype,
            Program program,
            Scope weights,
            List<Tensor> tensors) {
        this.config = checkpoint.config();
        this.device = device;
        this.program = program;
        this.weights = weights;
        this.tensors = tensors;
        this.tokenizer = new SignalTokenizer(checkpoint.tokenizer(), config.nCtx());
        float[] inverse = config.rope().inverseFrequencies(config.dHead());
        this.frequencies = weights.tensor(inverse, inverse.length);
        this.identity =
                new ModelIdentity(
                        checkpoint.name(),
                        config.architecture(),
                        checkpoint.digest(),
                        checkpoint.tokenizerDigest(),
                        config.nLayers(),
                        config.dModel(),
                        config.nCtx(),
                        config.dVocab(),
                        dtype.name().toLowerCase(Locale.ROOT),
                        device.toString());
    }

    /// Loads a checkpoint onto a device. Nothing is left behind when it fails.
    ///
    /// @throws Problem `invalid-checkpoint` where a file is not as it should be
    public static HookedModel load(
            Checkpoint checkpoint, ComputeDevice device, Precision precision) {
        DType dtype = precision.resolve(checkpoint.config().storedDType(), device);
        // Before the weights, as both come out of one scan of the files.
        checkpoint.digest();
        Scope weights = Scope.open(device);
        try {
            List<Tensor> tensors = checkpoint.load(weights, dtype).tensors();
            Program program = Program.load("decoder", device);
            return new HookedModel(checkpoint, device, dtype, program, weights, tensors);
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /// What says which model this is.
    public ModelIdentity identity() {
        return identity;
    }

    /// Its sizes.
    public DecoderConfig config() {
        return config;
    }

    /// The heads of a block's attention.
    public int nHeads() {
        return config.nHeads();
    }

    /// The width of a tap at a site.
    public int width(Site site) {
        return site == Site.ATTN_Z ? config.nHeads() * config.dHead() : config.dModel();
    }

    /// The tokens of a signal. Thread-safe.
    ///
    /// @throws Problem `prompt-too-long` beyond the model's context, `invalid-signal` where a text
    ///   has no tokens
    public TokenizedSignal tokenize(Signal signal) {
        return tokenizer.tokenize(signal);
    }

    /// Runs a batch, as far up as the taps and outputs need.
    ///
    /// @param batch one signal or more; shorter ones are filled up to the longest, which changes no
    ///   result
    /// @throws Problem `invalid-request` for a hook point that the model does not have or a patch
    ///   beyond its width, `invalid-signal` for a signal without a label where one is looked at
    public Capture run(List<TokenizedSignal> batch, CaptureSpec spec) {
        if (batch.isEmpty()) {
            throw new IllegalArgumentException("a batch needs a signal, got none");
        }
        checkPoints(spec.taps());
        checkPatches(spec.patches());
        if (spec.needsLabels()) {
            checkLabels(batch);
        }
        long positions = BatchPlan.paddedTokens(batch, spec);
        // A GPU would rather have one large batch.
        if (!device.cuda()) {
            BatchParts parts = BatchParts.of(batch, spec, Torch.threads());
            int count = parts.indices().size();
            // Threads that each do a part of their own need not wait for each other; but where a
            // few
            // large parts would leave threads idle, all of them take the batch together.
            boolean leavesIdle = count < Torch.threads() && isLarge(positions / count);
            if (count > 1 && !leavesIdle) {
                return parts.join(workers.all(passes(batch, parts, spec)));
            }
        }
        return pass(batch, spec, isLarge(positions) ? Program.Threads.ALL : Program.Threads.ONE);
    }

    /// Runs any number of signals, one batch after another; all that they give is held at once.
    ///
    /// @param signals one or more
    /// @param bounds of a batch
    /// @return rows in the order of the signals
    /// @throws Problem as [#run]
    public Capture runAll(List<TokenizedSignal> signals, CaptureSpec spec, BatchBounds bounds) {
        return runAll(signals, spec, bounds, Supplier::get);
    }

    /// The same, where each batch may be run by another thread.
    ///
    /// @param running runs a batch and waits for it
    /// @throws Problem as [#run], and what `running` throws
    public Capture runAll(
            List<TokenizedSignal> signals,
            CaptureSpec spec,
            BatchBounds bounds,
            Function<Supplier<Capture>, Capture> running) {
        List<List<Integer>> batches = BatchPlan.of(signals, spec, bounds);
        return new BatchParts(batches)
                .join(
                        batches.stream()
                                .map(batch ->
                                        running.apply(
                                                () -> run(BatchParts.select(signals, batch), spec)))
                                .toList());
    }

    private List<Supplier<Capture>> passes(
            List<TokenizedSignal> batch, BatchParts parts, CaptureSpec spec) {
        List<Supplier<Capture>> passes = new ArrayList<>();
        for (List<Integer> part : parts.indices()) {
            passes.add(() -> pass(BatchParts.select(batch, part), spec, Program.Threads.ONE));
        }
        return passes;
    }

    /// A pass, and for more patches than it can take, further ones.
    private Capture pass(List<TokenizedSignal> batch, CaptureSpec spec, Program.Threads threads) {
        DecoderBatch rows = new DecoderBatch(batch, spec);
        if (spec.patches().isEmpty()) {
            return pass(batch, rows, spec, threads);
        }
        List<List<Patch>> parts =
                PatchTable.parts(spec.patches(), rows.rowCount() * rows.behindPrompts());
        CaptureSpec own =
                new CaptureSpec(spec.taps(), spec.outputs(), parts.getFirst(), spec.readouts());
        Capture capture = pass(batch, rows, own, threads);
        Map<Patch, double[]> changes = new LinkedHashMap<>(capture.patches());
        for (List<Patch> part : parts.subList(1, parts.size())) {
            CaptureSpec more = new CaptureSpec(List.of(), Outputs.NONE, part);
            changes.putAll(pass(batch, new DecoderBatch(batch, more), more, threads).patches());
        }
        return new Capture(
                capture.taps(),
                capture.labelLogProb(),
                capture.labelLogOdds(),
                capture.logits(),
                changes);
    }

    private Capture pass(
            List<TokenizedSignal> batch,
            DecoderBatch rows,
            CaptureSpec spec,
            Program.Threads threads) {
        DecoderCall call = new DecoderCall(config, rows, spec);
        try (Scope scope = Scope.open(device)) {
            List<Tensor> results =
                    program.call(
                            scope,
                            spec.takesGradients() ? Program.Mode.GRADIENT : Program.Mode.INFERENCE,
                            threads,
                            "run",
                            call.arguments(scope, tensors, frequencies));
            return read(results, batch, rows, spec);
        }
    }

    private boolean isLarge(long positions) {
        double attention = 2.0 * (config.nHeads() + config.nKvHeads()) * config.dHead();
        double weightsOfBlock = config.dModel() * (attention + 3.0 * config.dMlp());
        return 2 * weightsOfBlock * positions >= ALONE_OPERATIONS;
    }

    private void checkPoints(List<Tap> taps) {
        for (Tap tap : taps) {
            if (tap.point().layer() >= config.nLayers()) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "%s is not in the model: it has blocks 0 to %d"
                                .formatted(tap.point(), config.nLayers() - 1));
            }
        }
    }

    private void checkPatches(List<Patch> patches) {
        checkPoints(patches.stream().map(p -> Tap.activation(p.point(), Position.LAST)).toList());
        for (Patch patch : patches) {
            int width = width(patch.point().site());
            if (!(patch.to() <= width)) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "a patch of %s replaces columns %d to %d: it has %d"
                                .formatted(patch.point(), patch.from(), patch.to() - 1, width));
            }
        }
    }

    private static void checkLabels(List<TokenizedSignal> batch) {
        for (TokenizedSignal signal : batch) {
            if (!signal.hasLabel()) {
                throw new Problem(
                        ProblemCode.INVALID_SIGNAL,
                        "signal %s has no label, and what is asked for looks at it"
                                .formatted(signal.signal().id()),
                        List.of(new FieldError("/label", "is required here")));
            }
        }
    }

    private Capture read(
            List<Tensor> results,
            List<TokenizedSignal> batch,
            DecoderBatch rows,
            CaptureSpec spec) {
        int n = rows.signals();
        Map<Tap, Matrix> matrices = LinkedHashMap.newLinkedHashMap(spec.taps().size());
        for (int i = 0; i < spec.taps().size(); i++) {
            Tap tap = spec.taps().get(i);
            Matrix matrix = matrix(results.get(i), n, width(tap.point().site()));
            matrices.put(tap, isContrast(tap) ? contrast(matrix, batch) : matrix);
        }
        Map<Patch, double[]> changes = LinkedHashMap.newLinkedHashMap(spec.patches().size());
        if (!spec.patches().isEmpty()) {
            Matrix matrix = matrix(results.getLast(), n, spec.patches().size());
            for (int i = 0; i < spec.patches().size(); i++) {
                changes.put(spec.patches().get(i), contrast(matrix.column(i), batch));
            }
        }
        if (spec.outputs() instanceof Outputs.None) {
            return new Capture(matrices, new double[0], new double[0], Optional.empty(), changes);
        }
        double[] logProb = results.get(spec.taps().size()).toDoubles();
        double[] rest = results.get(spec.taps().size() + 1).toDoubles();
        double[] logOdds = new double[n];
        for (int i = 0; i < n; i++) {
            if (!batch.get(i).hasLabel()) {
                logProb[i] = Double.NaN;
            }
            logOdds[i] = rows.hasOthers(i) ? logProb[i] - rest[i] : Double.NaN;
        }
        Optional<Matrix> logits =
                spec.outputs() instanceof Outputs.Logits
                        ? Optional.of(
                                matrix(results.get(spec.taps().size() + 2), n, config.dVocab()))
                        : Optional.empty();
        return new Capture(matrices, logProb, logOdds, logits, changes);
    }

    private static boolean isContrast(Tap tap) {
        return tap.quantity() instanceof Quantity.Gradient(Quantity.Objective objective)
                && objective == Quantity.Objective.CONTRAST;
    }

    private static Matrix contrast(Matrix gradients, List<TokenizedSignal> batch) {
        return Matrix.wrap(
                gradients.rows(), gradients.columns(), contrast(gradients.toArray(), batch));
    }

    /// @param values `[batch * columns]` of the label, changed in place to those of the contrast
    private static double[] contrast(double[] values, List<TokenizedSignal> batch) {
        int columns = values.length / batch.size();
        for (int i = 0; i < values.length; i++) {
            values[i] *= batch.get(i / columns).contrastSign();
        }
        return values;
    }

    private static Matrix matrix(Tensor tensor, int rows, int columns) {
        return Matrix.wrap(rows, columns, tensor.toDoubles());
    }

    @Override
    public void close() {
        workers.close();
        program.close();
        weights.close();
    }
}
