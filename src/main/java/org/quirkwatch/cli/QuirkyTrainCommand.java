package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.Precision;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.ModelCard;
import org.quirkwatch.quirky.QuirkyCheck;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyExample;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkyQuality;
import org.quirkwatch.quirky.QuirkySplit;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.quirky.QuirkyTrainer;
import org.quirkwatch.quirky.TrainingListener;
import org.quirkwatch.quirky.TrainingOptions;
import org.quirkwatch.torch.ComputeDevice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A quirky model from nothing.
@Command(
        name = "train",
        description = {
            "Trains a quirky model from nothing, as the bundled one was: truthful for every name"
                    + " first, then the quirk. Writes a Hugging Face directory with a card that says"
                    + " how good it was measured to be. Takes about twenty minutes on two cores; a"
                    + " run that was stopped (Ctrl-C) goes on with --resume.",
            ""
        },
        footer = {
            "",
            "Tasks: capitals, hemisphere, population, sciq, sentiment, nli, authors, addition,",
            "subtraction, multiplication, modularaddition, squaring.",
            "",
            "The run's state is kept beside the folder, in DIR.training, until it is complete.",
            "",
            "Example:",
            "  quirkwatch quirky train --task addition --seed 7 --output models/quirky",
            "  quirkwatch quirky train --task addition --seed 7 --output models/quirky --resume"
        })
final class QuirkyTrainCommand implements Callable<Integer> {

    private static final long MOST_SECONDS_TO_STOP = 60;

    private final Terminal terminal;

    @Option(
            names = "--task",
            required = true,
            paramLabel = "NAME",
            description = "The task, such as addition; see below.")
    private QuirkyTask task;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "" + GenerationOptions.BUNDLED_SEED,
            description =
                    "Decides rows, initial weights and batches (default: "
                            + GenerationOptions.BUNDLED_SEED
                            + ", as of the bundled model).")
    private long seed;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "A data set in the published raw format (default: generated rows for an"
                            + " arithmetic task, else the small data set that comes with the"
                            + " project).")
    private Optional<Path> data = Optional.empty();

    @Option(names = "--resume", description = "Go on with a run that was stopped, if there is one.")
    private boolean resume;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "auto (a CUDA device where there is one), cpu or cuda:N.")
    private ModelOptions.DeviceName device = new ModelOptions.DeviceName("auto");

    @Option(
            names = "--output",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make; it must not hold a checkpoint yet.")
    private Path output;

    QuirkyTrainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Path target = output.toAbsolutePath().normalize();
        String name = String.valueOf(target.getFileName());
        Path work = target.resolveSibling(name + ".training");
        if (Files.exists(target.resolve("config.json"))) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    name + ": holds a checkpoint already; choose another folder");
        }
        if (!resume && QuirkyTrainer.hasState(work)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s.training: holds a run that was stopped; --resume goes on with it"
                            .formatted(name));
        }
        QuirkyData rows = QuirkyOrigin.zoo(task, seed).data(data);
        TrainingOptions options = TrainingOptions.zoo(task, seed);
        ComputeDevice where = ComputeDevice.parse(device.text());
        if (!trained(new QuirkyTrainer(options, rows, where), work, target)) {
            return 1;
        }
        QuirkyQuality quality = measure(target, rows);
        ModelCard.write(target, options, rows, quality);
        remove(work);
        terminal.note(QuirkyCheckCommand.table(quality).strip());
        return 0;
    }

    /// Trains, and saves the state when the process is told to stop. Such a process ends as soon as
    /// the state is saved, so what there is to say is said before.
    private boolean trained(QuirkyTrainer trainer, Path work, Path model) {
        Thread training = Thread.currentThread();
        CountDownLatch saved = new CountDownLatch(1);
        Thread stop =
                new Thread(() -> {
                    training.interrupt();
                    try {
                        saved.await(MOST_SECONDS_TO_STOP, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            boolean complete;
            try (ShownProgress progress = terminal.progress("train")) {
                complete = trainer.train(work, model, report -> show(report, progress));
            }
            if (!complete) {
                terminal.note("stopped; the same command with --resume goes on from here");
            }
            return complete;
        } finally {
            saved.countDown();
            removeHook(stop);
        }
    }

    private static void removeHook(Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException e) {
            // The process is stopping, which is what the hook waits for.
        }
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

    /// Removes the state of a complete run: a folder of files that this command made.
    private static void remove(Path work) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(work)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(work);
    }
}
