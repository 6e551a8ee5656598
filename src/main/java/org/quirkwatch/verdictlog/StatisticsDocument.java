package org.quirkwatch.verdictlog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.calibration.FlagBand;

/// How much was flagged over time, as callers see it.
@Schema(
        name = "VerdictStatistics",
        description = "How much was flagged over time, beside what trusted signals would give.")
@JsonPropertyOrder({"since", "until", "bucket_ms", "series"})
record StatisticsDocument(
        @Schema(requiredMode = RequiredMode.REQUIRED) Instant since,
        @Schema(requiredMode = RequiredMode.REQUIRED) Instant until,
        @Schema(description = "Width of a bucket.", requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("bucket_ms")
                long bucketMillis,
        @Schema(
                        description = "Those with the most verdicts, at most 8.",
                        requiredMode = RequiredMode.REQUIRED)
                List<Line> series) {

    /// One version of a detector and a policy.
    @Schema(
            name = "FlagRateSeries",
            description = "What one version of a detector flagged by one version of a policy.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "detector",
        "detector_digest",
        "policy",
        "policy_version",
        "alpha_review",
        "calibration_n",
        "expected_rate",
        "buckets"
    })
    record Line(
            @Schema(requiredMode = RequiredMode.REQUIRED) String detector,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                    String detectorDigest,
            @Schema(requiredMode = RequiredMode.REQUIRED) String policy,
            @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("policy_version")
                    int policyVersion,
            @Schema(description = "Absent where nothing was scored.") @JsonProperty("alpha_review")
                    @Nullable Double alphaReview,
            @Schema(description = "Calibration rows; absent where nothing was scored.")
                    @JsonProperty("calibration_n")
                    @Nullable Integer calibrationRows,
            @Schema(description = "Share of trusted signals that is flagged.")
                    @JsonProperty("expected_rate")
                    @Nullable Double expectedRate,
            @Schema(
                            description = "Those with verdicts, in the order of time.",
                            requiredMode = RequiredMode.REQUIRED)
                    List<Bucket> buckets) {}

    /// One bucket of time.
    @Schema(name = "FlagRateBucket", description = "What was judged in a span of time.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"at", "scored", "flagged", "unscored", "rate", "low", "high"})
    record Bucket(
            @Schema(description = "Its beginning.", requiredMode = RequiredMode.REQUIRED)
                    Instant at,
            @Schema(requiredMode = RequiredMode.REQUIRED) long scored,
            @Schema(
                            description =
                                    "Of the scored ones those that the policy did not accept, in"
                                            + " shadow mode too.",
                            requiredMode = RequiredMode.REQUIRED)
                    long flagged,
            @Schema(requiredMode = RequiredMode.REQUIRED) long unscored,
            @Schema(description = "Flagged of scored; absent where nothing was scored.")
                    @Nullable Double rate,
            @Schema(
                            description =
                                    "The least rate that as many trusted signals give, with a"
                                            + " probability of 0.99 for both ends together.")
                    @Nullable Double low,
            @Schema(description = "The largest such rate.") @Nullable Double high) {}

    static StatisticsDocument of(
            Instant since, Instant until, Duration width, List<VerdictStatistics.Series> series) {
        return new StatisticsDocument(
                since,
                until,
                width.toMillis(),
                series.stream().map(StatisticsDocument::line).toList());
    }

    private static Line line(VerdictStatistics.Series series) {
        VerdictStatistics.Levels levels = series.levels().orElse(null);
        return new Line(
                series.judges().detector(),
                series.judges().digest(),
                series.judges().policy(),
                series.judges().version(),
                levels == null ? null : levels.alphaReview(),
                levels == null ? null : levels.nCalibration(),
                series.buckets().stream()
                        .flatMap(bucket -> bucket.band().stream())
                        .map(FlagBand::expected)
                        .findFirst()
                        .orElse(null),
                series.buckets().stream().map(StatisticsDocument::bucket).toList());
    }

    private static Bucket bucket(VerdictStatistics.Bucket bucket) {
        FlagBand band = bucket.band().orElse(null);
        return new Bucket(
                bucket.at(),
                bucket.scored(),
                bucket.flagged(),
                bucket.unscored(),
                bucket.scored() == 0 ? null : bucket.flagged() / (double) bucket.scored(),
                band == null ? null : band.low(),
                band == null ? null : band.high());
    }
}
