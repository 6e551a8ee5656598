package org.quirkwatch.fitting;

import java.util.function.Supplier;
import org.quirkwatch.model.BatchBounds;

/// How a fit has its passes of the model run: a model belongs to one thread at a time, which need
/// not be the one that fits.
public interface Passes {

    /// By the thread that fits, in large batches: it has the model to itself.
    Passes ALONE =
            new Passes() {
                @Override
                public <T> T run(Supplier<T> pass) {
                    return pass.get();
                }

                @Override
                public BatchBounds bounds() {
                    return BatchBounds.BULK;
                }
            };

    /// Has a pass run, and waits for it.
    ///
    /// @return what it gave
    <T> T run(Supplier<T> pass);

    /// The bounds of a pass.
    BatchBounds bounds();
}
