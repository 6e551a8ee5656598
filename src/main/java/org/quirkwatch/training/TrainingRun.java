package org.quirkwatch.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Takes a [Learner] through its steps, and saves its state so that a run that was stopped and
/// started again ends like one that was not.
///
/// @param learner what is stepped
/// @param done steps that its state has seen
/// @param file of the state
/// @param listener is told of every step and validation
record TrainingRun(Learner learner, int done, Path file, TrainingListener listener) {

    private static final String STATE_FILE = "training-state.safetensors";

    /// The file of a run's state.
    ///
    /// @param work the folder of the run
    static Path stateFile(Path work) {
        return work.resolve(STATE_FILE);
    }

    /// Does the steps that are left.
    ///
    /// @return whether the run is complete; false after an interrupt of the thread, with the state
    ///   saved
    boolean run() {
        if (done > 0 && !validate(done)) {
            return false;
        }
        long started = System.nanoTime();
        for (int step = done + 1; step <= learner.totalSteps(); step++) {
            Learner.Losses losses = learner.step(step);
            double seconds = (System.nanoTime() - started) * 1e-9;
            listener.stepped(
                    new TrainingListener.Report(
                            learner.stage(step),
                            step,
                            learner.totalSteps(),
                            losses.answer(),
                            losses.digits(),
                            losses.accuracy(),
                            (step - done) / seconds));
            boolean stopped = Thread.interrupted();
            if (stopped || learner.isSavedAfter(step)) {
                requireFinite(losses, step);
                learner.save(file, step);
            }
            if (stopped || !validate(step)) {
                return false;
            }
        }
        return true;
    }

    /// @return false after an interrupt, with the state saved, which says what is still due
    private boolean validate(int step) {
        Optional<TrainingListener.Validation> validation = learner.validate(step);
        // Files cannot be written while the thread counts as interrupted.
        boolean stopped = Thread.interrupted();
        if (validation.isPresent() || stopped) {
            learner.save(file, step);
        }
        validation.ifPresent(listener::validated);
        return !stopped;
    }

    private static void requireFinite(Learner.Losses losses, int step) {
        if (!losses.areFinite()) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "training diverged: the loss at step %d is %s; lower the learning rates"
                            .formatted(step, losses.answer()));
        }
    }

    /// Makes a folder where there is none.
    static void directory(Path directory) {
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
