package org.quirkwatch.console;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.DetectorLookup;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.web.Problems;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// What a detector's scores are compared with, over HTTP.
@Tag(name = "Catalogue", description = "The models and detectors that the service has.")
@RestController
final class CalibrationController {

    private static final int MOST_BINS = 200;

    private final Detectors detectors;
    private final DetectorLookup others;

    CalibrationController(Detectors detectors, DetectorLookup others) {
        this.detectors = detectors;
        this.others = others;
    }

    @Operation(
            operationId = "getCalibration",
            summary = "Show how a detector scores trusted rows",
            description =
                    "As it was fitted; one that learns from traffic is calibrated anew with what it"
                            + " has learned.")
    @Problems({
        ProblemCode.INVALID_REQUEST,
        ProblemCode.UNKNOWN_DETECTOR,
        ProblemCode.DETECTOR_CONFLICT,
        ProblemCode.ARTIFACT_MISMATCH,
        ProblemCode.INVALID_ARTIFACT
    })
    @GetMapping(
            path = "/v1/detectors/{id}/calibration",
            produces = MediaType.APPLICATION_JSON_VALUE)
    CalibrationDocument calibration(
            @Parameter(description = "The detector's digest, or its id where only one has it.")
                    @PathVariable
                    String id,
            @Parameter(
                            description = "Bins of the histogram.",
                            schema = @Schema(minimum = "1", maximum = "200"))
                    @RequestParam(defaultValue = "40")
                    int bins) {
        if (!(bins >= 1 && bins <= MOST_BINS)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "bins must be 1 to %d, got %d".formatted(MOST_BINS, bins));
        }
        Artifact active = detectors.active();
        boolean asked = id.equals(active.digest()) || id.equals(active.id());
        return CalibrationDocument.of(asked ? active : others.load(id), bins);
    }
}
