package org.quirkwatch.checkpoint;

import java.util.OptionalInt;
import org.quirkwatch.torch.DType;

/// The shape of a decoder: pre-norm blocks of grouped-query attention with rotary positions and a
/// gated SiLU MLP, without biases.
///
/// @param architecture as in `config.json`, such as `LlamaForCausalLM`
/// @param nLayers blocks, 1 or more
/// @param dModel width of the residual stream
/// @param nHeads query heads, a multiple of `nKvHeads`
/// @param nKvHeads heads of keys and values
/// @param dHead channels of a head, even
/// @param dMlp width inside the MLP
/// @param dVocab tokens in the vocabulary
/// @param nCtx most tokens of one sequence
/// @param rmsNormEpsilon added to the mean square, greater than 0
/// @param rope rotary position embedding
/// @param slidingWindow how many tokens back (itself included) a token attends to; empty: all
/// @param tiedEmbeddings whether the output projection is the embedding
/// @param storedDType the number format that most of the weights are stored in
public record DecoderConfig(
        String architecture,
        int nLayers,
        int dModel,
        int nHeads,
        int nKvHeads,
        int dHead,
        int dMlp,
        int dVocab,
        int nCtx,
        double rmsNormEpsilon,
        Rope rope,
        OptionalInt slidingWindow,
        boolean tiedEmbeddings,
        DType storedDType) {

    /// Checks the ranges and that the heads divide.
    public DecoderConfig {
        requirePositive("nLayers", nLayers);
        requirePositive("dModel", dModel);
        requirePositive("nHeads", nHeads);
        requirePositive("nKvHeads", nKvHeads);
        requirePositive("dHead", dHead);
        requirePositive("dMlp", dMlp);
        requirePositive("dVocab", dVocab);
        requirePositive("nCtx", nCtx);
        slidingWindow.ifPresent(window -> requirePositive("slidingWindow", window));
        if (!(nHeads % nKvHeads == 0)) {
            throw new IllegalArgumentException(
                    "nHeads must be a multiple of nKvHeads, got %d and %d"
                            .formatted(nHeads, nKvHeads));
        }
        if (!(dHead % 2 == 0)) {
            throw new IllegalArgumentException("dHead must be even, got " + dHead);
        }
        if (!(rmsNormEpsilon > 0 && rmsNormEpsilon < 1)) {
            throw new IllegalArgumentException(
                    "rmsNormEpsilon must be in (0, 1), got " + rmsNormEpsilon);
        }
    }

    /// This shape with weights in another format.
    DecoderConfig withStoredDType(DType dtype) {
        return new DecoderConfig(
                architecture,
                nLayers,
                dModel,
                nHeads,
                nKvHeads,
                dHead,
                dMlp,
                dVocab,
                nCtx,
                rmsNormEpsilon,
                rope,
                slidingWindow,
                tiedEmbeddings,
                dtype);
    }

    private static void requirePositive(String name, int value) {
        if (!(value >= 1)) {
            throw new IllegalArgumentException(
                    "%s must be 1 or more, got %d".formatted(name, value));
        }
    }
}
