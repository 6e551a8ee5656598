package org.quirkwatch.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// A job as callers see it.
@Schema(name = "Job", description = "Long work: how far it is, and what came of it.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "id",
    "kind",
    "state",
    "cancelling",
    "owner",
    "submitted_at",
    "started_at",
    "ended_at",
    "done",
    "total",
    "rate",
    "eta_ms",
    "counts",
    "errors",
    "problem",
    "result_bytes",
    "parameters"
})
public record JobDocument(
        @Schema(format = "uuid", requiredMode = RequiredMode.REQUIRED) String id,
        @Schema(
                        description = "What is done.",
                        example = "scoring",
                        requiredMode = RequiredMode.REQUIRED)
                String kind,
        @Schema(
                        allowableValues = {"queued", "running", "completed", "failed", "cancelled"},
                        requiredMode = RequiredMode.REQUIRED)
                String state,
        @Schema(description = "Whether a caller wants it to end; absent where not.")
                @Nullable Boolean cancelling,
        @Schema(description = "Who submitted it; absent where nobody had to say so.")
                @Nullable String owner,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("submitted_at")
                Instant submittedAt,
        @JsonProperty("started_at") @Nullable Instant startedAt,
        @JsonProperty("ended_at") @Nullable Instant endedAt,
        @Schema(
                        description = "Units of work (of scoring: signals) that are done.",
                        minimum = "0",
                        requiredMode = RequiredMode.REQUIRED)
                long done,
        @Schema(description = "Of so many; absent where nobody knows.", minimum = "0")
                @Nullable Long total,
        @Schema(description = "Units a second, lately.", minimum = "0") @Nullable Double rate,
        @Schema(description = "What is left at this rate, in milliseconds.", minimum = "0")
                @JsonProperty("eta_ms")
                @Nullable Long etaMs,
        @Schema(
                        description = "Of scoring: verdicts by disposition, and those unscored.",
                        requiredMode = RequiredMode.REQUIRED)
                Map<String, Long> counts,
        @Schema(
                        description =
                                "The first twenty things that went wrong and did not end the job.",
                        requiredMode = RequiredMode.REQUIRED)
                List<Fault> errors,
        @Schema(description = "Why it failed.") @Nullable Failure problem,
        @Schema(
                        description = "Of the result so far, as it is without compression.",
                        minimum = "0",
                        requiredMode = RequiredMode.REQUIRED)
                @JsonProperty("result_bytes")
                long resultBytes,
        @Schema(
                        description = "As they were submitted, by their names.",
                        types = "object",
                        additionalProperties = Schema.AdditionalPropertiesValue.TRUE,
                        requiredMode = RequiredMode.REQUIRED)
                @JsonRawValue
                String parameters) {

    /// One thing that went wrong.
    @Schema(name = "JobError", description = "A line that could not be worked on.")
    @JsonPropertyOrder({"line", "code", "detail"})
    public record Fault(
            @Schema(description = "From 1.", requiredMode = RequiredMode.REQUIRED) long line,
            @Schema(
                            description = "Of the problem.",
                            example = "invalid-signal",
                            requiredMode = RequiredMode.REQUIRED)
                    String code,
            @Schema(requiredMode = RequiredMode.REQUIRED) String detail) {}

    /// Why a job failed.
    @Schema(name = "JobProblem", description = "Why a job failed.")
    @JsonPropertyOrder({"code", "detail"})
    public record Failure(
            @Schema(example = "storage-full", requiredMode = RequiredMode.REQUIRED) String code,
            @Schema(requiredMode = RequiredMode.REQUIRED) String detail) {}

    /// One event of a job's stream, for the contract.
    @Schema(name = "JobEvent", description = "A server-sent event.")
    record Event(
            @Schema(description = "For `Last-Event-ID`.", requiredMode = RequiredMode.REQUIRED)
                    String id,
            @Schema(
                            allowableValues = {"progress", "end"},
                            requiredMode = RequiredMode.REQUIRED)
                    String event,
            @Schema(
                            description = "The job, as `GET /v1/jobs/{id}` gives it, in one line.",
                            requiredMode = RequiredMode.REQUIRED)
                    String data) {}

    /// One page of jobs.
    @Schema(name = "Jobs", description = "Jobs, the newest first.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"jobs", "next"})
    record Page(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<JobDocument> jobs,
            @Schema(description = "`cursor` of the next page; absent on the last.")
                    @Nullable String next) {}

    /// What callers see of a job.
    public static JobDocument of(Job job) {
        JobProgress progress = job.progress();
        Long total = progress.total().isPresent() ? progress.total().getAsLong() : null;
        return new JobDocument(
                job.id().toString(),
                job.kind(),
                job.state().text(),
                (job.cancelling() && !job.state().isOver()) ? true : null,
                job.owner().orElse(null),
                job.submittedAt(),
                job.startedAt().orElse(null),
                job.endedAt().orElse(null),
                progress.done(),
                total,
                job.rate().isPresent() ? job.rate().getAsDouble() : null,
                total == null ? null : etaMs(total - progress.done(), job.rate()),
                progress.counts(),
                progress.faults().stream()
                        .map(f -> new Fault(f.line(), f.code(), f.detail()))
                        .toList(),
                job.problem().map(p -> new Failure(p.code(), p.detail())).orElse(null),
                job.resultBytes(),
                job.parameters());
    }

    private static @Nullable Long etaMs(long left, OptionalDouble rate) {
        return rate.isPresent() && rate.getAsDouble() > 0
                ? Math.round(1000 * Math.max(0, left) / rate.getAsDouble())
                : null;
    }
}
