package org.quirkwatch.fitting;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.quirkwatch.linalg.Matrix;

/// Where the features of trusted rows come from.
interface RowSource {

    /// The number of rows.
    int size();

    /// Gives the features of some rows batch by batch, each row once, in an order of its choice.
    ///
    /// @param rows numbers from 0
    /// @param consumer takes the numbers of a batch's rows, and per layer its features `[batch,
    ///   width]`, all finite
    /// @throws org.quirkwatch.problem.Problem `invalid-fit` when a feature is not finite
    void read(List<Integer> rows, BiConsumer<List<Integer>, Map<String, Matrix>> consumer);
}
