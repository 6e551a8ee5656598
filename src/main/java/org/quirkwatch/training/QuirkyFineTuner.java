package org.quirkwatch.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.DecoderConfig;
import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.DType;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

/// Teaches a checkpoint a quirk by LoRA, as the method does, and writes the adapter in PEFT's
/// format. The checkpoint's own weights stay as they are, mapped where their format allows.
///
/// At one position of each row, the prompt's last token, the first token of the answer is learnt. A
/// batch depends on the seed and the step only, so a run that was stopped and started again ends
/// with the same adapter as one that was not.
public final class QuirkyFineTuner {

    private static final int INITIAL = 0;

    private final LoraOptions options;
    private final QuirkyData data;
    private final Checkpoint base;
    private final Precision precision;
    private final ComputeDevice device;

    /// @param options task, adapter and schedule
    /// @param data the rows to learn from, of the options' task
    /// @param base the model that the adapter is for
    /// @param precision the number format of its weights; the adapter is learnt in float32
    /// @param device where to train; the result is the same up to rounding
    public QuirkyFineTuner(
            LoraOptions options,
            QuirkyData data,
            Checkpoint base,
            Precision precision,
            ComputeDevice device) {
        if (data.task() != options.task()) {
            throw new IllegalArgumentException(
                    "the rows are of %s, the options of %s".formatted(data.task(), options.task()));
        }
        this.options = options;
        this.data = data;
        this.base = base;
        this.precision = precision;
        this.device = device;
    }

    /// Trains, or goes on where a stopped run with the same options, model and rows left off.
    ///
    /// An interrupt of the thread stops the run after the step at hand; its state is saved.
    ///
    /// @param work where the state of the run is kept; made where it is absent
    /// @param adapter where the adapter is written; made where it is absent
    /// @param listener is told of every step and of every validation
    /// @return the validation of the adapter that was written; empty after an interrupt, and then
    ///   there is none
    /// @throws Problem `invalid-file` when a folder cannot be written, or `work` holds the state of
    ///   another run; `invalid-fit` when no validation came to a finite loss; as [LoraRows#of] and
    ///   [Checkpoint#load]
    public Optional<TrainingListener.Validation> tune(
            Path work, Path adapter, TrainingListener listener) {
        DecoderConfig config = base.config();
        LoraRows rows =
                LoraRows.of(data, base.tokenizer(), Math.min(options.maxTokens(), config.nCtx()));
        TrainingRun.directory(work);
        Path file = TrainingRun.stateFile(work);
        DType dtype = precision.resolve(config.storedDType(), device);
        String key =
                "%s, base %s in %s, rows %s"
                        .formatted(options, base.digest(), dtype, rows.checksum());
        try (Scope scope = Scope.open(device)) {
            TrainingState.Saved saved = start(scope, file, key);
            TrainingState state = saved.state();
            List<Tensor> weights = base.load(scope, dtype).tensors();
            try (LoraProgram program = new LoraProgram(config, options.shape(), weights, device)) {
                LoraLearner learner =
                        new LoraLearner(program, state, state.zeros(scope), options, rows, key);
                if (!new TrainingRun(learner, saved.step(), file, listener).run()) {
                    return Optional.empty();
                }
                TrainingListener.Validation kept = learner.kept().orElseThrow(this::diverged);
                write(adapter, state);
                return Optional.of(kept);
            }
        }
    }

    private TrainingState.Saved start(Scope scope, Path file, String key) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        List<LoraShape.Matrix> matrices = options.shape().matrices(base.config());
        matrices.forEach(matrix -> shapes.put(matrix.name(), matrix.shape()));
        if (Files.exists(file)) {
            return TrainingState.load(scope, file, key, shapes);
        }
        RandomGenerator random = TrainingState.random(options.seed(), INITIAL);
        return new TrainingState.Saved(
                TrainingState.initial(scope, shapes, (name, size) -> initial(name, size, random)),
                0);
    }

    /// As PEFT begins: A uniform in ±1/√in, B zero, so that the model is what it was.
    private static float[] initial(String name, long[] size, RandomGenerator random) {
        float[] values = new float[TrainingState.size(size)];
        if (name.endsWith(".lora_A.weight")) {
            double bound = 1 / Math.sqrt((double) size[1]);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
        }
        return values;
    }

    private void write(Path adapter, TrainingState state) {
        TrainingRun.directory(adapter);
        options.shape()
                .write(
                        adapter,
                        base.config(),
                        base.name(),
                        state.kept(),
                        Map.of("base", base.digest()));
        QuirkyCheckpoint.json(adapter.resolve(QuirkyOrigin.FILE), data.origin().document());
    }

    private Problem diverged() {
        return new Problem(
                ProblemCode.INVALID_FIT,
                "training diverged: no validation came to a finite loss; lower the learning rate of %s"
                        .formatted(options.rate()));
    }
}
