package org.quirkwatch.ingest;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// The settings of bulk jobs, `quirkwatch.ingest.*`.
///
/// @param maxOnTheWay signals of a job that wait for the model, run, or are written down (default
///   96)
/// @param checkpointLines verdicts after which a job writes its checkpoint (default 512)
/// @param checkpointEvery time after which it does so with fewer (default 2 s)
@Validated
@ConfigurationProperties("quirkwatch.ingest")
record IngestProperties(
        @DefaultValue("96") @Min(1) @Max(10_000) int maxOnTheWay,
        @DefaultValue("512") @Min(1) @Max(100_000) int checkpointLines,
        @DefaultValue("2s") @NotNull @DurationMin(millis = 10) @DurationMax(minutes = 10)
                Duration checkpointEvery) {}
