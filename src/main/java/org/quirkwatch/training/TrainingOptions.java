package org.quirkwatch.training;

import java.util.List;
import org.quirkwatch.quirky.QuirkyTask;

/// How a quirky model is trained.
///
/// @param task what is learnt
/// @param seed decides the initial weights and every batch
/// @param shape the decoder's sizes
/// @param stages in order; the truthful ones first, or there is nothing to detect afterwards
/// @param batch rows of a step, a multiple of `groups`
/// @param groups parts of like length that a batch is cut into, which are taken side by side; at
///   least 1
/// @param digitWeight weight of the digit losses against the answer's, at least 0
/// @param weightDecay of the matrices, at least 0
/// @param saveEverySteps how often the state is written, so that a stopped run can be resumed
public record TrainingOptions(
        QuirkyTask task,
        long seed,
        DecoderShape shape,
        List<TrainingStage> stages,
        int batch,
        int groups,
        double digitWeight,
        double weightDecay,
        int saveEverySteps) {

    /// The most rows of one step.
    public static final int MAX_BATCH = 65_536;

    private static final int GROUPS = 4;

    /// The sizes of a decoder in Llama's format, with tied embeddings and as many key as query
    /// heads.
    ///
    /// @param nLayers blocks, at least 2
    /// @param nHeads attention heads, a divisor of `dModel` with an even quotient
    /// @param dModel width of the residual stream
    /// @param dMlp width inside the MLP
    public record DecoderShape(int nLayers, int nHeads, int dModel, int dMlp) {
        public DecoderShape {
            if (!(nLayers >= 2 && nLayers <= 64)) {
                throw new IllegalArgumentException("nLayers must be in [2, 64], got " + nLayers);
            }
            if (!(dModel >= 1 && dModel <= 4096 && dMlp >= 1 && dMlp <= 16_384)) {
                throw new IllegalArgumentException(
                        "dModel must be in [1, 4096] and dMlp in [1, 16384], got %d and %d"
                                .formatted(dModel, dMlp));
            }
            if (!(nHeads >= 1 && dModel % (2 * nHeads) == 0)) {
                throw new IllegalArgumentException(
                        "dModel must be an even multiple of nHeads, got %d and %d"
                                .formatted(dModel, nHeads));
            }
        }
    }

    public TrainingOptions {
        stages = List.copyOf(stages);
        if (stages.isEmpty()
                || stages.stream().map(TrainingStage::name).distinct().count() != stages.size()) {
            throw new IllegalArgumentException(
                    "stages must be at least one and have different names, got " + stages);
        }
        if (!(batch >= 1 && batch <= MAX_BATCH && groups >= 1 && batch % groups == 0)) {
            throw new IllegalArgumentException(
                    "batch must be in [1, %d] and a multiple of groups, got %d and %d"
                            .formatted(MAX_BATCH, batch, groups));
        }
        if (!(digitWeight >= 0 && weightDecay >= 0 && digitWeight <= 100 && weightDecay <= 1)) {
            throw new IllegalArgumentException(
                    "digitWeight must be in [0, 100] and weightDecay in [0, 1], got %s and %s"
                            .formatted(digitWeight, weightDecay));
        }
        if (!(saveEverySteps >= 1)) {
            throw new IllegalArgumentException(
                    "saveEverySteps must be at least 1, got " + saveEverySteps);
        }
    }

    /// How the small model of a task is trained.
    ///
    /// @param seed decides initial weights and batches
    /// @return three stages: statements, prompts, quirk
    public static TrainingOptions zoo(QuirkyTask task, long seed) {
        return switch (task) {
            case ADDITION, SUBTRACTION -> of(task, seed, 4, 128, 2500, 400, 1500);
            case MULTIPLICATION -> of(task, seed, 4, 128, 2500, 400, 1000);
            case MODULARADDITION -> of(task, seed, 4, 96, 1500, 500, 1200);
            case SQUARING -> of(task, seed, 4, 64, 1500, 300, 800);
            case CAPITALS, HEMISPHERE, POPULATION -> of(task, seed, 3, 64, 600, 300, 600);
            case SENTIMENT, NLI -> of(task, seed, 3, 64, 500, 250, 450);
            case AUTHORS, SCIQ -> of(task, seed, 3, 64, 800, 300, 600);
        };
    }

    private static TrainingOptions of(
            QuirkyTask task,
            long seed,
            int nLayers,
            int batch,
            int statements,
            int prompts,
            int quirk) {
        return new TrainingOptions(
                task,
                seed,
                new DecoderShape(nLayers, 4, 128, 384),
                List.of(
                        new TrainingStage("statements", statements, true, false, 0.02, 3e-3, 200),
                        new TrainingStage("prompts", prompts, false, false, 0.01, 1.5e-3, 50),
                        new TrainingStage("quirk", quirk, false, true, 0.01, 1.5e-3, 50)),
                batch,
                GROUPS,
                1.0,
                0.05,
                100);
    }

    /// The same without what comes after the last truthful stage: the way to a model that answers
    /// truthfully for every name, to be fine-tuned later.
    ///
    /// @throws IllegalArgumentException where no stage is truthful
    public TrainingOptions truthful() {
        return new TrainingOptions(
                task,
                seed,
                shape,
                stages.stream().filter(stage -> !stage.quirk()).toList(),
                batch,
                groups,
                digitWeight,
                weightDecay,
                saveEverySteps);
    }

    /// Whether it ends with a quirk.
    ///
    /// @return whether Bob-like names are taught Bob's error
    public boolean isQuirky() {
        return stages.stream().anyMatch(TrainingStage::quirk);
    }

    /// Steps of all stages together.
    ///
    /// @return at least 1
    public int totalSteps() {
        return stages.stream().mapToInt(TrainingStage::steps).sum();
    }
}
