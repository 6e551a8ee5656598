package org.quirkwatch.rollout;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.audit.Act;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.JsonFields;
import org.quirkwatch.web.Problems;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// A second detector beside the one that judges.
@Tag(name = "Detectors")
@RestController
@RequestMapping(path = "/v1/detectors/shadow", produces = MediaType.APPLICATION_JSON_VALUE)
final class ShadowController {

    private static final double DEFAULT_SHARE = 0.1;

    private final Shadows shadows;
    private final Detectors detectors;
    private final Trail trail;
    private final BoundedBodies bodies;

    ShadowController(Shadows shadows, Detectors detectors, Trail trail, BoundedBodies bodies) {
        this.shadows = shadows;
        this.detectors = detectors;
        this.trail = trail;
        this.bodies = bodies;
    }

    @Operation(
            operationId = "getShadow",
            summary = "Show where the second detector disagrees with the one that judges")
    @Problems(ProblemCode.UNKNOWN_DETECTOR)
    @GetMapping
    ShadowDocument get() {
        return document(shadows.current().orElseThrow(ShadowController::none));
    }

    @Operation(
            operationId = "setShadow",
            summary = "Have a second detector judge a share of the signals",
            description =
                    "Behind the one that judges: its answers wait for nothing of it. What comes faster"
                            + " than it judges is dropped and counted. Other replicas follow.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ShadowDocument.Request.class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.UNKNOWN_DETECTOR,
        ProblemCode.DETECTOR_CONFLICT,
        ProblemCode.ARTIFACT_MISMATCH,
        ProblemCode.INVALID_ARTIFACT,
        ProblemCode.NON_FINITE,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.OVERLOADED,
        ProblemCode.DEADLINE_EXCEEDED,
        ProblemCode.SHUTTING_DOWN,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PutMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ShadowDocument set(@Parameter(hidden = true) HttpServletRequest request) {
        JsonFields fields = JsonFields.read(request, bodies, "id", "digest", "share");
        double share = fields.number("share", 0, 1).orElse(DEFAULT_SHARE);
        String reference = DetectorController.reference(fields);
        String actor = DetectorController.actor(request);
        Shadow shadow = shadows.set(reference, share, actor);
        trail.tell(
                actor,
                Act.DETECTOR_SHADOWED,
                shadow.artifact().digest(),
                "%s, share %s".formatted(shadow.artifact().id(), share));
        return document(shadow);
    }

    @Operation(
            operationId = "endShadow",
            summary = "Have no second detector judge",
            description = "Answers what was known of it last.")
    @Problems({ProblemCode.UNKNOWN_DETECTOR, ProblemCode.LOG_UNAVAILABLE})
    @DeleteMapping
    ShadowDocument end(@Parameter(hidden = true) HttpServletRequest request) {
        boolean samePass = detectors.givesAside();
        Shadow shadow = shadows.end().orElseThrow(ShadowController::none);
        trail.tell(
                DetectorController.actor(request),
                Act.DETECTOR_SHADOWED,
                shadow.artifact().digest(),
                "no longer");
        return document(shadow, samePass);
    }

    private ShadowDocument document(Shadow shadow) {
        return document(shadow, detectors.givesAside());
    }

    private ShadowDocument document(Shadow shadow, boolean samePass) {
        Artifact active = detectors.active();
        return ShadowDocument.of(
                shadow, new Activation.Reference(active.id(), active.digest()), samePass);
    }

    private static Problem none() {
        return new Problem(
                ProblemCode.UNKNOWN_DETECTOR, "no detector judges beside the active one");
    }
}
