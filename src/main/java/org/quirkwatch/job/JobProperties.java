package org.quirkwatch.job;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/// The settings of jobs, `quirkwatch.job.*`.
///
/// @param maxRunning jobs that this replica runs at once (default 2)
/// @param maxWaiting jobs that wait for their turn, of all replicas; beyond it callers get 503
///   (default 100)
/// @param maxInputSize of one input, inflated (default 256 MB)
/// @param maxInflation how many times its compressed size a compressed input may have (default 250)
/// @param maxLines lines of one input that are not blank (default 1 000 000)
/// @param maxInputTime in which an input has to arrive (default 10 min)
/// @param maxResultSize of one job's result, without compression (default 4 GB)
/// @param maxStoredSize of the inputs and results of all jobs, compressed; beyond it none is taken
///   in (default 4 GB)
/// @param minFreeSize of the disk of the embedded database that jobs leave free (default 256 MB)
/// @param retention age from which jobs that are over are deleted, with input and result (default 7
///   days)
/// @param lease after which a job whose runner is silent is taken over (default 30 s)
/// @param poll how often a replica looks for jobs, and a listener for news (default 1 s)
/// @param maxAttempts runs without a new checkpoint, after which a job has failed (default 5)
/// @param maxListeners callers of event streams at once (default 64)
/// @param maxListening after which an event stream ends, so that its caller comes again (default 1
///   h)
@Validated
@ConfigurationProperties("quirkwatch.job")
record JobProperties(
        @DefaultValue("2") @Min(1) @Max(64) int maxRunning,
        @DefaultValue("100") @Min(1) @Max(100_000) int maxWaiting,
        @DefaultValue("256MB") @NotNull DataSize maxInputSize,
        @DefaultValue("250") @Min(1) @Max(2_000) int maxInflation,
        @DefaultValue("1000000") @Min(1) @Max(1_000_000_000) long maxLines,
        @DefaultValue("10m") @NotNull @DurationMin(seconds = 1) @DurationMax(hours = 24)
                Duration maxInputTime,
        @DefaultValue("4GB") @NotNull DataSize maxResultSize,
        @DefaultValue("4GB") @NotNull DataSize maxStoredSize,
        @DefaultValue("256MB") @NotNull DataSize minFreeSize,
        @DefaultValue("7d") @NotNull @DurationMin(seconds = 1) Duration retention,
        @DefaultValue("30s") @NotNull @DurationMin(seconds = 1) @DurationMax(hours = 1)
                Duration lease,
        @DefaultValue("1s") @NotNull @DurationMin(millis = 10) @DurationMax(minutes = 1)
                Duration poll,
        @DefaultValue("5") @Min(1) @Max(1_000) int maxAttempts,
        @DefaultValue("64") @Min(1) @Max(10_000) int maxListeners,
        @DefaultValue("1h") @NotNull @DurationMin(seconds = 1) @DurationMax(hours = 24)
                Duration maxListening) {}
