package org.quirkwatch.evaluation;

import org.quirkwatch.progress.Progress;

/// What all parts of a run share, and how far it is. For one thread.
final class GridState {

    private final GridOptions options;
    private final FeatureCache cache;
    private final ResultFile results;
    private final Progress progress;
    private final long total;
    private long done;
    private int computed;
    private int failed;

    GridState(
            GridOptions options,
            FeatureCache cache,
            ResultFile results,
            Progress progress,
            long total) {
        this.options = options;
        this.cache = cache;
        this.results = results;
        this.progress = progress;
        this.total = total;
    }

    GridOptions options() {
        return options;
    }

    FeatureCache cache() {
        return cache;
    }

    ResultFile results() {
        return results;
    }

    /// Tells what is being done.
    void status(String detail) {
        progress.update(done, total, detail);
    }

    /// Counts cells whose results were there before.
    void known(int cells) {
        done += cells;
        status("");
    }

    /// Keeps a result that was computed.
    void append(ResultLine.Cell cell) {
        results.append(cell);
        done++;
        computed++;
        failed += cell.problem().isPresent() ? 1 : 0;
    }

    Grid.Outcome outcome() {
        return new Grid.Outcome(total, computed, failed);
    }
}
