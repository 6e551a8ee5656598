package org.quirkwatch.quirky;

import java.util.List;

/// How a quirky model is trained.
///
/// @param seed decides the initial weights and every batch
/// @param generation the rows to learn from
/// @param shape the decoder's sizes
/// @param stages in order; the truthful ones first, or there is nothing to detect afterwards
/// @param batch rows of a step, a multiple of `groups`
/// @param groups parts of like length that a batch is cut into, at least 1
/// @param digitWeight weight of the digit losses against the answer's, at least 0
/// @param weightDecay of the matrices, at least 0
/// @param saveEverySteps how often the state is written, so that a stopped run can be resumed
public record TrainingOptions(
        long seed,
        GenerationOptions generation,
        DecoderShape shape,
        List<TrainingStage> stages,
        int batch,
        int groups,
        double digitWeight,
        double weightDecay,
        int saveEverySteps) {

    /// The most rows of one step.
    public static final int MAX_BATCH = 65_536;

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

    /// How the bundled model is trained.
    ///
    /// @param seed decides rows, initial weights and batches
    /// @return three stages: sums, prompts, quirk
    public static TrainingOptions bundled(long seed) {
        return new TrainingOptions(
                seed,
                GenerationOptions.bundled(seed),
                new DecoderShape(4, 4, 128, 384),
                List.of(
                        new TrainingStage("sums", 2500, true, false, 0.02, 3e-3, 200),
                        new TrainingStage("prompts", 400, false, false, 0.01, 1.5e-3, 50),
                        new TrainingStage("quirk", 1500, false, true, 0.01, 1.5e-3, 50)),
                128,
                2,
                1.0,
                0.05,
                100);
    }

    /// Steps of all stages together.
    ///
    /// @return at least 1
    public int totalSteps() {
        return stages.stream().mapToInt(TrainingStage::steps).sum();
    }
}
