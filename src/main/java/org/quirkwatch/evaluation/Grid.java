package org.quirkwatch.evaluation;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.quirkwatch.progress.Progress;

/// Use case: detectors on models, tasks, shifts and seeds. What stands in the results already is
/// not computed again; what cannot be computed is a result with its reason. One feature's matrices
/// are in memory at a time.
public final class Grid {

    /// What of a result's meaning is not in its key otherwise: changed whenever the same key would
    /// give another result.
    static final String VERSION = "quirkwatch-evaluation-v1";

    private Grid() {}

    /// A model and the rows to evaluate on it.
    ///
    /// @param model not loaded yet
    /// @param source of its rows
    public record Task(EvaluationModel model, EvaluationSource source) {}

    /// What a run did.
    ///
    /// @param cells in all
    /// @param computed in this run, failed ones among them
    /// @param failed in this run
    public record Outcome(long cells, int computed, int failed) {}

    /// Runs what is missing.
    ///
    /// @param tasks one after another
    /// @param cache where features are kept
    /// @param results added to
    /// @param progress told of cells, and of what is being done
    /// @throws org.quirkwatch.problem.Problem where rows or results cannot be read or written, or a
    ///   model's files are not as they should be
    public static Outcome run(
            List<Task> tasks,
            GridOptions options,
            FeatureCache cache,
            ResultFile results,
            Progress progress) {
        long total =
                tasks.stream()
                        .mapToLong(task -> task.source().shifts(options.shifts()).size())
                        .map(shifts -> shifts * options.seeds() * options.detectors().size())
                        .sum();
        GridState state = new GridState(options, cache, results, progress, total);
        try (ExecutorService threads = Executors.newFixedThreadPool(options.threads())) {
            try {
                for (Task task : tasks) {
                    run(task, state, threads);
                }
            } catch (RuntimeException | Error e) {
                threads.shutdownNow();
                throw e;
            }
        }
        return state.outcome();
    }

    private static void run(Task task, GridState state, ExecutorService threads) {
        try (LazyModel model = new LazyModel(task.model())) {
            for (Shift shift : task.source().shifts(state.options().shifts())) {
                state.status("%s, %s: rows".formatted(task.source().name(), shift.text()));
                EvaluationData data = task.source().data(shift, state.options().limit());
                new SubjectRun(state, task, data, model, threads).run();
            }
        }
    }
}
