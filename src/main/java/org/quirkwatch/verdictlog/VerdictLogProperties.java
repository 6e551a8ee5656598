package org.quirkwatch.verdictlog;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/// The settings of the verdict log, `quirkwatch.data` and `quirkwatch.verdict-log.*`. Another
/// database than the embedded one is given as Spring has it: `spring.datasource.url`, `.username`,
/// `.password`.
///
/// @param data directory of what the service keeps (default `quirkwatch-data` in the working
///   directory)
/// @param verdictLog what is kept, and how it is written
@Validated
@ConfigurationProperties("quirkwatch")
record VerdictLogProperties(
        @DefaultValue("quirkwatch-data") @NotBlank String data,
        @DefaultValue @NotNull @Valid VerdictLog verdictLog) {

    /// What is kept, and how it is written.
    ///
    /// @param enabled whether verdicts are logged (default true); without, nothing is remembered,
    ///   idempotency keys neither, and there are no reviews
    /// @param prompts of which signals the texts are kept: `none`, `flagged` (the default) or `all`
    /// @param retention age from which verdicts, their keys and their reviews are deleted (default
    ///   90 days)
    /// @param maxPending verdicts that wait to be written; beyond it callers wait (default 4096)
    /// @param maxBatch verdicts of one transaction (default 256)
    /// @param minFreeSize of the embedded database's disk; with less free, callers get
    ///   `log-unavailable` until there is room again (default 64 MB)
    record VerdictLog(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("flagged") @NotNull KeptTexts prompts,
            @DefaultValue("90d") @NotNull @DurationMin(seconds = 1) Duration retention,
            @DefaultValue("4096") @Min(1) @Max(1_000_000) int maxPending,
            @DefaultValue("256") @Min(1) @Max(10_000) int maxBatch,
            @DefaultValue("64MB") @NotNull DataSize minFreeSize) {}

    /// Of which signals the texts (prompt, label, choices, metadata) are kept.
    enum KeptTexts {
        /// Of none: there is nothing to look at and no replay.
        NONE,
        /// Of those that a person may have to look at.
        FLAGGED,
        /// Of all.
        ALL
    }
}
