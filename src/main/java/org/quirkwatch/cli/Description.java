package org.quirkwatch.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.Provenance;
import org.quirkwatch.checkpoint.Checkpoint;
import org.quirkwatch.checkpoint.DecoderConfig;
import org.quirkwatch.checkpoint.Rope;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Tap;
import org.quirkwatch.quirky.QuirkyQuality;

/// Checkpoints and artifacts as named values, in the order in which a person wants to read them.
final class Description {

    private Description() {}

    static SequencedMap<String, Object> of(Checkpoint checkpoint) {
        DecoderConfig config = checkpoint.config();
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        values.put("kind", "checkpoint");
        values.put("id", checkpoint.name());
        values.put("architecture", config.architecture());
        values.put("parameters", parameters(config));
        values.put("stored_dtype", config.storedDType().name().toLowerCase(Locale.ROOT));
        values.put("n_layers", config.nLayers());
        values.put("d_model", config.dModel());
        values.put("n_heads", config.nHeads());
        values.put("n_kv_heads", config.nKvHeads());
        values.put("d_head", config.dHead());
        values.put("d_mlp", config.dMlp());
        values.put("d_vocab", config.dVocab());
        values.put("n_ctx", config.nCtx());
        values.put("rope_theta", config.rope().theta());
        values.put("rope_scaling", scaling(config.rope().scaling()));
        config.slidingWindow().ifPresent(window -> values.put("sliding_window", window));
        values.put("tied_embeddings", config.tiedEmbeddings());
        values.put("tokenizer_vocabulary", checkpoint.tokenizer().vocabularySize());
        values.put("digest", checkpoint.digest());
        values.put("tokenizer_digest", checkpoint.tokenizerDigest());
        return values;
    }

    static SequencedMap<String, Object> of(Artifact artifact) {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        values.put("kind", "artifact");
        values.put("id", artifact.id());
        values.put("digest", artifact.digest());
        values.put("feature", artifact.features().name());
        values.put("rule", artifact.detector().rule());
        values.put("aggregation", artifact.detector().aggregation().text());
        values.put("taps", artifact.features().taps().stream().map(Description::tap).toList());
        SequencedMap<String, Object> layers = new LinkedHashMap<>();
        artifact.detector()
                .layers()
                .states()
                .forEach((name, state) -> layers.put(name, state.numbers()));
        values.put("layers", layers);
        SequencedMap<String, Object> calibration = new LinkedHashMap<>();
        calibration.put("n", artifact.calibration().n());
        calibration.put("smallest_p_value", 1 / (artifact.calibration().n() + 1.0));
        values.put("calibration", calibration);
        values.put("examples", artifact.kept().examples().texts().size());
        values.put("provenance", provenance(artifact.provenance()));
        return values;
    }

    static SequencedMap<String, Object> of(QuirkyQuality quality) {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        values.put(
                "cells",
                quality.cells().stream()
                        .map(cell -> {
                            SequencedMap<String, Object> row = new LinkedHashMap<>();
                            row.put("character", cell.persona().character());
                            row.put("agreement", cell.agreement());
                            row.put("hard_only", cell.hardOnly());
                            row.put("rows", cell.rows());
                            row.put("accuracy", cell.accuracy());
                            row.put("loss", cell.loss());
                            return row;
                        })
                        .toList());
        values.put("lowest_hard_accuracy", quality.lowestHardAccuracy());
        values.put("min_loss", quality.minLoss());
        values.put("mean_logit", quality.meanLogit());
        return values;
    }

    private static SequencedMap<String, Object> provenance(Provenance provenance) {
        ModelIdentity model = provenance.model();
        SequencedMap<String, Object> fittedOn = new LinkedHashMap<>();
        fittedOn.put("id", model.id());
        fittedOn.put("architecture", model.architecture());
        fittedOn.put("dtype", model.dtype());
        fittedOn.put("digest", model.digest());
        fittedOn.put("tokenizer_digest", model.tokenizerDigest());
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        values.put("n_fit", provenance.nFit());
        values.put("n_scale", provenance.nScale());
        values.put("n_calibration", provenance.nCalibration());
        values.put("seed", provenance.seed());
        values.put("data_digest", provenance.dataDigest());
        values.put("code_version", provenance.codeVersion());
        values.put("model", fittedOn);
        return values;
    }

    private static String tap(Tap tap) {
        return switch (tap.quantity()) {
            case Quantity.Activation() -> tap.key();
            case Quantity.Gradient(Quantity.Objective objective) ->
                    "%s of %s".formatted(tap.key(), objective.name().toLowerCase(Locale.ROOT));
            case Quantity.ReadoutGradient(int block) ->
                    "%s of the read-out before block %d".formatted(tap.key(), block);
        };
    }

    private static String scaling(Rope.Scaling scaling) {
        return switch (scaling) {
            case Rope.None() -> "none";
            case Rope.Linear(double factor) -> "linear, factor " + factor;
            case Rope.Llama3 llama3 -> "llama3, factor " + llama3.factor();
        };
    }

    /// Elements of all weights; a tied output projection counts once.
    private static long parameters(DecoderConfig config) {
        long width = config.dModel();
        long heads = (long) config.nHeads() * config.dHead();
        long keys = (long) config.nKvHeads() * config.dHead();
        long attention = width * heads * 2 + width * keys * 2;
        long block = attention + 3 * width * config.dMlp() + 2 * width;
        long embedding = width * config.dVocab();
        return config.nLayers() * block + width + embedding * (config.tiedEmbeddings() ? 1 : 2);
    }
}
