package org.quirkwatch.scoring;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.ProblemDocument;

/// A verdict as callers see it: JSON with snake-case names, in the order of the fields. What does
/// not apply is absent.
@Schema(
        name = "Verdict",
        description =
                "What is answered to a signal. An unscored verdict has a reason and no score: a"
                        + " failure is never a score of 0 and never accepted.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "id",
    "verdict_id",
    "line",
    "status",
    "flagged",
    "disposition",
    "shadow_disposition",
    "reason",
    "score",
    "p_value",
    "threshold",
    "label",
    "detector",
    "calibration",
    "window",
    "model",
    "policy",
    "taps",
    "timing_ms",
    "tokens",
    "layers"
})
public record VerdictDocument(
        @Schema(
                        description = "The signal's id.",
                        example = "s-17",
                        requiredMode = RequiredMode.REQUIRED)
                String id,
        @Schema(
                        description =
                                "Under which it can be found again; absent where nothing is logged.",
                        example = "0199b1c2-7d3e-7a51-9f0c-3b2f5d1e8a44",
                        format = "uuid")
                @JsonProperty("verdict_id")
                @Nullable String verdictId,
        @Schema(
                        description =
                                "The line of the stream, from 1, blank ones counted; only in"
                                        + " unscored verdicts of streams.",
                        minimum = "1")
                @Nullable Long line,
        @Schema(
                        description = "Whether there is a score.",
                        allowableValues = {"scored", "unscored"},
                        requiredMode = RequiredMode.REQUIRED)
                String status,
        @Schema(
                        description = "Whether the disposition is anything but accept.",
                        example = "true",
                        requiredMode = RequiredMode.REQUIRED)
                boolean flagged,
        @Schema(
                        description =
                                "What is to happen to the signal; always accept in shadow mode.",
                        allowableValues = {"accept", "review", "discard"},
                        example = "discard",
                        requiredMode = RequiredMode.REQUIRED)
                String disposition,
        @Schema(
                        description = "What the policy says, when its mode is shadow.",
                        allowableValues = {"accept", "review", "discard"})
                @JsonProperty("shadow_disposition")
                @Nullable String shadowDisposition,
        @Schema(description = "Why there is no score; only in unscored verdicts.")
                @Nullable ProblemDocument reason,
        @Schema(
                        description =
                                "How anomalous the model's inside was; higher is more anomalous.",
                        example = "41.7")
                @Nullable Double score,
        @Schema(
                        description =
                                "Conformal p-value of the score: (1 + trusted scores at or above"
                                        + " it) / (n + 1).",
                        example = "0.0005",
                        minimum = "0",
                        maximum = "1")
                @JsonProperty("p_value")
                @Nullable Double pValue,
        @Nullable Threshold threshold,
        @Nullable Label label,
        @Schema(requiredMode = RequiredMode.REQUIRED) Detector detector,
        @Schema(requiredMode = RequiredMode.REQUIRED) CalibrationPart calibration,
        @Schema(
                        description =
                                "The untrusted signals that the rule had learned from when it judged;"
                                        + " only of rules that learn from such.")
                @Nullable WindowPart window,
        @Schema(requiredMode = RequiredMode.REQUIRED) Model model,
        @Schema(requiredMode = RequiredMode.REQUIRED) PolicyPart policy,
        @Nullable Taps taps,
        @JsonProperty("timing_ms") @Nullable TimingPart timing,
        @Schema(description = "Tokens of the prompt and the label.", example = "41", minimum = "1")
                @Nullable Integer tokens,
        @Schema(description = "The score of each layer; only with `explain=true`.")
                @Nullable List<Layer> layers) {

    @Schema(name = "Threshold", description = "Scores above which a signal is not accepted.")
    @JsonPropertyOrder({"review", "discard"})
    record Threshold(
            @Schema(
                            description = "Above it the signal goes to review.",
                            example = "9.1",
                            requiredMode = RequiredMode.REQUIRED)
                    double review,
            @Schema(
                            description = "Above it the signal is discarded.",
                            example = "14.8",
                            requiredMode = RequiredMode.REQUIRED)
                    double discard) {}

    @Schema(name = "LabelEvidence", description = "What the model itself says of the label.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"log_prob", "log_odds"})
    record Label(
            @Schema(
                            description = "log p(label | prompt), nats.",
                            example = "-0.02",
                            maximum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("log_prob")
                    double logProb,
            @Schema(
                            description =
                                    "Log-odds of the label against the other choices, nats;"
                                            + " absent without choices.",
                            example = "3.9")
                    @JsonProperty("log_odds")
                    @Nullable Double logOdds) {}

    @Schema(name = "DetectorReference", description = "The detector that judged.")
    @JsonPropertyOrder({"id", "digest", "feature", "rule"})
    record Detector(
            @Schema(example = "quirky-addition-mahalanobis", requiredMode = RequiredMode.REQUIRED)
                    String id,
            @Schema(
                            description = "Digest of the artifact.",
                            pattern = "sha256:[0-9a-f]{64}",
                            requiredMode = RequiredMode.REQUIRED)
                    String digest,
            @Schema(example = "activation", requiredMode = RequiredMode.REQUIRED) String feature,
            @Schema(example = "mahalanobis", requiredMode = RequiredMode.REQUIRED) String rule) {}

    @Schema(name = "CalibrationReference", description = "What the p-value and thresholds rest on.")
    @JsonPropertyOrder({"n", "alpha_review", "alpha_discard"})
    record CalibrationPart(
            @Schema(
                            description = "Held-out trusted signals.",
                            example = "2000",
                            minimum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    int n,
            @Schema(
                            description = "Significance level below which it is not accepted.",
                            example = "0.01",
                            minimum = "0",
                            maximum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("alpha_review")
                    double alphaReview,
            @Schema(
                            description = "Significance level below which it is discarded.",
                            example = "0.001",
                            minimum = "0",
                            maximum = "1",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("alpha_discard")
                    double alphaDiscard) {}

    @Schema(
            name = "WindowReference",
            description =
                    "Untrusted signals that a rule learned from: those of its fit, or a rolling window"
                            + " of what was measured lately. The same signal under the same window"
                            + " gets the same score.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"number", "n", "from", "to"})
    record WindowPart(
            @Schema(
                            description =
                                    "0 for the untrusted signals of the fit; else counted from the"
                                            + " start of the service.",
                            example = "3",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    long number,
            @Schema(
                            description = "Signals in it.",
                            example = "2000",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    int n,
            @Schema(
                            description =
                                    "When the first of them was measured; absent for the fit.",
                            format = "date-time")
                    @Nullable String from,
            @Schema(
                            description = "When the last of them was measured; absent for the fit.",
                            format = "date-time")
                    @Nullable String to) {}

    @Schema(name = "ModelReference", description = "The model that read the signal.")
    @JsonPropertyOrder({"id", "digest"})
    record Model(
            @Schema(example = "quirky-addition", requiredMode = RequiredMode.REQUIRED) String id,
            @Schema(
                            description = "Digest over configuration, weights and adapter.",
                            pattern = "sha256:[0-9a-f]{64}",
                            requiredMode = RequiredMode.REQUIRED)
                    String digest) {}

    @Schema(name = "PolicyReference", description = "The policy that it was judged by.")
    @JsonPropertyOrder({"id", "version", "mode"})
    record PolicyPart(
            @Schema(example = "default", requiredMode = RequiredMode.REQUIRED) String id,
            @Schema(example = "1", minimum = "1", requiredMode = RequiredMode.REQUIRED) int version,
            @Schema(
                            allowableValues = {"enforce", "shadow"},
                            requiredMode = RequiredMode.REQUIRED)
                    String mode) {}

    @Schema(name = "Taps", description = "Places in the model that were looked at.")
    @JsonPropertyOrder({"requested", "fired"})
    record Taps(
            @Schema(example = "4", minimum = "1", requiredMode = RequiredMode.REQUIRED)
                    int requested,
            @Schema(
                            description = "Those that gave finite values.",
                            example = "4",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    int fired) {}

    @Schema(name = "TimingMs", description = "Milliseconds; the last two are the whole batch's.")
    @JsonPropertyOrder({"queue", "forward", "score"})
    record TimingPart(
            @Schema(
                            description = "Waiting for the model.",
                            example = "0.2",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    double queue,
            @Schema(
                            description = "In the model.",
                            example = "1.1",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    double forward,
            @Schema(
                            description = "In feature, detector and calibration.",
                            example = "0.1",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    double score) {}

    @Schema(name = "LayerScore", description = "The raw score of one layer.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"hook_point", "score", "heads"})
    record Layer(
            @Schema(
                            description =
                                    "The hook point, with @ and the position where that is not"
                                            + " the last prompt token.",
                            example = "blocks.1.hook_resid_pre",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("hook_point")
                    String hookPoint,
            @Schema(example = "3.2", requiredMode = RequiredMode.REQUIRED) double score,
            @Schema(
                            description =
                                    "By how much the score falls when the features of one attention"
                                            + " head are replaced by their trusted means, per head in"
                                            + " order; only of features that have heads.",
                            example = "[0.1, 2.9]")
                    @Nullable List<Double> heads) {}

    /// The same document with the id under which it is logged.
    VerdictDocument logged(UUID verdictId) {
        return new VerdictDocument(
                id,
                verdictId.toString(),
                line,
                status,
                flagged,
                disposition,
                shadowDisposition,
                reason,
                score,
                pValue,
                threshold,
                label,
                detector,
                calibration,
                window,
                model,
                policy,
                taps,
                timing,
                tokens,
                layers);
    }
}
