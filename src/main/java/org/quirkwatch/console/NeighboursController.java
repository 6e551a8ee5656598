package org.quirkwatch.console;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.quirkwatch.artifact.Artifact;
import org.quirkwatch.model.TokenizedSignal;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.scoring.Detectors;
import org.quirkwatch.signal.Signal;
import org.quirkwatch.verdictlog.LoggedVerdict;
import org.quirkwatch.verdictlog.VerdictQueries;
import org.quirkwatch.web.Problems;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// Trusted examples beside what was flagged, over HTTP.
@Tag(name = "Verdicts", description = "What was answered.")
@RestController
@ConditionalOnBooleanProperty(name = "quirkwatch.verdict-log.enabled", matchIfMissing = true)
final class NeighboursController {

    private static final int MOST = 50;
    private static final Duration WAIT = Duration.ofSeconds(20);

    private final VerdictQueries queries;
    private final Detectors detectors;
    // Of the detector that was asked last: its distances are reckoned once.
    private final AtomicReference<@Nullable Known> known = new AtomicReference<>();

    private record Known(String digest, Neighbourhood hood) {}

    NeighboursController(VerdictQueries queries, Detectors detectors) {
        this.queries = queries;
        this.detectors = detectors;
    }

    @Operation(
            operationId = "getNeighbours",
            summary = "Show the trusted examples that a logged signal looks most like",
            description =
                    "The signal goes through the model once more, with the detector that is active"
                            + " now. Empty where that keeps no examples (`fit --keep-examples`).")
    @Problems({
        ProblemCode.INVALID_REQUEST,
        ProblemCode.NOT_FOUND,
        ProblemCode.SIGNAL_NOT_KEPT,
        ProblemCode.INVALID_SIGNAL,
        ProblemCode.PROMPT_TOO_LONG,
        ProblemCode.OVERLOADED,
        ProblemCode.DEADLINE_EXCEEDED,
        ProblemCode.SHUTTING_DOWN,
        ProblemCode.LOG_UNAVAILABLE,
        ProblemCode.NON_FINITE
    })
    @GetMapping(path = "/v1/verdicts/{id}/neighbours", produces = MediaType.APPLICATION_JSON_VALUE)
    NeighboursDocument neighbours(
            @Parameter(description = "The verdict's `verdict_id`.") @PathVariable String id,
            @Parameter(
                            description = "Examples at most.",
                            schema = @Schema(minimum = "1", maximum = "50"))
                    @RequestParam(defaultValue = "5")
                    int limit) {
        if (!(limit >= 1 && limit <= MOST)) {
            throw new Problem(
                    ProblemCode.INVALID_REQUEST,
                    "limit must be 1 to %d, got %d".formatted(MOST, limit));
        }
        LoggedVerdict verdict = verdict(id);
        Signal signal =
                queries.signal(verdict)
                        .orElseThrow(() ->
                                new Problem(
                                        ProblemCode.SIGNAL_NOT_KEPT,
                                        "its texts are not in the log, so it cannot be looked at"
                                                + " again"));
        // The same for the whole answer, whichever becomes active meanwhile.
        Artifact artifact = detectors.active();
        if (artifact.kept().examples().isEmpty()) {
            return NeighboursDocument.none(verdict.id(), artifact);
        }
        TokenizedSignal tokens = detectors.tokenizing().tokenize(signal);
        LookedAt seen =
                detectors.pass(
                        model -> LookedAt.of(model, artifact.features(), tokens),
                        System.nanoTime() + WAIT.toNanos());
        Neighbourhood hood = hood(artifact);
        return NeighboursDocument.of(
                verdict.id(), artifact, hood, hood.nearest(seen.features(), limit));
    }

    private Neighbourhood hood(Artifact artifact) {
        Known before = known.get();
        if (before != null && before.digest().equals(artifact.digest())) {
            return before.hood();
        }
        Neighbourhood hood = new Neighbourhood(artifact.kept().examples());
        known.set(new Known(artifact.digest(), hood));
        return hood;
    }

    private LoggedVerdict verdict(String id) {
        try {
            return queries.find(UUID.fromString(id)).orElseThrow(NeighboursController::notFound);
        } catch (IllegalArgumentException e) {
            throw notFound();
        }
    }

    private static Problem notFound() {
        return new Problem(ProblemCode.NOT_FOUND, "there is no such verdict in the log");
    }
}
