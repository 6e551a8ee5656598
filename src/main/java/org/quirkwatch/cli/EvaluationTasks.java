package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.quirkwatch.bundled.Bundled;
import org.quirkwatch.evaluation.EvaluationModel;
import org.quirkwatch.evaluation.EvaluationSource;
import org.quirkwatch.evaluation.FolderSource;
import org.quirkwatch.evaluation.Grid;
import org.quirkwatch.evaluation.QuirkySource;
import org.quirkwatch.evaluation.SaeFolder;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.quirky.GenerationOptions;
import org.quirkwatch.quirky.QuirkyData;
import org.quirkwatch.quirky.QuirkyOrigin;
import org.quirkwatch.quirky.QuirkyTask;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// Which models, on which rows, looked at how.
final class EvaluationTasks {

    @Option(
            names = "--zoo",
            paramLabel = "DIR",
            description = "A folder of models, each evaluated on the task that it has learnt.")
    private Optional<Path> zoo = Optional.empty();

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description =
                    "The quirky task whose rows are used (default: what the model has learnt, as its"
                            + " quirky.json says).")
    private Optional<QuirkyTask> task = Optional.empty();

    @Option(
            names = "--task-seed",
            paramLabel = "N",
            description =
                    "The seed of the task's rows (default: that of the model's quirky.json, else "
                            + GenerationOptions.BUNDLED_SEED
                            + "). Held-out rows of another seed may be among a model's training"
                            + " rows.")
    private OptionalLong taskSeed = OptionalLong.empty();

    @Option(
            names = "--task-data",
            paramLabel = "DIR",
            description =
                    "The task's data set in the published raw format (default: generated, or the"
                            + " small one that comes with the project).")
    private Optional<Path> taskData = Optional.empty();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Rows of your own instead of a task's; several times for several.")
    private List<Path> data = new ArrayList<>();

    @Option(
            names = "--layers",
            split = ",",
            paramLabel = "N",
            description = "Look at these blocks only, from 0 (default: all).")
    private List<Integer> layers = new ArrayList<>();

    @Option(
            names = "--sae",
            paramLabel = "DIR",
            description = "The sparse autoencoder of the feature sae.")
    private Optional<Path> sae = Optional.empty();

    /// The models and their rows.
    ///
    /// @param model which one, where there is no zoo
    /// @throws ParameterException for options that exclude each other
    /// @throws Problem where a model's files or a folder of rows are not as they should be
    List<Grid.Task> of(ModelOptions model, CommandLine command) {
        requireOne(command, "--zoo", zoo.isPresent(), "--data", !data.isEmpty());
        requireOne(command, "--zoo", zoo.isPresent(), "--model or --adapter", model.isOwn());
        boolean ofTask = task.isPresent() || taskSeed.isPresent() || taskData.isPresent();
        requireOne(command, "--zoo", zoo.isPresent(), "--task, --task-seed or --task-data", ofTask);
        requireOne(
                command, "--data", !data.isEmpty(), "--task, --task-seed or --task-data", ofTask);
        EvaluationModel.Look look = new EvaluationModel.Look(layers, sae.map(SaeFolder::of));
        if (zoo.isPresent()) {
            return models(zoo.get()).stream()
                    .map(directory ->
                            new Grid.Task(
                                    model.toEvaluate(directory, look),
                                    quirky(QuirkyOrigin.read(directory).orElseThrow())))
                    .toList();
        }
        Path directory = model.directory().orElseGet(Bundled::model);
        // Before the model's files are read, which may take a while.
        List<EvaluationSource> sources = new ArrayList<>();
        data.forEach(folder -> sources.add(new FolderSource(folder)));
        if (sources.isEmpty()) {
            sources.add(quirky(origin(directory)));
        }
        EvaluationModel evaluated = model.toEvaluate(directory, look);
        return sources.stream().map(source -> new Grid.Task(evaluated, source)).toList();
    }

    private static void requireOne(
            CommandLine command, String one, boolean isThere, String other, boolean isThereToo) {
        if (isThere && isThereToo) {
            throw new ParameterException(
                    command, "%s and %s exclude each other".formatted(one, other));
        }
    }

    /// What the model has learnt, where nothing else was said.
    private QuirkyOrigin origin(Path directory) {
        Optional<QuirkyOrigin> own = QuirkyOrigin.read(directory);
        QuirkyTask which = task.or(() -> own.map(QuirkyOrigin::task)).orElse(QuirkyTask.ADDITION);
        Optional<QuirkyOrigin> same = own.filter(origin -> origin.task() == which);
        long seed =
                taskSeed.orElse(
                        same.map(QuirkyOrigin::seed).orElse(GenerationOptions.BUNDLED_SEED));
        return same.map(origin -> new QuirkyOrigin(which, seed, origin.digits()))
                .orElseGet(() -> QuirkyOrigin.zoo(which, seed));
    }

    private EvaluationSource quirky(QuirkyOrigin origin) {
        return new QuirkySource(
                origin.task().text(),
                () -> {
                    QuirkyData rows = origin.data(taskData);
                    return rows::split;
                });
    }

    /// The model directories in a folder, by name.
    private static List<Path> models(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> models =
                    entries.filter(path -> Files.isRegularFile(path.resolve(QuirkyOrigin.FILE)))
                            .sorted()
                            .toList();
            if (models.isEmpty()) {
                throw new Problem(
                        ProblemCode.INVALID_FILE,
                        "%s: holds no folder with a model and its %s"
                                .formatted(folder.getFileName(), QuirkyOrigin.FILE));
            }
            return models;
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: cannot be listed, expected a folder of models"
                            .formatted(folder.getFileName()),
                    e);
        }
    }
}
