package org.quirkwatch.checkpoint;

import java.util.List;
import org.quirkwatch.torch.Tensor;

/// A decoder's weights in the order in which its program takes them: embedding `[dVocab, dModel]`;
/// for each block attention norm `[dModel]`, q `[nHeads * dHead, dModel]`, k and v `[nKvHeads *
/// dHead, dModel]`, o `[dModel, nHeads * dHead]`, MLP norm `[dModel]`, gate and up `[dMlp,
/// dModel]`, down `[dModel, dMlp]`; then the final norm `[dModel]` and the output projection
/// `[dVocab, dModel]`, which is the embedding itself where they are tied.
///
/// @param tensors 3 + 9 per block, all of one number format on one device; they live as long as the
///   scope that they were loaded into
public record DecoderWeights(List<Tensor> tensors) {

    /// Copies the list.
    public DecoderWeights {
        tensors = List.copyOf(tensors);
    }
}
