package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.QuirkyCheck;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyQuality;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.training.ModelCard;
import org.quirkwatch.training.QuirkyTrainer;
import org.quirkwatch.training.TrainingListener;
import org.quirkwatch.training.TrainingOptions;

/// Trains one small model, keeps the state of a run that is stopped, measures the model and writes
/// its card.
final class ModelTraining {

    private final Terminal terminal;
    private final ComputeDevice device;

    ModelTraining(Terminal terminal, ComputeDevice device) {
        this.terminal = terminal;
        this.device = device;
    }

    /// Whether a folder holds a model whose training is complete. The card is written last.
    static boolean isComplete(Path model) {
        return Files.exists(model.resolve("config.json"))
                && Files.exists(model.resolve("README.md"));
    }

    /// Refuses a folder that must not be trained into.
    ///
    /// @param resume whether a stopped run is to go on
    /// @throws Problem `invalid-file` when it holds a checkpoint, or a stopped run that is not to
    ///   go on
    void requireFree(Path model, boolean resume) {
        if (Files.exists(model.resolve("config.json"))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    model.getFileName() + ": holds a checkpoint already; choose another folder");
        }
        if (!resume && QuirkyTrainer.hasState(work(model))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: holds a run that was stopped; --resume goes on with it"
                            .formatted(work(model).getFileName()));
        }
    }

    /// Trains, or goes on with a run that was stopped.
    ///
    /// @param model the folder to make
    /// @return the model's quality; empty when the run was stopped
    Optional<QuirkyQuality> train(TrainingOptions options, QuirkyData data, Path model)
            throws IOException {
        if (!trained(new QuirkyTrainer(options, data, device), work(model), model)) {
            return Optional.empty();
        }
        QuirkyQuality quality = measure(model, data);
        ModelCard.write(model, options, data, quality);
        StoppableTraining.remove(work(model));
        return Optional.of(quality);
    }

    private static Path work(Path model) {
        return model.resolveSibling(model.getFileName() + ".training");
    }

    private boolean trained(QuirkyTrainer trainer, Path work, Path model) {
        boolean complete =
                StoppableTraining.run(() -> {
                    try (ShownProgress progress = terminal.progress("train")) {
                        return trainer.train(work, model, report -> show(report, progress));
                    }
                });
        if (!complete) {
            terminal.note(StoppableTraining.STOPPED);
        }
        return complete;
    }

    private static void show(TrainingListener.Report report, ShownProgress progress) {
        progress.update(
                report.step(),
                report.totalSteps(),
                String.format(
                        Locale.ROOT,
                        "%s, loss %.4f, digit loss %.4f, accuracy %.3f",
                        report.stage(),
                        report.answerLoss(),
                        report.digitLoss(),
                        report.accuracy()));
    }

    private QuirkyQuality measure(Path directory, QuirkyData data) {
        List<QuirkyExample> rows = data.split(QuirkySplit.VALIDATION, Integer.MAX_VALUE);
        try (HookedModel model =
                        HookedModel.load(
                                Checkpoint.open(directory), ComputeDevice.CPU, Precision.FLOAT32);
                ShownProgress progress = terminal.progress("check")) {
            return QuirkyCheck.run(model, rows, progress);
        }
    }
}
