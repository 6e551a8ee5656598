package org.quirkwatch.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A switch of detectors as callers see it.
@Schema(name = "Activation", description = "A detector was put in place of another.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"entry", "at", "by", "cause", "from", "to"})
record ActivationDocument(
        @Schema(
                        description = "Number in the history, from 1.",
                        example = "3",
                        minimum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                int entry,
        @Schema(requiredMode = RequiredMode.REQUIRED) Instant at,
        @Schema(
                        description = "Who asked for it.",
                        example = "local",
                        requiredMode = RequiredMode.REQUIRED)
                String by,
        @Schema(
                        allowableValues = {"start", "request", "rollback"},
                        requiredMode = RequiredMode.REQUIRED)
                String cause,
        @Schema(description = "The one that judged before; absent for the first.")
                @Nullable Reference from,
        @Schema(description = "The one that judges since.", requiredMode = RequiredMode.REQUIRED)
                Reference to) {

    /// A detector by its names.
    @Schema(name = "DetectorName", description = "A detector by its names.")
    @JsonPropertyOrder({"id", "digest"})
    record Reference(
            @Schema(example = "quirky-addition-mahalanobis", requiredMode = RequiredMode.REQUIRED)
                    String id,
            @Schema(pattern = "sha256:[0-9a-f]{64}", requiredMode = RequiredMode.REQUIRED)
                    String digest) {

        static Reference of(Activation.Reference reference) {
            return new Reference(reference.id(), reference.digest());
        }
    }

    /// One page of the history.
    @Schema(name = "Activations", description = "Which detectors judged, the last first.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"activations", "next"})
    record Page(
            @Schema(requiredMode = RequiredMode.REQUIRED) List<ActivationDocument> activations,
            @Schema(description = "`cursor` of the next page; absent on the last.")
                    @Nullable Integer next) {}

    /// A body that names a detector.
    @Schema(name = "DetectorChoice", description = "A detector by its id or its digest.")
    @JsonPropertyOrder({"id", "digest"})
    record Choice(
            @Schema(description = "Its id, where only one has it.", maxLength = 100)
                    @Nullable String id,
            @Schema(description = "Its digest.", maxLength = 100) @Nullable String digest) {}

    static ActivationDocument of(Activation activation) {
        return new ActivationDocument(
                activation.entry(),
                activation.at(),
                activation.actor(),
                activation.cause().text(),
                activation.from().map(Reference::of).orElse(null),
                Reference.of(activation.to()));
    }
}
