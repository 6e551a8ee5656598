package org.quirkwatch.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.artifact.Artifact;

/// The scores of trusted rows as callers see them: what a score is to be compared with.
@Schema(
        name = "Calibration",
        description = "How a detector scores held-out trusted rows: what a score is compared with.")
@JsonPropertyOrder({"detector", "detector_digest", "n", "bins", "layers"})
record CalibrationDocument(
        @Schema(requiredMode = RequiredMode.REQUIRED) String detector,
        @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty("detector_digest")
                String detectorDigest,
        @Schema(
                        description = "Held-out trusted rows.",
                        minimum = "1",
                        requiredMode = RequiredMode.REQUIRED)
                int n,
        @Schema(
                        description = "Of equal width, from the smallest score to the largest.",
                        requiredMode = RequiredMode.REQUIRED)
                List<Bin> bins,
        @Schema(requiredMode = RequiredMode.REQUIRED) List<Layer> layers) {

    /// A bin of the histogram.
    @Schema(name = "CalibrationBin", description = "How many scores lie from low to high.")
    @JsonPropertyOrder({"low", "high", "count"})
    record Bin(
            @Schema(requiredMode = RequiredMode.REQUIRED) double low,
            @Schema(
                            description = "Belongs to the next bin, save in the last one.",
                            requiredMode = RequiredMode.REQUIRED)
                    double high,
            @Schema(minimum = "0", requiredMode = RequiredMode.REQUIRED) int count) {}

    /// The scale of a layer's scores.
    @Schema(
            name = "LayerScale",
            description = "What a layer's raw scores are on trusted rows that fitted nothing.")
    @JsonPropertyOrder({"name", "mean", "deviation"})
    record Layer(
            @Schema(example = "blocks.1.hook_resid_pre", requiredMode = RequiredMode.REQUIRED)
                    String name,
            @Schema(requiredMode = RequiredMode.REQUIRED) double mean,
            @Schema(
                            description = "Standard deviation.",
                            minimum = "0",
                            requiredMode = RequiredMode.REQUIRED)
                    double deviation) {}

    /// @param bins 1 or more
    static CalibrationDocument of(Artifact artifact, int bins) {
        List<String> names = List.copyOf(artifact.detector().layers().widths().keySet());
        double[] means = artifact.detector().scale().means();
        double[] deviations = artifact.detector().scale().deviations();
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            layers.add(new Layer(names.get(i), means[i], deviations[i]));
        }
        return new CalibrationDocument(
                artifact.id(),
                artifact.digest(),
                artifact.calibration().n(),
                histogram(artifact.calibration().scores(), bins),
                layers);
    }

    /// @param ascending `[n]`, n of 1 or more
    static List<Bin> histogram(double[] ascending, int bins) {
        double least = ascending[0];
        double most = ascending[ascending.length - 1];
        if (!(most > least)) {
            return List.of(new Bin(least, most, ascending.length));
        }
        int[] counts = new int[bins];
        for (double score : ascending) {
            counts[(int) Math.min(bins - 1, (score - least) / (most - least) * bins)]++;
        }
        List<Bin> histogram = new ArrayList<>(bins);
        for (int i = 0; i < bins; i++) {
            histogram.add(
                    new Bin(edge(least, most, i, bins), edge(least, most, i + 1, bins), counts[i]));
        }
        return histogram;
    }

    private static double edge(double least, double most, int i, int bins) {
        return i == bins ? most : least + (most - least) * i / bins;
    }
}
