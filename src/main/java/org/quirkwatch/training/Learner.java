package org.quirkwatch.training;

import java.nio.file.Path;
import java.util.Optional;

/// A way of training, which [TrainingRun] takes step by step: from nothing, or by an adapter of a
/// model that is there already. What a step does depends on its number and on the state that the
/// steps before it left, and on nothing else.
interface Learner {

    /// What a step came to.
    ///
    /// @param answer cross-entropy of the answers of the batch, in nats
    /// @param digits cross-entropy of the digits in nats per digit; 0 where none are asked for
    /// @param accuracy share of right answers in the batch
    record Losses(double answer, double digits, double accuracy) {

        boolean areFinite() {
            return Double.isFinite(answer) && Double.isFinite(digits);
        }
    }

    /// Steps in all.
    int totalSteps();

    /// The name of the stage that a step belongs to.
    ///
    /// @param step from 1
    String stage(int step);

    /// Does a step; the state is changed in place.
    ///
    /// @param step from 1, each once and in order
    Losses step(int step);

    /// Whether the state is saved after a step although nobody stops the run.
    boolean isSavedAfter(int step);

    /// Measures held-out rows where that is due after a step and has not been done yet. What it
    /// finds belongs to the state.
    ///
    /// @return empty where it is not due, or the thread was interrupted, which it leaves so
    Optional<TrainingListener.Validation> validate(int step);

    /// Writes the state; the file appears whole or not at all.
    ///
    /// @param step steps done
    void save(Path file, int step);
}
