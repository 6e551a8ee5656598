package org.quirkwatch.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Torch;
import org.quirkwatch.torch.Workers;

/// Trains a quirky model from nothing and writes it as a Hugging Face directory.
///
/// The stages are run in order. A batch depends on the seed, the stage and the step only, and the
/// state file holds weights, moments and step, so a run that was stopped and started again ends
/// with the same weights as one that was not. Heads that only training uses read what
/// [TrainingTargets] says out of the stream.
///
/// The matrices of the blocks are moved by Muon (momentum 0.95, five Newton-Schulz steps; Jordan et
/// al. 2024), embedding, norms and heads by Adam (0.9, 0.98).
public final class QuirkyTrainer {

    private static final int INITIAL = 0;

    private final TrainingOptions options;
    private final QuirkyData data;
    private final ComputeDevice device;

    /// @param options task, seed, sizes and stages
    /// @param data the rows to learn from, of the options' task
    /// @param device where to train; the result is the same up to rounding
    public QuirkyTrainer(TrainingOptions options, QuirkyData data, ComputeDevice device) {
        if (data.task() != options.task()) {
            throw new IllegalArgumentException(
                    "the rows are of %s, the options of %s".formatted(data.task(), options.task()));
        }
        this.options = options;
        this.data = data;
        this.device = device;
    }

    /// Whether a folder holds the state of a run that may be resumed.
    ///
    /// @param work as [#train] takes it
    public static boolean hasState(Path work) {
        return Files.isRegularFile(TrainingRun.stateFile(work));
    }

    /// Trains, or goes on where a stopped run with the same options left off.
    ///
    /// An interrupt of the thread stops the run after the step at hand; its state is saved.
    ///
    /// @param work where the state of the run is kept; made where it is absent
    /// @param model where the checkpoint is written; made where it is absent
    /// @param listener is told of every step
    /// @return whether the run is complete; false after an interrupt, and then there is no
    ///   checkpoint
    /// @throws Problem `invalid-file` when a folder cannot be written, or `work` holds the state of
    ///   a run with other options
    public boolean train(Path work, Path model, TrainingListener listener) {
        TrainingRun.directory(work);
        QuirkyVocabulary vocabulary = QuirkyVocabulary.of(data);
        TrainingRows rows = new TrainingRows(data);
        FreshDecoder decoder =
                new FreshDecoder(
                        options.shape(), TrainingTargets.of(options.task()), vocabulary.size());
        // A GPU would rather have one thing after another.
        int threads = device.cuda() ? 1 : Torch.threads();
        try (Program program = Program.load("train", device);
                Workers workers = new Workers("train", threads);
                Scope scope = Scope.open(device)) {
            Path file = TrainingRun.stateFile(work);
            TrainingState.Saved saved = start(scope, file, decoder);
            TrainingState state = saved.state();
            Learner learner =
                    new ScratchLearner(
                            program,
                            scope,
                            state,
                            options,
                            rows,
                            vocabulary,
                            decoder.isMatrix(),
                            workers);
            if (!new TrainingRun(learner, saved.step(), file, listener).run()) {
                return false;
            }
            TrainingRun.directory(model);
            QuirkyCheckpoint.write(model, state, options.shape(), vocabulary, data.origin());
            return true;
        }
    }

    private TrainingState.Saved start(Scope scope, Path file, FreshDecoder decoder) {
        Map<String, long[]> shapes = decoder.shapes();
        if (Files.exists(file)) {
            return TrainingState.load(scope, file, options.toString(), shapes);
        }
        RandomGenerator random = TrainingState.random(options.seed(), INITIAL);
        return new TrainingState.Saved(
                TrainingState.initial(
                        scope, shapes, (name, size) -> decoder.initial(name, size, random)),
                0);
    }
}
