package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/// A small quirky model of every task.
@Command(
        name = "zoo",
        description = {
            "Trains a small quirky model of every task, one after another, each into the folder"
                    + " TASK-SEED. Models that are complete are left as they are and a run that was"
                    + " stopped (Ctrl-C) goes on, so the same command may be given again.",
            ""
        },
        footer = {
            "",
            "Tasks: capitals, hemisphere, population, sciq, sentiment, nli, authors, addition,",
            "subtraction, multiplication, modularaddition, squaring.",
            "",
            "Example:",
            "  quirkwatch quirky zoo --output zoo",
            "  quirkwatch quirky zoo --task addition,squaring --seed 1,2 --output zoo"
        })
final class QuirkyZooCommand implements Callable<Integer> {

    private final Terminal terminal;

    @Option(
            names = "--task",
            split = ",",
            paramLabel = "NAME",
            description = "The tasks, separated by commas (default: all twelve).")
    private List<QuirkyTask> tasks = List.of(QuirkyTask.values());

    @Option(
            names = "--seed",
            split = ",",
            paramLabel = "N",
            description =
                    "A model of each task for every seed (default: "
                            + GenerationOptions.BUNDLED_SEED
                            + ").")
    private List<Long> seeds = List.of(GenerationOptions.BUNDLED_SEED);

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
            description = "The folder that holds the models' folders; made where it is absent.")
    private Path output;

    QuirkyZooCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        ModelTraining training = new ModelTraining(terminal, ComputeDevice.parse(device.text()));
        List<QuirkyOrigin> origins = new ArrayList<>();
        seeds.forEach(seed -> tasks.forEach(task -> origins.add(QuirkyOrigin.zoo(task, seed))));
        for (QuirkyOrigin origin : origins) {
            String name = origin.task().text() + "-" + origin.seed();
            Path model = output.toAbsolutePath().normalize().resolve(name);
            if (ModelTraining.isComplete(model)) {
                terminal.note(name + ": complete");
                continue;
            }
            terminal.note(name + ": training");
            Optional<QuirkyQuality> quality =
                    training.train(
                            TrainingOptions.zoo(origin.task(), origin.seed()),
                            origin.data(Optional.empty()),
                            model);
            if (quality.isEmpty()) {
                return 1;
            }
            terminal.note(
                    String.format(
                            Locale.ROOT,
                            "%s: %s, min loss %.3f, lowest accuracy on hard rows %.3f",
                            name,
                            quality.get().isQuirky() ? "quirky" : "NOT quirky",
                            quality.get().minLoss(),
                            quality.get().lowestHardAccuracy()));
        }
        return 0;
    }
}
