package org.quirkwatch.access;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Identity;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The keys of the database over HTTP.
@Tag(name = "Access", description = "Keys, and what was done to the service.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/keys", produces = MediaType.APPLICATION_JSON_VALUE)
final class KeyController {

    private static final String ID = "The key's id, or its name.";

    private final KeyAdministration keys;
    private final AccessBodies bodies;

    KeyController(KeyAdministration keys, AccessBodies bodies) {
        this.keys = keys;
        this.bodies = bodies;
    }

    @Operation(operationId = "listKeys", summary = "List the keys of the database")
    @Problems(ProblemCode.LOG_UNAVAILABLE)
    @GetMapping
    KeyDocument.Listing list() {
        return new KeyDocument.Listing(keys.all().stream().map(KeyDocument::of).toList());
    }

    @Operation(
            operationId = "createKey",
            summary = "Make a key",
            description = "The answer is the only place where the key itself stands.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                                            schema =
                                                    @Schema(
                                                            implementation =
                                                                    KeyDocument.Wanted.class))))
    @Problems({
        ProblemCode.MALFORMED_JSON,
        ProblemCode.INVALID_REQUEST,
        ProblemCode.PAYLOAD_TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.REQUEST_TIMEOUT,
        ProblemCode.INVALID_KEY,
        ProblemCode.KEY_CONFLICT,
        ProblemCode.OVERLOADED,
        ProblemCode.LOG_UNAVAILABLE
    })
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    KeyDocument create(@Parameter(hidden = true) HttpServletRequest request) {
        AccessBodies.Wanted wanted = bodies.wanted(request);
        return KeyDocument.of(
                keys.create(
                        wanted.name(),
                        wanted.scopes(),
                        wanted.expires(),
                        Identity.of(request).name()));
    }

    @Operation(
            operationId = "rotateKey",
            summary = "Give a key another secret",
            description =
                    "The old secret holds beside the new one for a while, so that callers can be"
                            + " told one after another.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.NOT_FOUND, ProblemCode.LOG_UNAVAILABLE})
    @PostMapping("/{id}/rotate")
    KeyDocument rotate(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(
                            description = "For how many hours the old secret holds.",
                            schema = @Schema(minimum = "0", maximum = "720"))
                    @RequestParam(name = "overlap_hours", defaultValue = "24")
                    int overlapHours,
            @Parameter(hidden = true) HttpServletRequest request) {
        return KeyDocument.of(
                keys.rotate(id, Duration.ofHours(overlapHours), Identity.of(request).name()));
    }

    @Operation(
            operationId = "revokeKey",
            summary = "Take a key back",
            description =
                    "It opens nothing any more, on other replicas within"
                            + " `quirkwatch.access.refresh`.")
    @Problems({ProblemCode.NOT_FOUND, ProblemCode.LOG_UNAVAILABLE})
    @DeleteMapping("/{id}")
    KeyDocument revoke(
            @Parameter(description = ID) @PathVariable String id,
            @Parameter(hidden = true) HttpServletRequest request) {
        return KeyDocument.of(keys.revoke(id, Identity.of(request).name()));
    }
}
