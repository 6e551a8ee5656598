package org.quirkwatch.access;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.audit.Act;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// The audit over HTTP.
@Tag(name = "Access", description = "Keys, and what was done to the service.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
@RequestMapping(path = "/v1/audit", produces = MediaType.APPLICATION_JSON_VALUE)
final class AuditController {

    private static final int MOST = 500;

    private final AuditTable audit;

    AuditController(AuditTable audit) {
        this.audit = audit;
    }

    @Operation(
            operationId = "listAudit",
            summary = "List what was done to the service, the newest first",
            description = "Keys, removals of texts, detectors, and sign-ins that failed.")
    @Problems({ProblemCode.INVALID_REQUEST, ProblemCode.LOG_UNAVAILABLE})
    @GetMapping
    AuditDocument.Page list(
            @Parameter(description = "Only such acts.", example = "key-created")
                    @RequestParam(required = false)
                    @Nullable String act,
            @Parameter(description = "`next` of the page before.") @RequestParam(required = false)
                    @Nullable String cursor,
            @Parameter(
                            description = "Acts of a page.",
                            schema = @Schema(minimum = "1", maximum = "500"))
                    @RequestParam(defaultValue = "50")
                    int limit) {
        if (!(limit >= 1 && limit <= MOST)) {
            throw invalid("limit must be 1 to %d, got %d".formatted(MOST, limit));
        }
        // One more tells whether there is another page.
        List<AuditTable.Event> found =
                audit.newest(
                        Optional.ofNullable(act).map(AuditController::act),
                        Optional.ofNullable(cursor).map(AuditController::cursor),
                        limit + 1);
        List<AuditTable.Event> page = found.subList(0, Math.min(limit, found.size()));
        return new AuditDocument.Page(
                page.stream().map(AuditDocument::of).toList(),
                found.size() > limit ? page.getLast().id().toString() : null);
    }

    private static Act act(String text) {
        for (Act act : Act.values()) {
            if (act.text().equals(text)) {
                return act;
            }
        }
        throw invalid("act must be one that the answers have, such as key-created");
    }

    private static UUID cursor(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw invalid("cursor must be the `next` of another page");
        }
    }

    private static Problem invalid(String detail) {
        return new Problem(ProblemCode.INVALID_REQUEST, detail);
    }
}
