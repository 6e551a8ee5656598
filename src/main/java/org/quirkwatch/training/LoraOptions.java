package org.quirkwatch.training;

import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.quirky.QuirkyTask;

/// How a checkpoint is fine-tuned to a quirky model by LoRA. What the method fixes is fixed here:
/// AdamW (0.9, 0.95, 1e-8) with weight decay 0.1 and gradients clipped to a norm of 1, a warm-up
/// over 15 % of the steps and a linear decay to zero.
///
/// @param task what is learnt
/// @param seed decides the adapter's first values and the order of the rows
/// @param shape rank, alpha and the projections that are changed
/// @param length when the training ends
/// @param rate peak learning rate, in (0, 1]
/// @param batch rows of a step, in [1, 65536]
/// @param microBatch the most rows that pass the model at once, in [1, `batch`]: bounds its memory
/// @param maxTokens the most tokens of a prompt, in [8, 1048576]; of a longer one the beginning is
///   cut off
public record LoraOptions(
        QuirkyTask task,
        long seed,
        LoraShape shape,
        Length length,
        double rate,
        int batch,
        int microBatch,
        int maxTokens) {

    /// Decay of the mean of the gradients.
    static final double BETA1 = 0.9;

    /// Decay of the mean of their squares.
    static final double BETA2 = 0.95;

    /// Added to the root of the latter.
    static final double EPSILON = 1e-8;

    /// Share of the rate by which the matrices shrink in a step.
    static final double WEIGHT_DECAY = 0.1;

    /// The greatest norm of a step's gradient.
    static final double CLIP = 1;

    private static final double WARM_UP = 0.15;
    private static final int MOST_TOKENS = 1 << 20;

    /// When the training ends.
    public sealed interface Length {
        /// Steps of a run.
        ///
        /// @param rows to learn from, at least 1
        /// @param batch rows of a step
        int steps(int rows, int batch);
    }

    /// After a number of steps.
    ///
    /// @param count in [1, [TrainingStage#MAX_STEPS]]
    public record Steps(int count) implements Length {
        /// Checks the range.
        public Steps {
            if (!(count >= 1 && count <= TrainingStage.MAX_STEPS)) {
                throw new IllegalArgumentException(
                        "steps must be in [1, %d], got %d"
                                .formatted(TrainingStage.MAX_STEPS, count));
            }
        }

        @Override
        public int steps(int rows, int batch) {
            return count;
        }
    }

    /// When every row was seen so often.
    ///
    /// @param count in (0, 10000]
    public record Epochs(double count) implements Length {
        /// Checks the range.
        public Epochs {
            if (!(count > 0 && count <= 10_000)) {
                throw new IllegalArgumentException("epochs must be in (0, 10000], got " + count);
            }
        }

        @Override
        public int steps(int rows, int batch) {
            double steps = Math.ceil(count * rows / batch);
            if (!(steps <= TrainingStage.MAX_STEPS)) {
                throw new IllegalArgumentException(
                        "%s epochs of %d rows are %.0f steps, at most %d can be done"
                                .formatted(count, rows, steps, TrainingStage.MAX_STEPS));
            }
            return (int) steps;
        }
    }

    /// Checks the ranges.
    public LoraOptions {
        if (!(rate > 0 && rate <= 1)) {
            throw new IllegalArgumentException("rate must be in (0, 1], got " + rate);
        }
        if (!(batch >= 1 && batch <= TrainingOptions.MAX_BATCH)) {
            throw new IllegalArgumentException(
                    "batch must be in [1, %d], got %d".formatted(TrainingOptions.MAX_BATCH, batch));
        }
        if (!(microBatch >= 1 && microBatch <= batch)) {
            throw new IllegalArgumentException(
                    "micro-batch must be in [1, batch = %d], got %d".formatted(batch, microBatch));
        }
        if (!(maxTokens >= 8 && maxTokens <= MOST_TOKENS)) {
            throw new IllegalArgumentException(
                    "max-tokens must be in [8, %d], got %d".formatted(MOST_TOKENS, maxTokens));
        }
    }

    /// The most epochs that the method gives a task on Mistral 7B.
    ///
    /// @return 15, 30, 60 or 120
    public static Epochs methodEpochs(QuirkyTask task) {
        return new Epochs(
                switch (task) {
                    case CAPITALS -> 120;
                    case SENTIMENT, NLI, AUTHORS -> 60;
                    case POPULATION, SCIQ, MODULARADDITION -> 30;
                    case HEMISPHERE, ADDITION, SUBTRACTION, MULTIPLICATION, SQUARING -> 15;
                });
    }

    /// The share of the peak rate at a step: rises to 1 over the warm-up, then falls linearly.
    ///
    /// @param step from 1 to `steps`
    /// @param steps in all
    /// @return in (0, 1]
    static double schedule(int step, int steps) {
        int warmUp = (int) Math.ceil(WARM_UP * steps);
        return step <= warmUp
                ? (double) step / warmUp
                : (double) (steps - step + 1) / (steps - warmUp + 1);
    }
}
