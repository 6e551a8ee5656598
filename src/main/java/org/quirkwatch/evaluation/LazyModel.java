package org.quirkwatch.evaluation;

import org.jspecify.annotations.Nullable;
import org.quirkwatch.model.HookedModel;

/// A model that is loaded when it is needed for the first time. For one thread.
final class LazyModel implements AutoCloseable {

    private final EvaluationModel model;
    private @Nullable HookedModel loaded;

    LazyModel(EvaluationModel model) {
        this.model = model;
    }

    HookedModel get() {
        HookedModel hooked = loaded;
        if (hooked == null) {
            hooked = model.load();
            loaded = hooked;
        }
        return hooked;
    }

    EvaluationModel model() {
        return model;
    }

    @Override
    public void close() {
        if (loaded != null) {
            loaded.close();
            loaded = null;
        }
    }
}
