package org.quirkwatch.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.artifact.Provenance;
import org.quirkwatch.model.Quantity;
import org.quirkwatch.model.Tap;

/// A detector as callers see it: what its manifest says.
@Schema(name = "Detector", description = "A detector: fitted, calibrated, with its provenance.")
@JsonPropertyOrder({
    "id",
    "digest",
    "active",
    "shadow",
    "kept_at",
    "feature",
    "rule",
    "aggregation",
    "taps",
    "layers",
    "fit",
    "calibration",
    "model",
    "quality"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
record DetectorDocument(
        @Schema(example = "quirky-addition-mahalanobis", requiredMode = RequiredMode.REQUIRED)
                String id,
        @Schema(
                        description = "Digest over everything that the artifact is.",
                        pattern = "sha256:[0-9a-f]{64}",
                        requiredMode = RequiredMode.REQUIRED)
                String digest,
        @Schema(
                        description = "Whether it judges the signals that come in.",
                        example = "true",
                        requiredMode = RequiredMode.REQUIRED)
                boolean active,
        @Schema(
                        description = "Whether it judges a share of them beside.",
                        example = "false",
                        requiredMode = RequiredMode.REQUIRED)
                boolean shadow,
        @Schema(description = "When it was kept; absent for one that is only given at the start.")
                @JsonProperty("kept_at")
                @Nullable Instant keptAt,
        @Schema(example = "activation", requiredMode = RequiredMode.REQUIRED) String feature,
        @Schema(example = "mahalanobis", requiredMode = RequiredMode.REQUIRED) String rule,
        @Schema(
                        description = "How the layers' scores become one.",
                        example = "standardised-mean",
                        requiredMode = RequiredMode.REQUIRED)
                String aggregation,
        @Schema(requiredMode = RequiredMode.REQUIRED) List<TapPart> taps,
        @Schema(requiredMode = RequiredMode.REQUIRED) List<LayerPart> layers,
        @Schema(requiredMode = RequiredMode.REQUIRED) Fit fit,
        @Schema(requiredMode = RequiredMode.REQUIRED) CalibrationSize calibration,
        @Schema(
                        description = "The model that it was fitted on.",
                        requiredMode = RequiredMode.REQUIRED)
                FittedOn model,
        @Schema(description = "What people made of its flags; absent where none was reviewed.")
                @Nullable Quality quality) {

    /// What is known of how well it flags.
    @Schema(name = "DetectorQuality", description = "What people made of its flags.")
    @JsonPropertyOrder({"confirmed", "dismissed", "overturn_rate", "low", "high"})
    record Quality(
            @Schema(
                            description = "Flags that were confirmed.",
                            example = "40",
                            requiredMode = RequiredMode.REQUIRED)
                    long confirmed,
            @Schema(
                            description = "Flags that were dismissed.",
                            example = "10",
                            requiredMode = RequiredMode.REQUIRED)
                    long dismissed,
            @Schema(
                            description = "Share that was dismissed.",
                            example = "0.2",
                            minimum = "0",
                            maximum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("overturn_rate")
                    double overturnRate,
            @Schema(
                            description =
                                    "Lower end of its interval, Clopper and Pearson's at 0.95.",
                            example = "0.1",
                            minimum = "0",
                            maximum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    double low,
            @Schema(
                            description = "Upper end.",
                            example = "0.34",
                            minimum = "0",
                            maximum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    double high) {}

    @Schema(name = "Tap", description = "One vector per signal out of the model.")
    @JsonPropertyOrder({"hook_point", "position", "quantity"})
    record TapPart(
            @Schema(example = "blocks.1.hook_resid_pre", requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("hook_point")
                    String hookPoint,
            @Schema(
                            allowableValues = {"last", "mean-prompt", "label", "mean-label"},
                            requiredMode = RequiredMode.REQUIRED)
                    String position,
            @Schema(
                            description =
                                    "activation, gradient-of-log-odds, gradient-of-log-prob,"
                                            + " gradient-of-contrast, or gradient-of-read-out-B of"
                                            + " what enters block B.",
                            example = "activation",
                            requiredMode = RequiredMode.REQUIRED)
                    String quantity) {

        static TapPart of(Tap tap) {
            String quantity =
                    switch (tap.quantity()) {
                        case Quantity.Activation() -> "activation";
                        case Quantity.Gradient(Quantity.Objective objective) ->
                                "gradient-of-"
                                        + objective
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-');
                        case Quantity.ReadoutGradient(int block) -> "gradient-of-read-out-" + block;
                    };
            return new TapPart(tap.point().toString(), tap.position().text(), quantity);
        }
    }

    @Schema(name = "Layer", description = "A layer of the detector.")
    @JsonPropertyOrder({"name", "width", "numbers"})
    record LayerPart(
            @Schema(example = "blocks.1.hook_resid_pre", requiredMode = RequiredMode.REQUIRED)
                    String name,
            @Schema(example = "128", minimum = "1", requiredMode = RequiredMode.REQUIRED) int width,
            @Schema(
                            description = "The report of the fit: rows, rank, cut-off.",
                            example = "{\"rank\": 117}",
                            requiredMode = RequiredMode.REQUIRED)
                    Map<String, Double> numbers) {}

    @Schema(name = "Fit", description = "What the detector was fitted on.")
    @JsonPropertyOrder({"n_fit", "n_scale", "seed", "data_digest", "code_version"})
    record Fit(
            @Schema(
                            description = "Trusted rows that the layers were fitted on.",
                            example = "2000",
                            minimum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("n_fit")
                    int nFit,
            @Schema(
                            description = "Trusted rows that gave the layers' common scale.",
                            example = "400",
                            minimum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("n_scale")
                    int nScale,
            @Schema(
                            description = "Seed of the split.",
                            example = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    long seed,
            @Schema(
                            description = "Digest over the trusted rows.",
                            pattern = "sha256:[0-9a-f]{64}",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("data_digest")
                    String dataDigest,
            @Schema(
                            description = "Version of the program that fitted it.",
                            example = "0.1.0",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("code_version")
                    String codeVersion) {}

    @Schema(name = "CalibrationSize", description = "What its p-values rest on.")
    @JsonPropertyOrder({"n", "smallest_p_value"})
    record CalibrationSize(
            @Schema(
                            description = "Held-out trusted rows.",
                            example = "2000",
                            minimum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    int n,
            @Schema(
                            description =
                                    "1/(n + 1): no significance level at or below it is usable.",
                            example = "0.0004998",
                            minimum = "0",
                            maximum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("smallest_p_value")
                    double smallestPValue) {}

    @Schema(name = "FittedOn", description = "The model that a detector belongs to.")
    @JsonPropertyOrder({"id", "digest", "tokenizer_digest", "dtype"})
    record FittedOn(
            @Schema(example = "quirky-addition", requiredMode = RequiredMode.REQUIRED) String id,
            @Schema(pattern = "sha256:[0-9a-f]{64}", requiredMode = RequiredMode.REQUIRED)
                    String digest,
            @Schema(pattern = "sha256:[0-9a-f]{64}", requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("tokenizer_digest")
                    String tokenizerDigest,
            @Schema(example = "float32", requiredMode = RequiredMode.REQUIRED) String dtype) {}

    static DetectorDocument of(Artifact artifact) {
        Provenance provenance = artifact.provenance();
        int n = artifact.calibration().n();
        List<LayerPart> layers =
                artifact.detector().layers().states().entrySet().stream()
                        .map(layer ->
                                new LayerPart(
                                        layer.getKey(),
                                        artifact.detector().layers().width(layer.getKey()),
                                        layer.getValue().numbers()))
                        .toList();
        return new DetectorDocument(
                artifact.id(),
                artifact.digest(),
                false,
                false,
                null,
                artifact.features().name(),
                artifact.detector().rule(),
                artifact.detector().aggregation().text(),
                artifact.features().taps().stream().map(TapPart::of).toList(),
                layers,
                new Fit(
                        provenance.nFit(),
                        provenance.nScale(),
                        provenance.seed(),
                        provenance.dataDigest(),
                        provenance.codeVersion()),
                new CalibrationSize(n, 1 / (n + 1.0)),
                new FittedOn(
                        provenance.model().id(),
                        provenance.model().digest(),
                        provenance.model().tokenizerDigest(),
                        provenance.model().dtype()),
                null);
    }

    /// The same with what changes.
    DetectorDocument now(
            boolean isActive, boolean isShadow, @Nullable Instant kept, @Nullable Quality known) {
        return new DetectorDocument(
                id,
                digest,
                isActive,
                isShadow,
                kept,
                feature,
                rule,
                aggregation,
                taps,
                layers,
                fit,
                calibration,
                model,
                known);
    }

    /// The detectors that there are.
    @Schema(name = "Detectors", description = "The detectors that the service has.")
    record Listing(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<DetectorDocument> detectors) {}
}
