package org.quirkwatch.scoring;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.verdictlog.Store;

/// On the embedded database.
class EmbeddedFitTest extends FitContract {

    private @Nullable Store store;

    @Override
    void open() {
        store = Store.embedded();
    }

    @Override
    Store store() {
        return Objects.requireNonNull(store);
    }
}
