package org.quirkwatch.access;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.web.Scope;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.validation.annotation.Validated;

/// The settings of access, `quirkwatch.access.*`.
///
/// @param enabled whether callers have to prove who they are; not given (the default): everywhere
///   but on a loopback address in the profile `local`; false is refused elsewhere
/// @param bootstrapKeyHash of a first key with the scope admin, `sha256:` and 64 hex digits; empty
///   (the default) for none
/// @param keys that need no database
/// @param refresh how old what is known of keys and sessions may be (default 5 s): so long a key
///   that was taken back on another replica still opens
/// @param session how long somebody is signed in to the console (default 1 h)
/// @param maxSessions that are open at once; beyond them the oldest end (default 1000)
/// @param maxKeys in the database (default 1000)
/// @param auditRetention age from which what was done is deleted (default 730 days)
/// @param rateLimit how much a caller may ask
@Validated
@ConfigurationProperties("quirkwatch.access")
record AccessProperties(
        @Nullable Boolean enabled,
        @DefaultValue("") @NotNull @Pattern(regexp = "|sha256:[0-9a-f]{64}")
                String bootstrapKeyHash,
        @DefaultValue @NotNull @Size(max = 100) List<@Valid ConfiguredKey> keys,
        @DefaultValue("5s") @NotNull @DurationMin(millis = 100) @DurationMax(minutes = 5)
                Duration refresh,
        @DefaultValue("1h") @NotNull @DurationMin(seconds = 1) @DurationMax(days = 1)
                Duration session,
        @DefaultValue("1000") @Min(1) @Max(100_000) int maxSessions,
        @DefaultValue("1000") @Min(1) @Max(100_000) int maxKeys,
        @DefaultValue("730d") @NotNull @DurationMin(days = 1) Duration auditRetention,
        @DefaultValue @NotNull @Valid RateLimit rateLimit) {

    /// What holds where nothing is configured.
    static AccessProperties defaults() {
        return new Binder(new MapConfigurationPropertySource())
                .bindOrCreate("quirkwatch.access", AccessProperties.class);
    }

    /// A key that stands in the configuration.
    ///
    /// @param name at most 90 characters, unique
    /// @param hash `sha256:` and 64 hex digits, as `quirkwatch keys generate` prints it
    /// @param scopes one or more
    /// @param expires until when it holds; not given (the default): for ever
    record ConfiguredKey(
            @NotNull @Pattern(regexp = KeyNames.PATTERN) String name,
            @NotNull @Pattern(regexp = "sha256:[0-9a-f]{64}") String hash,
            @NotNull @NotEmpty Set<Scope> scopes,
            @Nullable Instant expires) {}

    /// How much a caller may ask.
    ///
    /// @param enabled whether there is a limit (default true; none where access is off)
    /// @param requests in a window, and at once after a pause (default 60 000)
    /// @param window (default 1 min)
    record RateLimit(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("60000") @Min(1) @Max(1_000_000_000) int requests,
            @DefaultValue("1m") @NotNull @DurationMin(seconds = 1) @DurationMax(days = 1)
                    Duration window) {}
}
