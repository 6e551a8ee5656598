package org.quirkwatch.rollout;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.audit.Act;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.web.BoundedBodies;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.JsonFields;
import org.quirkwatch.web.Problems;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/// Which detectors there are, and which of them judges.
@Tag(name = "Detectors", description = "Which detectors there are, and which of them judge.")
@RestController
@RequestMapping(path = "/v1/detectors", produces = MediaType.APPLICATION_JSON_VALUE)
final class DetectorController {

    static final int MAX_REFERENCE = 100;
    private static final int MOST = 200;

    private final Catalogue catalogue;
    private final Rollout rollout;
    private final ActivationHistory history;
    private final Detectors detectors;
    private final Shadows shadows;
    private final DetectorQuality quality;
    private final Trail trail;
    private final BoundedBodies bodies;

    DetectorController(
            Catalogue catalogue,
            Rollout rollout,
            ActivationHistory history,
            Detectors detectors,
            Shadows shadows,
            DetectorQuality quality,
            Trail trail,
            BoundedBodies bodies) {
        this.catalogue = catalogue;
        this.rollout = rollout;
        this.history = history;
        this.detectors = detectors;
        this.shadows = shadows;
        this.quality = quality;
        this.trail = trail;
        this.bodies = bodies;
    }

    @Operation(
            operationId = "listDetectors",
            summary = "List the detectors of the hosted model",
            description =
                    "The one that is given at the start, then those that are kept, the latest first.")
    @Problems(ProblemCode.LOG_UNAVAILABLE)
    @GetMapping
    DetectorDocument.Listing detectors() {
        Map<String, DetectorDocument.Quality> known = quality.byDigest();
        return new DetectorDocument.Listing(
                catalogue.all().stream().map(detector -> document(detector, known)).toList());
    }

    @Operation(
            operationId = "getDetector",
            summary = "Describe a detector",
            description = "Of several with the same id the one that judges, else the latest.")
    @Problems({ProblemCode.UNKNOWN_DETECTOR, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping("/{id}")
    DetectorDocument detector(
            @Parameter(
                            description = "The detector's id or digest.",
                            example = "quirky-addition-mahalanobis")
                    @PathVariable
                    String id) {
        List<Catalogue.Detector> named = catalogue.named(id);
        String active = detectors.active().digest();
        Catalogue.Detector chosen =
                named.stream()
                        .filter(detector -> detector.digest().equals(active))
                        .findFirst()
                        .orElseGet(named::getFirst);
        return document(chosen, quality.byDigest());
    }

    @Operation(
            operationId = "deleteDetector",
            summary = "Delete a detector that is kept",
            description =
                    "Not one that judges, alone or beside, nor one that is given at the start.")
    @Problems({ProblemCode.UNKNOWN_DETECTOR, ProblemCode.DETECTOR_CONFLICT})
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.OK)
    DetectorDocument delete(
            @Parameter(description = "The detector's id, where only one has it, or its digest.")
                    @PathVariable
                    String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        Catalogue.Detector detector = catalogue.find(id);
        if (detector.digest().equals(detectors.active().digest())
                || shadows.isShadow(detector.digest())) {
            throw new Problem(
                    ProblemCode.DETECTOR_CONFLICT,
                    "detector %s judges, it cannot be deleted".formatted(detector.id()));
        }
        DetectorDocument document = document(detector, Map.of());
        catalogue.remove(detector);
        trail.tell(actor(request), Act.DETECTOR_DELETED, detector.digest(), detector.id());
        return document;
    }

    @Operation(operationId = "getActiveDetector", summary = "Describe the detector that judges")
    @Problems({ProblemCode.UNKNOWN_DETECTOR, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping("/active")
    DetectorDocument active() {
        return document(catalogue.find(detectors.active().digest()), quality.byDigest());
    }

    @Operation(
            operationId = "activateDetector",
            summary = "Have another detector judge",
            description =
                    "It is loaded, matched with the model and tried on every device while the old one"
                            + " serves; then it judges, from one moment on and after a restart too."
                            + " Verdicts name the detector that gave them; answers of the past stay."
                            + " Other replicas follow within `quirkwatch.rollout.poll`.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    ActivationDocument.Choice
                                                                            .class))))
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
    @PutMapping(path = "/active", consumes = MediaType.APPLICATION_JSON_VALUE)
    ActivationDocument activate(@Parameter(hidden = true) HttpServletRequest request) {
        JsonFields fields = JsonFields.read(request, bodies, "id", "digest");
        String reference = reference(fields);
        return told(Act.DETECTOR_ACTIVATED, rollout.activate(reference, actor(request)));
    }

