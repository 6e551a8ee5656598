package org.quirkwatch.rollout;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.OptionalDouble;
import org.quirkwatch.audit.Act;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Policies;
import org.quirkwatch.scoring.Policy;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.JsonFields;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Policies, and levels that reviews propose for them.
@Tag(name = "Policies", description = "How p-values become dispositions.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/policies", produces = MediaType.APPLICATION_JSON_VALUE)
final class PolicyController {

    private static final int MOST_LEVELS = 50;
    private static final double DEFAULT_TARGET = 0.5;
    // The largest number below one: a share of one cannot be shown by any number of reviews.
    private static final double BELOW_ONE = Math.nextDown(1.0);

    private final Policies policies;
    private final Recalibration recalibration;
    private final Trail trail;
    private final BoundedBodies bodies;

    PolicyController(
            Policies policies, Recalibration recalibration, Trail trail, BoundedBodies bodies) {
        this.policies = policies;
        this.recalibration = recalibration;
        this.trail = trail;
        this.bodies = bodies;
    }

    @Operation(operationId = "listPolicies", summary = "List the policies that hold")
    @Problems(ProblemCode.LOG_UNAVAILABLE)
    @GetMapping
    PolicyDocument.Listing list() {
        return new PolicyDocument.Listing(policies.all().stream().map(this::document).toList());
    }

    @Operation(
            operationId = "applyLevels",
            summary = "Apply a level that the reviews propose",
            description =
                    "As a new version of the policy, from now on and after a restart too, on every"
                            + " replica. Only what `/v1/reviews/recalibration` proposes at the moment"
                            + " for the detector that judges; a configured version that is raised takes"
                            + " its place.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    PolicyDocument.Request.class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.UNKNOWN_POLICY,
        ProblemCode.POLICY_CONFLICT,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PutMapping(path = "/{id}/levels", consumes = MediaType.APPLICATION_JSON_VALUE)
    PolicyDocument apply(
            @Parameter(description = "The policy's id.", example = "default") @PathVariable
                    String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        JsonFields fields = JsonFields.read(request, bodies, "alpha_review", "target_precision");
        OptionalDouble alpha = fields.number("alpha_review", 0, 1);
        double target = fields.number("target_precision", 0, BELOW_ONE).orElse(DEFAULT_TARGET);
        if (alpha.isEmpty()) {
            fields.error("/alpha_review", "the level was expected");
        }
        fields.done();
        String actor = DetectorController.actor(request);
        return told(actor, recalibration.apply(id, alpha.getAsDouble(), target, actor));
    }

    @Operation(
            operationId = "restoreLevels",
            summary = "Have the configured levels hold again",
            description = "As a new version of the policy.")
    @Problems({
        ProblemCode.UNKNOWN_POLICY,
        ProblemCode.POLICY_CONFLICT,
        ProblemCode.LOG_UNAVAILABLE
    })
    @DeleteMapping("/{id}/levels")
    PolicyDocument restore(
            @Parameter(description = "The policy's id.", example = "default") @PathVariable
                    String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        String actor = DetectorController.actor(request);
        return told(actor, recalibration.restore(id, actor));
    }

    private PolicyDocument told(String actor, Policy policy) {
        trail.tell(
                actor,
                Act.LEVELS_RECALIBRATED,
                policy.id(),
                "version %d, alpha_review %s".formatted(policy.version(), policy.alphaReview()));
        return document(policy);
    }

    private PolicyDocument document(Policy policy) {
        return PolicyDocument.of(policy, recalibration.history(policy.id(), MOST_LEVELS));
    }
}
