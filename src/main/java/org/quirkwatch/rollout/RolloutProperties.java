package org.quirkwatch.rollout;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.nio.file.Path;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/// The settings of detectors over HTTP, `quirkwatch.rollout.*`.
///
/// @param data directory of what the service keeps (default `quirkwatch-data`)
/// @param rollout where detectors are kept, and what a second one may cost
@Validated
@ConfigurationProperties("quirkwatch")
record RolloutProperties(
        @DefaultValue("quirkwatch-data") @NotBlank String data,
        @DefaultValue @NotNull @Valid Rollout rollout) {

    /// Where detectors are kept, and what a second one may cost.
    ///
    /// @param store directory of the detectors that are kept; replicas share it; empty (the
    ///   default) for `detectors` in `quirkwatch.data`
    /// @param maxDetectors that are kept (default 50)
    /// @param maxSize of all that are kept (default 4 GB)
    /// @param poll how often a replica asks which detector judges (default 2 s)
    /// @param maxShadowSignals that wait for the second detector; beyond it they are dropped and
    ///   counted (default 1024)
    /// @param passSignals signals of one pass that is not for a caller: of the second detector and
    ///   of fits (default 4): whoever comes in the course of one waits for its end
    /// @param maxFitSize characters of the prompts of a fit, which are held while it runs (default
    ///   64 MB)
    record Rollout(
            @DefaultValue("") @NotNull String store,
            @DefaultValue("50") @Min(1) @Max(10_000) int maxDetectors,
            @DefaultValue("4GB") @NotNull DataSize maxSize,
            @DefaultValue("2s") @NotNull @DurationMin(millis = 100) @DurationMax(minutes = 10)
                    Duration poll,
            @DefaultValue("1024") @Min(1) @Max(100_000) int maxShadowSignals,
            @DefaultValue("4") @Min(1) @Max(1024) int passSignals,
            @DefaultValue("64MB") @NotNull DataSize maxFitSize) {}

    Path storeDirectory() {
        return rollout.store().isEmpty()
                ? Path.of(data).resolve("detectors")
                : Path.of(rollout.store());
    }
}
