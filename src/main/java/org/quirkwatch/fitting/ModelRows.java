package org.quirkwatch.fitting;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.quirkwatch.feature.FeatureRun;
import org.quirkwatch.feature.FeatureSet;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// Runs a model over trusted signals. Batches hold signals of similar length and are bounded in
/// rows and in tokens, filled-up ones included, so that memory is bounded whatever the lengths.
public final class ModelRows implements RowSource {

    private final HookedModel model;
    private final Passes passes;
    private final FeatureSet features;
    private final CaptureSpec spec;
    private final List<TokenizedSignal> signals;

    /// @param model used by the thread that reads
    /// @param features fitted
    /// @param signals that have all of them
    public ModelRows(HookedModel model, FeatureSet features, List<TokenizedSignal> signals) {
        this(model, Passes.ALONE, features, signals);
    }

    /// @param passes how the passes of the model are run
    ModelRows(
            HookedModel model, Passes passes, FeatureSet features, List<TokenizedSignal> signals) {
        this.model = model;
        this.passes = passes;
        this.features = features;
        this.spec = features.spec(false);
        this.signals = signals;
    }

    @Override
    public int size() {
        return signals.size();
    }

    @Override
    public void read(List<Integer> rows, BiConsumer<List<Integer>, Map<String, Matrix>> consumer) {
        List<TokenizedSignal> wanted = rows.stream().map(signals::get).toList();
        for (List<Integer> places : BatchPlan.of(wanted, spec, passes.bounds())) {
            List<Integer> batch = places.stream().map(rows::get).toList();
            List<TokenizedSignal> tokens = batch.stream().map(signals::get).toList();
            FeatureRun run = passes.run(() -> FeatureRun.of(model, features, tokens, spec));
            requireAll(run, tokens);
            Map<String, Matrix> byLayer = features.extract(run.capture()).byLayer();
            byLayer.forEach((layer, matrix) -> requireFinite(layer, matrix, tokens));
            consumer.accept(batch, byLayer);
        }
    }

    private static void requireAll(FeatureRun run, List<TokenizedSignal> batch) {
        for (int row = 0; row < batch.size(); row++) {
            if (run.refused().get(row).isPresent()) {
                Problem reason = run.refused().get(row).get();
                throw new Problem(
                        reason.code(),
                        "signal %s: %s".formatted(batch.get(row).signal().id(), reason.detail()),
                        reason);
            }
        }
    }

    private static void requireFinite(String layer, Matrix matrix, List<TokenizedSignal> batch) {
        if (matrix.isFinite()) {
            return;
        }
        for (int row = 0; row < matrix.rows(); row++) {
            if (!matrix.slice(row, row + 1).isFinite()) {
                throw new Problem(
                        ProblemCode.INVALID_FIT,
                        "%s is not finite for trusted signal %s"
                                .formatted(layer, batch.get(row).signal().id()));
            }
        }
    }
}
