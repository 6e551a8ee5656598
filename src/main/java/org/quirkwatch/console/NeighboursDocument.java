package org.quirkwatch.console;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;

/// Trusted examples beside a flagged signal, as callers see them.
@Schema(
        name = "Neighbours",
        description = "The trusted examples that look most like a signal inside the model.")
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({
    "verdict_id",
    "detector",
    "detector_digest",
    "examples",
    "typical_distance",
    "neighbours"
})
record NeighboursDocument(
        @Schema(format = "uuid", requiredMode = RequiredMode.REQUIRED) @JsonProperty("verdict_id")
                String verdictId,
        @Schema(
                        description = "Whose examples they are: the detector that is active now.",
                        requiredMode = RequiredMode.REQUIRED)
                String detector,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                String detectorDigest,
        @Schema(
                        description = "How many the detector keeps.",
                        minimum = "0",
                        requiredMode = RequiredMode.REQUIRED)
                int examples,
        @Schema(
                        description =
                                "The median distance of an example from its nearest other one; absent"
                                        + " where there are fewer than two.")
                @JsonProperty("typical_distance")
                @Nullable Double typicalDistance,
        @Schema(description = "The nearest first.", requiredMode = RequiredMode.REQUIRED)
                List<One> neighbours) {

    /// One example.
    @Schema(name = "Neighbour", description = "A trusted example.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"prompt", "label", "choices", "distance"})
    record One(
            @Schema(requiredMode = RequiredMode.REQUIRED) String prompt,
            @Nullable String label,
            @Schema(requiredMode = RequiredMode.REQUIRED) List<String> choices,
            @Schema(
                            description =
                                    "Mean over the layers of the root mean square difference in"
                                            + " standard deviations.",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    double distance) {}

    /// Of a detector that keeps none.
    static NeighboursDocument none(UUID verdict, Artifact artifact) {
        return new NeighboursDocument(
                verdict.toString(), artifact.id(), artifact.digest(), 0, null, List.of());
    }

    static NeighboursDocument of(
            UUID verdict,
            Artifact artifact,
            Neighbourhood hood,
            List<Neighbourhood.Neighbour> nearest) {
        return new NeighboursDocument(
                verdict.toString(),
                artifact.id(),
                artifact.digest(),
                hood.size(),
                Double.isNaN(hood.typical()) ? null : hood.typical(),
                nearest.stream()
                        .map(one ->
                                new One(
                                        one.text().prompt(),
                                        one.text().label(),
                                        one.text().choices(),
                                        one.distance()))
                        .toList());
    }
}
