package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkyQuality;
import org.quirkwatch.quirky.QuirkyTask;
import org.quirkwatch.torch.ComputeDevice;
import org.quirkwatch.training.TrainingOptions;
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

    /// Which stages of the training are run.
    private enum Stages {
        ALL,
        TRUTHFUL
    }

    @Option(
            names = "--stages",
            paramLabel = "NAME",
            defaultValue = "all",
            description =
                    "all, or truthful: without the quirk, for a base that quirky finetune takes"
                            + " (default: all).")
    private Stages stages = Stages.ALL;

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
        ModelTraining training = new ModelTraining(terminal, ComputeDevice.parse(device.text()));
        Path target = output.toAbsolutePath().normalize();
        training.requireFree(target, resume);
        TrainingOptions whole = TrainingOptions.zoo(task, seed);
        Optional<QuirkyQuality> quality =
                training.train(
                        stages == Stages.TRUTHFUL ? whole.truthful() : whole,
                        QuirkyOrigin.zoo(task, seed).data(data),
                        target);
        quality.ifPresent(measured -> terminal.note(QuirkyCheckCommand.table(measured).strip()));
        return quality.isPresent() ? 0 : 1;
    }
}
