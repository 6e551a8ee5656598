package org.quirkwatch.fitting;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// Runs a model over trusted signals. Batches hold signals of similar length and are bounded in
/// rows and in tokens, filled-up ones included, so that memory is bounded whatever the lengths.
final class ModelRows implements RowSource {

    private static final int MOST_BATCH_ROWS = 64;
    private static final int MOST_BATCH_TOKENS = 8192;

    private final HookedModel model;
    private final FeatureExtractor feature;
    private final CaptureSpec spec;
    private final List<TokenizedSignal> signals;

    ModelRows(HookedModel model, FeatureExtractor feature, List<Signal> signals) {
        this.model = model;
        this.feature = feature;
        this.spec = new CaptureSpec(feature.taps(), CaptureSpec.Outputs.NONE);
        boolean needsLabel = feature.taps().stream().anyMatch(tap -> tap.position().ofLabel());
        this.signals = signals.stream().map(signal -> tokenize(signal, needsLabel)).toList();
    }

    @Override
    public int size() {
        return signals.size();
    }

    @Override
    public void read(List<Integer> rows, BiConsumer<List<Integer>, Map<String, Matrix>> consumer) {
        for (List<Integer> batch : batches(rows)) {
            List<TokenizedSignal> tokens = batch.stream().map(signals::get).toList();
            Map<String, Matrix> features = feature.extract(model.run(tokens, spec)).byLayer();
            features.forEach((layer, matrix) -> requireFinite(layer, matrix, tokens));
            consumer.accept(batch, features);
        }
    }

    private List<List<Integer>> batches(List<Integer> rows) {
        List<Integer> byLength =
                rows.stream()
                        .sorted(Comparator.comparingInt(row -> signals.get(row).tokens()))
                        .toList();
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> batch = new ArrayList<>();
        for (int row : byLength) {
            // Ascending, so this row is the longest of its batch: all are filled up to it.
            long tokens = (batch.size() + 1L) * signals.get(row).tokens();
            if (!batch.isEmpty()
                    && (batch.size() == MOST_BATCH_ROWS || tokens > MOST_BATCH_TOKENS)) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(row);
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }

    private TokenizedSignal tokenize(Signal signal, boolean needsLabel) {
        if (needsLabel && signal.label() == null) {
            throw new Problem(
                    ProblemCode.INVALID_FIT,
                    "trusted signal %s has no label, and the detector looks at the label's tokens"
                            .formatted(signal.id()));
        }
        try {
            return model.tokenize(signal);
        } catch (Problem e) {
            throw new Problem(
                    e.code(), "trusted signal %s: %s".formatted(signal.id(), e.detail()), e);
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
