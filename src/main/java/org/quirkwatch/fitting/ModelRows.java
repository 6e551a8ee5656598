package org.quirkwatch.fitting;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.quirkwatch.feature.FeatureExtractor;
import org.quirkwatch.linalg.Matrix;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.model.BatchPlan;
import org.quirkwatch.model.CaptureSpec;
import org.quirkwatch.model.HookedModel;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.signal.Signal;

/// Runs a model over trusted signals. Batches hold signals of similar length and are bounded in
/// rows and in tokens, filled-up ones included, so that memory is bounded whatever the lengths.
final class ModelRows implements RowSource {

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
        List<TokenizedSignal> wanted = rows.stream().map(signals::get).toList();
        for (List<Integer> places : BatchPlan.of(wanted, spec, BatchBounds.BULK)) {
            List<Integer> batch = places.stream().map(rows::get).toList();
            List<TokenizedSignal> tokens = batch.stream().map(signals::get).toList();
            Map<String, Matrix> features = feature.extract(model.run(tokens, spec)).byLayer();
            features.forEach((layer, matrix) -> requireFinite(layer, matrix, tokens));
            consumer.accept(batch, features);
        }
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
