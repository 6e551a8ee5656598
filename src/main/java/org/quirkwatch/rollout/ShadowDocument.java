package org.quirkwatch.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The detector that judges beside, as callers see it.
@Schema(
        name = "Shadow",
        description =
                "A detector that judges a share of the signals beside the active one, and what the"
                        + " two made of the same signals: on this replica, since either was put there.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "detector",
    "active",
    "share",
    "since",
    "by",
    "same_pass",
    "signals",
    "table",
    "rank_correlation",
    "rank_correlation_n",
    "disagreements"
})
record ShadowDocument(
        @Schema(requiredMode = RequiredMode.REQUIRED) ActivationDocument.Reference detector,
        @Schema(requiredMode = RequiredMode.REQUIRED) ActivationDocument.Reference active,
        @Schema(
                        description = "Share of the signals, by what they are.",
                        example = "0.1",
                        minimum = "0",
                        exclusiveMinimum = true,
                        maximum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                double share,
        @Schema(requiredMode = RequiredMode.REQUIRED) Instant since,
        @Schema(description = "Who asked for it.", requiredMode = RequiredMode.REQUIRED) String by,
        @Schema(
                        description =
                                "Whether the passes for the active one give what it looks at too;"
                                        + " otherwise it has passes of its own.",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("same_pass")
                boolean samePass,
        @Schema(requiredMode = RequiredMode.REQUIRED) Counts signals,
        @Schema(
                        description = "Signals by what each of the two makes of them; no zeros.",
                        requiredMode = RequiredMode.REQUIRED)
                List<Cell> table,
        @Schema(
                        description =
                                "Spearman's rank correlation of the last p-values; absent where they"
                                        + " do not vary.",
                        minimum = "-1",
                        maximum = "1")
                @JsonProperty("rank_correlation")
                @Nullable Double rankCorrelation,
        @Schema(description = "Of how many signals.", requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("rank_correlation_n")
                int rankCorrelationN,
        @Schema(
                        description =
                                "The last signals that the two disagree on, the latest first, at most"
                                        + " 100. Their texts are under `/v1/verdicts/{verdict_id}`, where"
                                        + " they are kept.",
                        requiredMode = RequiredMode.REQUIRED)
                List<Disagreement> disagreements) {

    /// What became of signals.
    @Schema(name = "ShadowCounts", description = "What became of signals.")
    @JsonPropertyOrder({"sampled", "judged", "waiting", "dropped", "failed"})
    record Counts(
            @Schema(
                            description = "In the share, with a score of the active one.",
                            requiredMode = RequiredMode.REQUIRED)
                    long sampled,
            @Schema(requiredMode = RequiredMode.REQUIRED) long judged,
            @Schema(requiredMode = RequiredMode.REQUIRED) int waiting,
            @Schema(
                            description = "It was behind, and as many waited as may.",
                            requiredMode = RequiredMode.REQUIRED)
                    long dropped,
            @Schema(description = "It could not score them.", requiredMode = RequiredMode.REQUIRED)
                    long failed) {}

    /// One cell of the table.
    @Schema(name = "ShadowCell", description = "Signals that the two made this of.")
    @JsonPropertyOrder({"active", "shadow", "signals"})
    record Cell(
            @Schema(
                            allowableValues = {"accept", "review", "discard"},
                            requiredMode = RequiredMode.REQUIRED)
                    String active,
            @Schema(
                            allowableValues = {"accept", "review", "discard"},
                            requiredMode = RequiredMode.REQUIRED)
                    String shadow,
            @Schema(requiredMode = RequiredMode.REQUIRED) long signals) {}

    /// A signal that the two disagree on.
    @Schema(name = "Disagreement", description = "A signal that the two disagree on.")
    @JsonPropertyOrder({"verdict_id", "at", "id", "policy", "active", "shadow"})
    record Disagreement(
            @Schema(
                            description = "Of the active one's verdict.",
                            format = "uuid",
                            requiredMode = RequiredMode.REQUIRED)
                    @JsonProperty("verdict_id")
                    String verdictId,
            @Schema(requiredMode = RequiredMode.REQUIRED) Instant at,
            @Schema(description = "The signal's id.", requiredMode = RequiredMode.REQUIRED)
                    String id,
            @Schema(requiredMode = RequiredMode.REQUIRED) String policy,
            @Schema(requiredMode = RequiredMode.REQUIRED) Side active,
            @Schema(requiredMode = RequiredMode.REQUIRED) Side shadow) {}

    /// What one of the two made of it.
    @Schema(name = "DisagreementSide", description = "What one of the two made of it.")
    @JsonPropertyOrder({"ruling", "score", "p_value"})
    record Side(
            @Schema(
                            allowableValues = {"accept", "review", "discard"},
                            requiredMode = RequiredMode.REQUIRED)
                    String ruling,
            @Schema(requiredMode = RequiredMode.REQUIRED) double score,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("p_value") double pValue) {

        static Side of(Comparison.Side side) {
            return new Side(side.ruling().text(), side.score(), side.pValue());
        }
    }

    /// A body that names a detector and a share.
    @Schema(
            name = "ShadowRequest",
            description = "A detector by its id or its digest, and a share.")
    @JsonPropertyOrder({"id", "digest", "share"})
    record Request(
            @Schema(description = "Its id, where only one has it.", maxLength = 100)
                    @Nullable String id,
            @Schema(description = "Its digest.", maxLength = 100) @Nullable String digest,
            @Schema(
                            description = "Share of the signals.",
                            defaultValue = "0.1",
                            minimum = "0",
                            exclusiveMinimum = true,
                            maximum = "1")
                    @Nullable Double share) {}

    static ShadowDocument of(Shadow shadow, Activation.Reference active, boolean samePass) {
        Comparison.Summary summary = shadow.summary();
        return new ShadowDocument(
                ActivationDocument.Reference.of(shadow.choice().detector()),
                ActivationDocument.Reference.of(active),
                shadow.choice().share(),
                shadow.choice().at(),
                shadow.choice().actor(),
                samePass,
                new Counts(
                        shadow.sampled(),
                        summary.judged(),
                        shadow.waiting(),
                        shadow.dropped(),
                        shadow.failed()),
                summary.cells().stream()
                        .map(cell ->
                                new Cell(
                                        cell.active().text(), cell.shadow().text(), cell.signals()))
                        .toList(),
                summary.rankCorrelation().isPresent()
                        ? summary.rankCorrelation().getAsDouble()
                        : null,
                summary.pairs(),
                summary.disagreements().stream()
                        .map(pair ->
                                new Disagreement(
                                        pair.verdictId().toString(),
                                        pair.at(),
                                        pair.signalId(),
                                        pair.policy(),
                                        Side.of(pair.active()),
                                        Side.of(pair.shadow())))
                        .toList());
    }
}
