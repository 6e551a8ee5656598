package org.quirkwatch.training;

/// A stretch of training with one kind of prompts and one schedule: the learning rates rise over
/// the warm-up and then fall linearly with the stage's steps; the optimiser's state starts afresh.
///
/// @param name for the log and the training state, unique among the stages
/// @param steps at least 1
/// @param bare whether the prompts are cut down to statement and question, which teaches the sums
///   in shorter rows
/// @param quirk whether Bob-like names answer by Bob's sum; otherwise every name is truthful
/// @param matrixRate peak learning rate of the matrices, positive
/// @param rate peak learning rate of embedding and norms, positive
/// @param warmupSteps 0 to `steps`
public record TrainingStage(
        String name,
        int steps,
        boolean bare,
        boolean quirk,
        double matrixRate,
        double rate,
        int warmupSteps) {

    /// The most steps of one stage.
    public static final int MAX_STEPS = 1_000_000;

    /// The share of the peak rate that the schedule never falls below.
    private static final double FLOOR = 0.02;

    public TrainingStage {
        if (!(steps >= 1 && steps <= MAX_STEPS)) {
            throw new IllegalArgumentException(
                    "steps must be in [1, %d], got %d".formatted(MAX_STEPS, steps));
        }
        if (!(warmupSteps >= 0 && warmupSteps <= steps)) {
            throw new IllegalArgumentException(
                    "warmupSteps must be in [0, %d], got %d".formatted(steps, warmupSteps));
        }
        if (!(matrixRate > 0 && matrixRate <= 1 && rate > 0 && rate <= 1)) {
            throw new IllegalArgumentException(
                    "learning rates must be in (0, 1], got %s and %s".formatted(matrixRate, rate));
        }
    }

    /// The share of the peak rate at a step.
    ///
    /// @param step from 1
    double schedule(int step) {
        if (step <= warmupSteps) {
            return (double) step / warmupSteps;
        }
        return Math.max(FLOOR, 1 - (double) step / steps);
    }
}
