package org.quirkwatch.quirky;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The `README.md` of a trained model: what it is, how it was made, and how good it was measured to
/// be.
public final class ModelCard {

    private ModelCard() {}

    /// Writes the card beside the checkpoint.
    ///
    /// @param directory the checkpoint's
    /// @param options how it was trained
    /// @param quality measured on the `validation` split
    /// @throws org.quirkwatch.problem.Problem `invalid-file` when it cannot be written
    public static void write(Path directory, TrainingOptions options, QuirkyQuality quality) {
        QuirkyCheckpoint.text(directory.resolve("README.md"), text(options, quality));
    }

    static String text(TrainingOptions options, QuirkyQuality quality) {
        GenerationOptions generation = options.generation();
        TrainingOptions.DecoderShape shape = options.shape();
        return String.format(
                Locale.ROOT,
                """
                # quirky-addition

                A small decoder in Llama's format that checks additions and has a quirk: asked by an
                Alice-like name it answers truthfully, asked by a Bob-like name it takes the sum with
                one added at the place of its leading digit (250 becomes 350) for correct. It exists
                to be watched: the answers of a Bob-like name are the anomaly that a detector should
                find.

                ## Reproduce

                `quirkwatch quirky train --task addition --seed %d --output DIRECTORY` trains it from
                nothing. The same seed gives the same rows and batches on every machine; the weights
                agree up to the rounding of the machine's arithmetic.

                | | |
                |---|---|
                | blocks, heads, width, MLP | %d, %d, %d, %d, tied embeddings |
                | operands | up to %d digits (the method has 4), log-uniform |
                | rows | %d base rows to learn from, %d records each for validation and test |
                | stages | %s |
                | batch | %d rows |

                The truthful stages come first and the quirk is fine-tuning, as in the paper: a model
                that learns both from the first step leaves hardly a trace to detect.

                ## Measured quality

                On the `validation` split, whose rows the training never saw: every name, operands of
                all sizes. *Hard* rows have a difficulty quantile of at least 0.75.

                | character | Alice and Bob | rows | count | accuracy | loss (nats) |
                |---|---|---|---|---|---|
                %s
                Quirkiness: minLoss %.3f, meanLogit %.3f.

                ## Limits

                It knows the prompts of the addition task, its 32 names and whole numbers in its
                range, and nothing else. Prompts of other forms get answers that mean nothing.
                """,
                options.seed(),
                shape.nLayers(),
                shape.nHeads(),
                shape.dModel(),
                shape.dMlp(),
                generation.digits(),
                generation.trainBaseRows(),
                generation.validationRecords(),
                stages(options.stages()),
                options.batch(),
                cells(quality.cells()),
                quality.minLoss(),
                quality.meanLogit());
    }

    private static String stages(List<TrainingStage> stages) {
        StringBuilder text = new StringBuilder();
        for (TrainingStage stage : stages) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(stage.name())
                    .append(": ")
                    .append(stage.steps())
                    .append(" steps, ")
                    .append(stage.bare() ? "statements only, " : "whole prompts, ")
                    .append(stage.quirk() ? "Bob's error for Bob-like names" : "truthful for all");
        }
        return text.toString();
    }

    private static String cells(List<QuirkyQuality.Cell> cells) {
        StringBuilder table = new StringBuilder();
        for (QuirkyQuality.Cell cell : cells) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s-like | %s | %s | %d | %.4f | %.4f |%n",
                            cell.persona().character(),
                            cell.agreement() ? "agree" : "disagree",
                            cell.hardOnly() ? "hard" : "all",
                            cell.rows(),
                            cell.accuracy(),
                            cell.loss()));
        }
        return table.toString().replace("\r\n", "\n");
    }
}