    @Operation(
            operationId = "rollBackDetector",
            summary = "Have the detector judge that judged before",
            description =
                    "Takes back the last switch that was not taken back yet, in the same way as a"
                            + " switch is made.")
    @Problems({
        ProblemCode.UNKNOWN_DETECTOR,
        ProblemCode.DETECTOR_CONFLICT,
        ProblemCode.INVALID_ARTIFACT,
        ProblemCode.NON_FINITE,
        ProblemCode.OVERLOADED,
        ProblemCode.DEADLINE_EXCEEDED,
        ProblemCode.SHUTTING_DOWN,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping("/active/rollback")
    ActivationDocument rollBack(@Parameter(hidden = true) HttpServletRequest request) {
        return told(Act.DETECTOR_ROLLED_BACK, rollout.rollBack(actor(request)));
    }

    private ActivationDocument told(Act act, Activation activation) {
        trail.tell(
                activation.actor(),
                act,
                activation.to().digest(),
                "%s, entry %d".formatted(activation.to().id(), activation.entry()));
        return ActivationDocument.of(activation);
    }

    @Operation(
            operationId = "listActivations",
            summary = "List which detectors judged, the last first",
            description = "Without a verdict log it is remembered until the service stops.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping("/active/history")
    ActivationDocument.Page history(
            @Parameter(description = "`next` of the page before.", schema = @Schema(minimum = "1"))
                    @RequestParam(required = false)
                    @Nullable Integer cursor,
            @Parameter(
                            description = "Entries of a page.",
                            schema = @Schema(minimum = "1", maximum = "200"))
                    @RequestParam(defaultValue = "50")
                    int limit) {
        if (!(limit >= 1 && limit <= MOST)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "limit must be 1 to %d, got %d".formatted(MOST, limit));
        }
        // One more tells whether there is another page.
        List<Activation> found =
                history.page(cursor == null ? Integer.MAX_VALUE : cursor, limit + 1);
        List<Activation> page = found.subList(0, Math.min(limit, found.size()));
        return new ActivationDocument.Page(
                page.stream().map(ActivationDocument::of).toList(),
                found.size() > limit ? page.getLast().entry() : null);
    }

    private DetectorDocument document(
            Catalogue.Detector detector, Map<String, DetectorDocument.Quality> known) {
        return detector.description()
                .now(
                        detector.digest().equals(detectors.active().digest()),
                        shadows.isShadow(detector.digest()),
                        catalogue.keptAt(detector.digest()).orElse(null),
                        known.get(detector.digest()));
    }

    /// The one detector that a body names, by its id or its digest.
    static String reference(JsonFields fields) {
        String id = fields.text("id", MAX_REFERENCE).orElse(null);
        String digest = fields.text("digest", MAX_REFERENCE).orElse(null);
        if (id != null && digest != null) {
            fields.error("", "id or digest was expected, not both");
        }
        fields.done();
        return JsonFields.required("id", digest == null ? id : digest);
    }

    /// Who asks, by the name that the audit and the jobs have too.
    ///
    /// @throws Problem `unauthorized` where nobody is known
    static String actor(HttpServletRequest request) {
        return Identity.of(request).name();
    }
}
