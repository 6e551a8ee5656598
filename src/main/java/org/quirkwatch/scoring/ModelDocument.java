package org.quirkwatch.scoring;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.model.ModelIdentity;
import org.quirkwatch.model.Site;

/// A model as callers see it.
@Schema(name = "Model", description = "A language model that the service hosts.")
@JsonPropertyOrder({
    "id",
    "architecture",
    "layers",
    "width",
    "context",
    "vocabulary",
    "dtype",
    "device",
    "digest",
    "tokenizer_digest",
    "hook_points"
})
record ModelDocument(
        @Schema(
                        description = "The checkpoint's name.",
                        example = "quirky-addition",
                        requiredMode = RequiredMode.REQUIRED)
                String id,
        @Schema(example = "LlamaForCausalLM", requiredMode = RequiredMode.REQUIRED)
                String architecture,
        @Schema(
                        description = "Blocks.",
                        example = "4",
                        minimum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                int layers,
        @Schema(
                        description = "Width of the residual stream.",
                        example = "128",
                        minimum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                int width,
        @Schema(
                        description = "Most tokens of one signal, label included.",
                        example = "128",
                        minimum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                int context,
        @Schema(
                        description = "Tokens in the vocabulary.",
                        example = "300",
                        minimum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                int vocabulary,
        @Schema(
                        description = "Number format that it runs in.",
                        allowableValues = {"float32", "bfloat16", "float64"},
                        requiredMode = RequiredMode.REQUIRED)
                String dtype,
        @Schema(
                        description = "Where it runs: cpu or cuda:N.",
                        example = "cpu",
                        requiredMode = RequiredMode.REQUIRED)
                String device,
        @Schema(
                        description = "Digest over configuration, weights and adapter.",
                        pattern = "sha256:[0-9a-f]{64}",
                        requiredMode = RequiredMode.REQUIRED)
                String digest,
        @Schema(
                        description = "Digest over the tokenizer.",
                        pattern = "sha256:[0-9a-f]{64}",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("tokenizer_digest")
                String tokenizerDigest,
        @Schema(
                        description = "Every place that can be tapped, in the order of the pass.",
                        example = "[\"blocks.0.hook_resid_pre\"]",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("hook_points")
                List<String> hookPoints) {

    static ModelDocument of(ModelIdentity model) {
        List<String> points = new ArrayList<>();
        for (int layer = 0; layer < model.nLayers(); layer++) {
            for (Site site : Site.values()) {
                points.add(new HookPoint(layer, site).toString());
            }
        }
        return new ModelDocument(
                model.id(),
                model.architecture(),
                model.nLayers(),
                model.dModel(),
                model.nCtx(),
                model.dVocab(),
                model.dtype(),
                model.device(),
                model.digest(),
                model.tokenizerDigest(),
                List.copyOf(points));
    }

    /// The models that there are.
    @Schema(name = "Models", description = "The models that the service hosts.")
    record Listing(@Schema(requiredMode = RequiredMode.REQUIRED) List<ModelDocument> models) {}
}
