package org.quirkwatch.quirky;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.torch.Program;
import org.quirkwatch.torch.Scope;
import org.quirkwatch.torch.Tensor;

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

    private static final String STATE_FILE = "training-state.safetensors";
    private static final int INITIAL = 0;
    private static final int FIRST_STAGE = 1;

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
        return Files.isRegularFile(work.resolve(STATE_FILE));
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
        directory(work);
        QuirkyVocabulary vocabulary = QuirkyVocabulary.of(data);
        TrainingRows rows = new TrainingRows(data);
        try (Program program = Program.load("train", device);
                Scope scope = Scope.open(device)) {
            Path file = work.resolve(STATE_FILE);
            TrainingState.Saved saved = start(scope, file, vocabulary);
            TrainingState state = saved.state();
            int done = 0;
            long started = System.nanoTime();
            for (int number = 0; number < options.stages().size(); number++) {
                TrainingStage stage = options.stages().get(number);
                for (int step = 1; step <= stage.steps(); step++) {
                    done++;
                    if (done <= saved.step()) {
                        continue;
                    }
                    if (step == 1) {
                        state.forgetMoments(scope);
                    }
                    TrainingBatch batch = batch(rows, vocabulary, stage, number, step);
                    float[] losses = step(program, state, vocabulary, batch, stage, step);
                    double seconds = (System.nanoTime() - started) * 1e-9;
                    listener.stepped(
                            new TrainingListener.Report(
                                    stage.name(),
                                    done,
                                    options.totalSteps(),
                                    losses[0],
                                    losses[1] + losses[2],
                                    losses[3],
                                    (done - saved.step()) / seconds));
                    boolean stopped = Thread.interrupted();
                    if (stopped || done % options.saveEverySteps() == 0 || step == stage.steps()) {
                        requireFinite(losses, done);
                        state.save(file, done, options);
                    }
                    if (stopped) {
                        return false;
                    }
                }
            }
            directory(model);
            QuirkyCheckpoint.write(model, state, options.shape(), vocabulary, data.origin());
            return true;
        }
    }

    private TrainingState.Saved start(Scope scope, Path file, QuirkyVocabulary vocabulary) {
        if (Files.exists(file)) {
            return TrainingState.load(scope, file, options, vocabulary.size());
        }
        RandomGenerator random = TrainingState.random(options.seed(), INITIAL);
        return new TrainingState.Saved(
                TrainingState.initial(
                        scope,
                        options.shape(),
                        TrainingTargets.of(options.task()),
                        vocabulary.size(),
                        random),
                0);
    }

    private TrainingBatch batch(
            TrainingRows rows,
            QuirkyVocabulary vocabulary,
            TrainingStage stage,
            int stageNumber,
            int step) {
        long purpose = FIRST_STAGE + (long) stageNumber * TrainingStage.MAX_STEPS + step;
        return TrainingBatch.draw(
                rows,
                options.task(),
                vocabulary,
                options.batch(),
                options.groups(),
                stage.quirk(),
                stage.bare(),
                TrainingState.random(options.seed(), purpose));
    }

    /// One step; the state is changed in place.
    ///
    /// @return answer loss, belief loss, number loss, accuracy
    private float[] step(
            Program program,
            TrainingState state,
            QuirkyVocabulary vocabulary,
            TrainingBatch batch,
            TrainingStage stage,
            int step) {
        try (Scope scope = Scope.open(device)) {
            List<Tensor> tokens = new ArrayList<>();
            List<Tensor> targets = new ArrayList<>();
            for (List<TrainingBatch.Row> group : batch.groups()) {
                tokens.add(TrainingBatch.tokens(scope, group));
                targets.add(TrainingBatch.targets(scope, group));
            }
            double share = stage.schedule(step);
            TrainingTargets layout = TrainingTargets.of(options.task());
            double[] settings = {
                options.shape().nLayers(),
                options.shape().nHeads(),
                options.shape().nLayers() - 1,
                options.digitWeight(),
                share * stage.matrixRate(),
                share * stage.rate(),
                options.weightDecay(),
                step,
                layout.places(),
                layout.numbers()
            };
            long[] choices = {
                vocabulary.token(QuirkyExample.NO), vocabulary.token(QuirkyExample.YES)
            };
            List<Tensor> report =
                    program.call(
                            scope,
                            Program.Mode.GRADIENT,
                            "step",
                            Program.many(state.weights()),
                            Program.many(state.first()),
                            Program.many(state.second()),
                            Program.many(tokens),
                            Program.many(targets),
                            Program.one(scope.tensor(choices, choices.length)),
                            Program.one(scope.tensor(settings, settings.length)));
            return report.getFirst().toFloats();
        }
    }

    private static void requireFinite(float[] losses, int step) {
        if (!(Float.isFinite(losses[0]) && Float.isFinite(losses[1] + losses[2]))) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "training diverged: the loss at step %d is %s; lower the learning rates"
                            .formatted(step, losses[0]));
        }
    }

    private static void directory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: the folder cannot be made".formatted(directory.getFileName()),
                    e);
        }
    }
}
