package org.quirkwatch.model;

/// What says that two loaded models are the same one. Artifacts carry it and refuse another model.
///
/// @param id the checkpoint's name: its folder's
/// @param architecture as in `config.json`, such as `LlamaForCausalLM`
/// @param digest `sha256:` and 64 hexadecimal digits over configuration, weights and adapter
/// @param tokenizerDigest `sha256:` and 64 hexadecimal digits over the tokenizer
/// @param nLayers blocks
/// @param dModel width of the residual stream
/// @param nCtx most tokens of one signal
/// @param dVocab tokens in the vocabulary
/// @param dtype number format that the model runs in: `float32`, `bfloat16` or `float64`
/// @param device where it runs: `cpu` or `cuda:N`
public record ModelIdentity(
        String id,
        String architecture,
        String digest,
        String tokenizerDigest,
        int nLayers,
        int dModel,
        int nCtx,
        int dVocab,
        String dtype,
        String device) {}
