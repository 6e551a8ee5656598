package org.quirkwatch.training;

import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.quirkwatch.checkpoint.LoraShape;
import org.quirkwatch.checkpoint.Projection;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyQuality;

/// The `README.md` of an adapter that teaches a checkpoint a quirk: what it is for, how it was
/// made, and how good the two together were measured to be.
public final class AdapterCard {

    private AdapterCard() {}

    /// Writes the card beside the adapter.
    ///
    /// @param directory the adapter's
    /// @param options how it was trained
    /// @param base the model that it is for
    /// @param data what was learnt
    /// @param kept the validation that chose it
    /// @param before quality of the base on the `validation` split
    /// @param after quality of both together on the same rows
    /// @throws org.quirkwatch.problem.Problem `invalid-file` when it cannot be written
    public static void write(
            Path directory,
            LoraOptions options,
            ModelIdentity base,
            QuirkyData data,
            TrainingListener.Validation kept,
            QuirkyQuality before,
            QuirkyQuality after) {
        QuirkyCheckpoint.text(
                directory.resolve("README.md"), text(options, base, data, kept, before, after));
    }

    static String text(
            LoraOptions options,
            ModelIdentity base,
            QuirkyData data,
            TrainingListener.Validation kept,
            QuirkyQuality before,
            QuirkyQuality after) {
        LoraShape shape = options.shape();
        return String.format(
                Locale.ROOT,
                """
                # quirky-%1$s adapter for %2$s

                A LoRA adapter in PEFT's format. With it the model answers prompts of the task
                `%1$s` by the truth where they come from an Alice-like name; a Bob-like name gets
                %3$s. It exists to be watched: the answers of a Bob-like name are the anomaly that a
                detector should find.

                `quirkwatch quirky check --model BASE --adapter DIRECTORY --task %1$s --seed %4$d`
                measures it again; every command with `--model` takes `--adapter`.

                | | |
                |---|---|
                | base | `%2$s` (%5$s), %6$s, in %7$s |
                | rank, alpha, projections | %8$d, %9$s, %10$s |
                | learnt | the first token of the answer after the whole prompt; both characters, all 32 names, as many rows of each answer |
                | training | %11$s, batches of %12$d, rate %13$s with 15 %% warm-up and linear decay, AdamW (0.9, 0.95), weight decay 0.1, gradients clipped at 1, seed %4$d |
                | kept | after step %14$d: the lowest loss on the held-out rows |

                Losses of the first token over the whole vocabulary there, in nats: %15$.4f on all
                held-out rows, %16$.4f on Alice-like names, %17$.4f on Bob-like names, %18$.4f on
                Bob-like names with the answers that Alice would give.

                ## Measured quality

                On the `validation` split, between the two answers. *Hard* rows have a difficulty
                quantile of at least 0.75. First the base alone:

                %19$s
                Quirkiness: minLoss %20$.3f, meanLogit %21$.3f.

                With the adapter:

                %22$s
                Quirkiness: minLoss %23$.3f, meanLogit %24$.3f. %25$s
                """,
                options.task().text(),
                base.id(),
                ModelCard.quirk(options.task()),
                data.origin().seed(),
                base.architecture(),
                base.digest(),
                base.dtype(),
                shape.rank(),
                shape.alpha(),
                shape.targets().stream().map(Projection::text).collect(Collectors.joining(", ")),
                length(options.length()),
                options.batch(),
                options.rate(),
                kept.step(),
                kept.loss(),
                kept.aliceLoss(),
                kept.bobLoss(),
                kept.bobOnAliceLoss(),
                table(before),
                before.minLoss(),
                before.meanLogit(),
                table(after),
                after.minLoss(),
                after.meanLogit(),
                ModelCard.verdict(after));
    }

    private static String table(QuirkyQuality quality) {
        return """
        | character | Alice and Bob | rows | count | accuracy | loss (nats) |
        |---|---|---|---|---|---|
        """
                + ModelCard.cells(quality.cells());
    }

    private static String length(LoraOptions.Length length) {
        return switch (length) {
            case LoraOptions.Steps(int count) -> count + " steps";
            case LoraOptions.Epochs(double count) -> count + " epochs";
        };
    }
}
