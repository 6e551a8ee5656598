package org.quirkwatch.feature;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.quirkwatch.linalg.Matrix;

/// What a detector looks at: per layer one matrix, rows in the order of the batch.
///
/// @param byLayer by the layer's name, `[batch, width]`
public record Features(SequencedMap<String, Matrix> byLayer) {

    /// Copies the map.
    public Features {
        byLayer = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(byLayer));
    }
}
