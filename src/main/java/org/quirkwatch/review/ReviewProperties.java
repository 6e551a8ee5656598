package org.quirkwatch.review;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/// The settings of the review queue, `quirkwatch.review.*`.
///
/// @param lease how long a claim holds (default 15 min); then the item is open again
@Validated
@ConfigurationProperties("quirkwatch.review")
record ReviewProperties(
        @DefaultValue("15m") @NotNull @DurationMin(millis = 1) @DurationMax(days = 7)
                Duration lease) {}
