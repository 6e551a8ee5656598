package org.quirkwatch.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
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
            names = "--models",
            paramLabel = "DIR",
            description =
                    "A folder of models, each evaluated on the task that it has learnt, as its"
                            + " quirky.json says.")
    private Optional<Path> models = Optional.empty();

    @Option(
            names = "--tasks",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Of --models those that have learnt these tasks; else the tasks whose rows the"
                            + " model is evaluated on (default: all that were learnt).")
    private List<String> names = new ArrayList<>();

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
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Rows of your own; or a task's data set in the published raw format, or a folder"
                            + " of such by the tasks' names (default: generated, or the small data"
                            + " sets that come with the project). Several times for several rows of"
                            + " your own.")
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
            description =
                    "The sparse autoencoder of the feature sae; with --models a folder that holds,"
                            + " by the models' names, a folder each with one, as in"
                            + " DIR/addition-1/layers.2.")
    private Optional<Path> sae = Optional.empty();

    /// Whether there is a sparse autoencoder.
    boolean hasSae() {
        return sae.isPresent();
    }

    /// The models and their rows.
    ///
    /// @param model which one, where there is no folder of them
    /// @throws ParameterException for options that exclude each other
    /// @throws Problem where a model's files or a folder of rows are not as they should be
    List<Grid.Task> of(ModelOptions model, CommandLine command) {
        Path directory = model.directory().orElseGet(Bundled::model);
        boolean own =
                data.stream().anyMatch(FolderSource::isFolder)
                        || (!data.isEmpty()
                                && models.isEmpty()
                                && names.isEmpty()
                                && origins(directory).getFirst().task().isGenerated());
        requireOne(command, "--models", models.isPresent(), "--model or --adapter", model.isOwn());
        requireOne(command, "rows of your own", own, "--models", models.isPresent());
        requireOne(
                command,
                "rows of your own",
                own,
                "--tasks or --task-seed",
                !names.isEmpty() || taskSeed.isPresent());
        if (!own && data.size() > 1) {
            throw new ParameterException(
                    command, "--data may be given once where it is a task's: got " + data.size());
        }
        if (models.isPresent()) {
            return learnt(models.get()).stream()
                    .map(learnt ->
                            new Grid.Task(
                                    model.toEvaluate(
                                            learnt.directory(),
                                            look(
                                                    sae.map(folder ->
                                                            autoencoder(
                                                                    folder, learnt.directory())))),
                                    quirky(learnt.origin())))
                    .toList();
        }
        // Before the model's files are read, which may take a while.
        List<EvaluationSource> sources = new ArrayList<>();
        if (own) {
            data.forEach(folder -> sources.add(FolderSource.checked(folder)));
        } else {
            origins(directory).forEach(origin -> sources.add(quirky(origin)));
        }
        EvaluationModel evaluated = model.toEvaluate(directory, look(sae));
        return sources.stream().map(source -> new Grid.Task(evaluated, source)).toList();
    }

    private EvaluationModel.Look look(Optional<Path> autoencoder) {
        return new EvaluationModel.Look(layers, autoencoder.map(SaeFolder::of));
    }

    /// The one sparse autoencoder of a model, among those of several.
    private static Path autoencoder(Path folder, Path model) {
        Path own = folder.resolve(String.valueOf(model.getFileName()));
        List<Path> found = Files.isDirectory(own) ? directories(own) : List.of();
        if (!(found.size() == 1)) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: must hold one sparse autoencoder of the model %s, such as %s/layers.2; holds %d"
                            .formatted(
                                    folder.getFileName(),
                                    own.getFileName(),
                                    own.getFileName(),
                                    found.size()));
        }
        return found.getFirst();
    }

    private static void requireOne(
            CommandLine command, String one, boolean isThere, String other, boolean isThereToo) {
        if (isThere && isThereToo) {
            throw new ParameterException(
                    command, "%s and %s exclude each other".formatted(one, other));
        }
    }

    private boolean isAllTasks() {
        return names.isEmpty() || names.equals(List.of("all"));
    }

    private List<QuirkyTask> tasks() {
        return names.equals(List.of("all"))
                ? List.of(QuirkyTask.values())
                : names.stream().map(QuirkyTask::parse).distinct().toList();
    }

    /// What the model has learnt, where nothing else was said.
    private List<QuirkyOrigin> origins(Path directory) {
        Optional<QuirkyOrigin> own = QuirkyOrigin.read(directory);
        List<QuirkyTask> which =
                names.isEmpty()
                        ? List.of(own.map(QuirkyOrigin::task).orElse(QuirkyTask.ADDITION))
                        : tasks();
        return which.stream()
                .map(task ->
                        own.filter(origin -> origin.task() == task)
                                .orElseGet(() ->
                                        QuirkyOrigin.zoo(task, GenerationOptions.BUNDLED_SEED)))
                .map(this::seeded)
                .toList();
    }

    private QuirkyOrigin seeded(QuirkyOrigin origin) {
        return new QuirkyOrigin(origin.task(), taskSeed.orElse(origin.seed()), origin.digits());
    }

    private EvaluationSource quirky(QuirkyOrigin origin) {
        return new QuirkySource(
                origin.task().text(),
                () -> {
                    QuirkyData rows = origin.data(rawData(origin.task()));
                    return rows::split;
                });
    }

    /// The folder of a task's rows; those that are generated need none.
    private Optional<Path> rawData(QuirkyTask task) {
        if (data.isEmpty()) {
            return Optional.empty();
        }
        Path folder = data.getFirst();
        Path named = folder.resolve(task.text());
        if (Files.isDirectory(named)) {
            return Optional.of(named);
        }
        boolean byTask =
                Stream.of(QuirkyTask.values())
                        .anyMatch(other -> Files.isDirectory(folder.resolve(other.text())));
        // A task whose rows are generated says so where nothing else can be meant.
        return byTask && task.isGenerated() ? Optional.empty() : Optional.of(folder);
    }

    /// A model and what it has learnt.
    private record Learnt(Path directory, QuirkyOrigin origin) {}

    /// The models in a folder whose tasks are asked for, by name.
    private List<Learnt> learnt(Path folder) {
        List<QuirkyTask> asked = tasks();
        List<Learnt> found = new ArrayList<>();
        for (Path directory : directories(folder)) {
            QuirkyOrigin.read(directory)
                    .ifPresent(origin -> found.add(new Learnt(directory, seeded(origin))));
        }
        if (found.isEmpty()) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: holds no folder with a model and its %s"
                            .formatted(folder.getFileName(), QuirkyOrigin.FILE));
        }
        if (isAllTasks()) {
            return found;
        }
        for (QuirkyTask task : asked) {
            if (found.stream().noneMatch(learnt -> learnt.origin().task() == task)) {
                throw new Problem(
                        ProblemCode.INVALID_REQUEST,
                        "%s: no model in it has learnt %s; there are %s"
                                .formatted(
                                        folder.getFileName(),
                                        task.text(),
                                        found.stream()
                                                .map(learnt -> learnt.origin().task().text())
                                                .distinct()
                                                .collect(Collectors.joining(", "))));
            }
        }
        return found.stream().filter(learnt -> asked.contains(learnt.origin().task())).toList();
    }

    private static List<Path> directories(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new Problem(
                    ProblemCode.INVALID_FILE,
                    "%s: cannot be listed, expected a folder of models"
                            .formatted(folder.getFileName()),
                    e);
        }
    }
}
