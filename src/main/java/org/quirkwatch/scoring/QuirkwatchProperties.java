package org.quirkwatch.scoring;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.hibernate.validator.constraints.time.DurationMin;
import org.quirkwatch.lane.LaneLimits;
import org.quirkwatch.lane.WindowLimits;
import org.quirkwatch.model.BatchBounds;
import org.quirkwatch.signal.SignalLimits;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/// The settings of the service, `quirkwatch.*`.
///
/// @param model directory of the checkpoint; empty (the default) for the bundled one
/// @param adapter directory of a LoRA adapter that is merged into it; empty (the default) for none
/// @param detector directory of the artifact; empty (the default) for the bundled one
/// @param device `auto` (the default: the first CUDA device, else the processor), `cpu`, `cuda:N`,
///   or several with commas: each gets the model and a lane of its own
/// @param dtype `auto` (the default: the checkpoint's own where the device is fast at it, else
///   float32), `float32`, `bfloat16` or `float64`
/// @param cache directory for what is known of large weight files that were read before, so that
///   the next start need not digest them again; `off` for none; empty (the default) for
///   `quirkwatch` in the user's cache directory
/// @param limits how large a request may be
/// @param lane the bounds of the threads that run the model
/// @param untrustedWindow the traffic that rules which learn from untrusted rows learn from
/// @param drain how the service stops
/// @param policies by id; the policy `default` exists whether or not it is given
@Validated
@ConfigurationProperties("quirkwatch")
record QuirkwatchProperties(
        @DefaultValue("") @NotNull String model,
        @DefaultValue("") @NotNull String adapter,
        @DefaultValue("") @NotNull String detector,
        @DefaultValue("auto") @NotBlank String device,
        @DefaultValue("auto") @NotBlank String dtype,
        @DefaultValue("") @NotNull String cache,
        @DefaultValue @NotNull @Valid Limits limits,
        @DefaultValue @NotNull @Valid Lane lane,
        @DefaultValue @NotNull @Valid UntrustedWindow untrustedWindow,
        @DefaultValue @NotNull @Valid Drain drain,
        @DefaultValue @NotNull Map<String, @Valid PolicySettings> policies) {

    /// How large a request may be.
    ///
    /// @param maxBodySize of a batch; one signal is bounded by `maxSignalSize` (default 16 MB)
    /// @param maxBatchSignals signals of one batch (default 1024)
    /// @param maxSignalSize JSON of one signal (default 1 MB)
    /// @param maxIdChars characters of an `id` (default 200)
    /// @param maxPromptChars characters of a `prompt` (default 200 000)
    /// @param maxLabelChars characters of a `label` and of each choice (default 8192)
    /// @param maxChoices entries of `choices` (default 64)
    /// @param maxMetadataSize `metadata` as compact JSON (default 16 KB)
    /// @param maxBodiesSize of all bodies that are held at once; beyond it callers get 503 (default
    ///   256 MB)
    /// @param maxBodyTime in which a body has to arrive, streams excepted (default 30 s)
    /// @param maxStreamLines lines of a stream that are read and not yet answered (default 256)
    record Limits(
            @DefaultValue("16MB") @NotNull DataSize maxBodySize,
            @DefaultValue("1024") @Min(1) @Max(100_000) int maxBatchSignals,
            @DefaultValue("1MB") @NotNull DataSize maxSignalSize,
            @DefaultValue("200") @Min(1) @Max(1_000) int maxIdChars,
            @DefaultValue("200000") @Min(1) int maxPromptChars,
            @DefaultValue("8192") @Min(1) int maxLabelChars,
            @DefaultValue("64") @Min(2) @Max(10_000) int maxChoices,
            @DefaultValue("16KB") @NotNull DataSize maxMetadataSize,
            @DefaultValue("256MB") @NotNull DataSize maxBodiesSize,
            @DefaultValue("30s") @NotNull @DurationMin(millis = 1) Duration maxBodyTime,
            @DefaultValue("256") @Min(1) @Max(1_000_000) int maxStreamLines) {

        SignalLimits signal() {
            return new SignalLimits(
                    bytes(maxSignalSize),
                    maxIdChars,
                    maxPromptChars,
                    maxLabelChars,
                    maxChoices,
                    bytes(maxMetadataSize));
        }

        int maxBodyBytes() {
            return bytes(maxBodySize);
        }

        // A body is one array in memory, and one byte more is read to see that it is too long.
        private static int bytes(DataSize size) {
            return (int) Math.clamp(size.toBytes(), 0, Integer.MAX_VALUE - 16L);
        }
    }

    /// The bounds of the threads that run the model.
    ///
    /// @param maxPendingSignals signals that wait and run, at least a batch's; beyond it callers
    ///   get 503 (default 4096)
    /// @param maxBatchSignals signals of one pass (default 32)
    /// @param maxBatchTokens tokens of one pass, filled up to the longest (default 16 384)
    /// @param maxDelay the longest that a new caller should wait for its first signal's pass, as
    ///   far as can be foreseen; beyond it callers get 503 (default 75 ms; one pass's worth of
    ///   callers may wait in any case)
    /// @param maxWait the longest that a caller waits: what has not begun to run by then is not
    ///   computed (default 60 s)
    /// @param maxBackgroundSignals signals of jobs in a pass while callers come who wait for theirs
    ///   (default 4); more serve jobs faster and let callers wait longer
    /// @param sharedSize of the texts of signals whose results are kept for equal ones (default 32
    ///   MB; 0 for none)
    record Lane(
            @DefaultValue("4096") @Min(1) @Max(10_000_000) int maxPendingSignals,
            @DefaultValue("32") @Min(1) @Max(65_536) int maxBatchSignals,
            @DefaultValue("16384") @Min(1) int maxBatchTokens,
            @DefaultValue("4") @Min(1) @Max(65_536) int maxBackgroundSignals,
            @DefaultValue("75ms") @NotNull @DurationMin(millis = 0) Duration maxDelay,
            @DefaultValue("60s") @NotNull @DurationMin(millis = 1) Duration maxWait,
            @DefaultValue("32MB") @NotNull DataSize sharedSize) {

        LaneLimits limits() {
            return new LaneLimits(
                    new BatchBounds(maxBatchSignals, maxBatchTokens),
                    maxPendingSignals,
                    maxDelay,
                    maxBackgroundSignals);
        }
    }

    /// The traffic that a rule which learns from untrusted rows learns from. Other rules ignore it.
    ///
    /// @param enabled whether it learns from traffic (default true); else from the untrusted rows
    ///   of the fit for ever
    /// @param size signals that the window holds, the last ones (default 2000)
    /// @param least signals from which it takes the place of the fit's untrusted rows (default 200)
    /// @param every signals that come between two fits (default 500)
    /// @param after the longest time between two fits while signals come (default 60 s)
    record UntrustedWindow(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("2000") @Min(2) @Max(100_000) int size,
            @DefaultValue("200") @Min(2) @Max(100_000) int least,
            @DefaultValue("500") @Min(1) @Max(1_000_000) int every,
            @DefaultValue("60s") @NotNull @DurationMin(millis = 1) Duration after) {

        WindowLimits limits() {
            return new WindowLimits(size, least, every, after);
        }
    }

    /// How the service stops.
    ///
    /// @param atLeast how long callers are told so before the server closes (default 500 ms)
    /// @param atMost how long what was taken in may take; what is left then is answered unscored
    ///   (default 25 s)
    record Drain(
            @DefaultValue("500ms") @NotNull @DurationMin(millis = 0) Duration atLeast,
            @DefaultValue("25s") @NotNull @DurationMin(millis = 0) Duration atMost) {}

    /// How a p-value becomes a disposition; the policy's id is its key.
    ///
    /// @param version raised with each change (default 1)
    /// @param alphaReview significance level below which a signal is not accepted (default 0.01)
    /// @param alphaDiscard significance level below which it is discarded (default 0.001)
    /// @param onUnscored `review` (the default) or `discard`
    /// @param mode `enforce` (the default) or `shadow`: answers accept, with the disposition beside
    record PolicySettings(
            @DefaultValue("1") int version,
            @DefaultValue("0.01") double alphaReview,
            @DefaultValue("0.001") double alphaDiscard,
            @DefaultValue("review") Policy.OnUnscored onUnscored,
            @DefaultValue("enforce") Policy.Mode mode) {

        Policy policy(String id) {
            return new Policy(id, version, alphaReview, alphaDiscard, onUnscored, mode);
        }
    }

    /// Checks what concerns several settings, and sorts the policies.
    QuirkwatchProperties {
        policies = new TreeMap<>(policies);
        if (!(untrustedWindow.least() <= untrustedWindow.size())) {
            throw new IllegalArgumentException(
                    "quirkwatch.untrusted-window.least is %d, more than its size %d"
                            .formatted(untrustedWindow.least(), untrustedWindow.size()));
        }
        if (!(limits.maxBatchSignals() <= lane.maxPendingSignals())) {
            throw new IllegalArgumentException(
                    ("quirkwatch.limits.max-batch-signals is %d, more than"
                                    + " quirkwatch.lane.max-pending-signals %d: no such batch could"
                                    + " ever be taken in")
                            .formatted(limits.maxBatchSignals(), lane.maxPendingSignals()));
        }
    }

    /// The devices, one or more.
    List<String> devices() {
        return List.of(device.trim().split("\\s*,\\s*"));
    }

    /// The policies, `default` among them.
    ///
    /// @throws org.quirkwatch.problem.Problem `invalid-request` for a value outside its range
    List<Policy> allPolicies() {
        List<Policy> all = new ArrayList<>();
        if (!policies.containsKey(Policy.DEFAULT_ID)) {
            all.add(Policy.standard());
        }
        policies.forEach((id, settings) -> all.add(settings.policy(id)));
        return List.copyOf(all);
    }
}
